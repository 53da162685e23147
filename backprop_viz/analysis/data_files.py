"""Curves and tensors as CSV and NPZ: each number can be read back bit for bit."""

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from itertools import product

import numpy as np

from backprop_viz.analysis.numbers.tensor_names import PLACES_ARRAY, named_tensors
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.run.history import Curves
from backprop_viz.recording.trace.tensors import Array

_CURVE_COLUMNS = "iteration,loss,accuracy,validation_loss,validation_accuracy"


def csv_of_curves(curves: Curves) -> bytes:
    """A line for each iteration; without an evaluation of the validation set its two are empty."""
    return _lines([_CURVE_COLUMNS, *_iterations(curves)])


def csv_of_runs(runs: Sequence[tuple[str, Curves]]) -> bytes:
    """As ``csv_of_curves``, with the number and the name of the run before each line, from 1 on."""
    lines = [f"run,name,{_CURVE_COLUMNS}"]
    for number, (name, curves) in enumerate(runs, 1):
        quoted = '"{}"'.format(name.replace('"', '""'))
        lines += [f"{number},{quoted},{line}" for line in _iterations(curves)]
    return _lines(lines)


def _iterations(curves: Curves) -> list[str]:
    evaluated = {
        int(i): f"{loss!s},{accuracy!s}"
        for i, loss, accuracy in zip(
            curves.validation_iteration,
            curves.validation_loss,
            curves.validation_accuracy,
            strict=True,
        )
    }
    lines = [f"0,,,{evaluated[0]}"] if 0 in evaluated else []
    pairs = zip(curves.loss, curves.accuracy, strict=True)
    lines += [f"{i},{a!s},{b!s},{evaluated.get(i, ',')}" for i, (a, b) in enumerate(pairs, 1)]
    return lines


def csv_of_tensor(array: Array) -> bytes:
    """A line for each place of all axes but the last: the place, then the numbers along the last.

    The first line names the columns: "axis 0", "axis 1", …, then 0, 1, 2, …. A number alone has
    "value" above it. Booleans are 0 and 1.
    """
    if array.dtype.kind == "b":
        array = array.astype(np.uint8)
    if array.ndim == 0:
        return _lines(["value", str(array)])
    axes = [f"axis {axis}" for axis in range(array.ndim - 1)]
    head = ",".join([*axes, *map(str, range(array.shape[-1]))])
    return _lines([head, *_rows(array)])


def _rows(array: Array) -> Iterator[str]:
    for place in product(*map(range, array.shape[:-1])):
        yield ",".join([*map(str, place), *map(str, array[place])])


def _lines(lines: list[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()


def npz_of(arrays: Mapping[str, Array]) -> bytes:
    """Arrays by name, as ``numpy.load`` reads them without running anything."""
    target = io.BytesIO()
    # Not by numpy.savez, to which a name is a keyword: "file" would be none.
    with zipfile.ZipFile(target, "w") as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                np.lib.format.write_array(file, np.asarray(array), allow_pickle=False)
    return target.getvalue()


def npz_of_curves(curves: Curves) -> bytes:
    """The series of a run, by their names."""
    return npz_of({field.name: getattr(curves, field.name) for field in fields(curves)})


def npz_of_runs(runs: Sequence[tuple[str, Curves]]) -> bytes:
    """The series of several runs: ``loss_1``, ``accuracy_1``, … of the first, ``loss_2``, … of the
    second; ``runs`` (n,) of text are their names.
    """
    arrays: dict[str, Array] = {"runs": np.array([name for name, _ in runs])}
    for number, (_, curves) in enumerate(runs, 1):
        arrays |= {f"{f.name}_{number}": getattr(curves, f.name) for f in fields(curves)}
    return npz_of(arrays)


def npz_of_recording(recording: Recording) -> bytes:
    """Every tensor once; "places", (n, 2) of text, tells which one is at each place."""
    tensors, places = named_tensors(recording)
    return npz_of({**tensors, PLACES_ARRAY: np.array(places, dtype=np.str_).reshape(-1, 2)})
