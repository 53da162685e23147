"""CSV and NPZ: what is read back is what was written, bit by bit."""

import csv
import io

import numpy as np
import pytest
import torch

import backprop_viz as bv
from backprop_viz.analysis.data_files import (
    csv_of_curves,
    csv_of_runs,
    csv_of_tensor,
    npz_of,
    npz_of_curves,
    npz_of_recording,
    npz_of_runs,
)
from backprop_viz.recording.run.history import Curves
from backprop_viz.recording.trace.tensors import Array

CURVES = Curves(
    np.array([2.3, 0.1 + 0.2, np.nan, 1e-300]),
    np.array([0.1, 1 / 3, np.nan, 1.0]),
    np.array([0.0, 2.0]),
    np.array([2.5, 2 / 3]),
    np.array([0.0, 0.125]),
)


def rows_of(content: bytes) -> list[list[str]]:
    return [line.split(",") for line in content.decode().splitlines()]


def same_bits(one: Array, other: Array) -> bool:
    same = one.dtype == other.dtype and one.shape == other.shape
    return same and one.tobytes() == other.tobytes()


def test_curves_have_a_line_for_each_iteration() -> None:
    head, *rows = rows_of(csv_of_curves(CURVES))
    assert head == ["iteration", "loss", "accuracy", "validation_loss", "validation_accuracy"]
    assert [row[0] for row in rows] == ["0", "1", "2", "3", "4"]
    assert rows[0][1:] == ["", "", "2.5", "0.0"]
    assert same_bits(np.array([float(row[1]) for row in rows[1:]]), CURVES.loss)
    assert same_bits(np.array([float(row[2]) for row in rows[1:]]), CURVES.accuracy)
    assert [row[3:] for row in rows[1:]] == [["", ""], [str(2 / 3), "0.125"], ["", ""], ["", ""]]


def test_curves_as_npz() -> None:
    with np.load(io.BytesIO(npz_of_curves(CURVES)), allow_pickle=False) as file:
        assert set(file) == set(Curves.__slots__)
        assert all(same_bits(file[name], getattr(CURVES, name)) for name in file)


@pytest.mark.parametrize("shape", [(7,), (3, 4), (2, 3, 1, 5), (0,), (2, 0), (1, 1, 1)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16, np.int64, np.complex64])
def test_a_tensor_of_any_shape_and_type(shape: tuple[int, ...], dtype: type) -> None:
    random = np.random.default_rng(0)
    # Every bit pattern, among them subnormal numbers; a NaN's bits no text has.
    raw = random.integers(0, 256, (*shape, np.dtype(dtype).itemsize), np.uint8)
    array = raw.view(dtype).reshape(shape)
    if array.dtype.kind in "fc":
        array = np.where(np.isfinite(array), array, array.dtype.type(-0.0))
    head, *rows = rows_of(csv_of_tensor(array))
    axes = array.ndim - 1
    assert [text for text in head if text] == [f"axis {i}" for i in range(axes)] + [
        str(i) for i in range(shape[-1])
    ]
    assert [tuple(map(int, row[:axes])) for row in rows] == [*np.ndindex(shape[:-1])]
    read = {np.dtype(np.int64): int, np.dtype(np.complex64): complex}.get(array.dtype, float)
    found = [read(text) for row in rows for text in row[axes:] if text]
    assert same_bits(np.array(found, dtype).reshape(shape), array)


def test_numbers_without_a_shape_booleans_and_what_is_not_finite() -> None:
    assert csv_of_tensor(np.float32(0.1) + np.zeros((), np.float32)) == b"value\n0.1\n"
    assert csv_of_tensor(np.array([True, False])) == b"0,1\n1,0\n"
    assert csv_of_tensor(np.array([np.nan, np.inf, -np.inf])) == b"0,1,2\nnan,inf,-inf\n"


def test_names_that_python_has_a_use_for_are_names_of_arrays() -> None:
    arrays = {"file": np.arange(3), "a/b.c": np.ones(2), "allow_pickle": np.zeros(1)}
    with np.load(io.BytesIO(npz_of(arrays)), allow_pickle=False) as file:
        assert all(same_bits(file[name], array) for name, array in arrays.items())


def test_a_whole_recording_by_the_places_of_its_tensors() -> None:
    """The plain loop's gradients and new weights are found by their names."""
    torch.manual_seed(3)
    net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 2))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    x = torch.randn(5, 3)
    before = net[0].weight.detach().clone().numpy()
    with bv.record(net, optimizer) as recording:
        optimizer.zero_grad()
        net(x).square().sum().backward()
        optimizer.step()
    assert net[0].weight.grad is not None
    with np.load(io.BytesIO(npz_of_recording(recording)), allow_pickle=False) as file:
        places = dict(map(tuple, file["places"]))
        assert len(file.files) == len({*places.values()}) + 1
        assert same_bits(file[places["before/0.weight"]], before)
        assert same_bits(file[places["input"]], x.numpy())
        for i, event in enumerate(recording.events):
            prefix = f"event{i:04d}_{event.phase.value}_{event.op}/"
            for k, array in enumerate(event.outputs):
                assert (array is None) == (f"{prefix}output{k}" not in places)
                if array is not None:
                    assert same_bits(file[places[f"{prefix}output{k}"]], array)
        updates = list(recording.happened_to["0.weight"])
        last = f"event{updates[-1]:04d}_update_SGD"
        assert same_bits(file[places[f"{last}/output0"]], net[0].weight.detach().numpy())
        assert same_bits(file[places[f"{last}/input1"]], net[0].weight.grad.numpy())
        momentum = optimizer.state[net[0].weight]["momentum_buffer"].numpy()
        assert same_bits(file[places[f"{last}/state_momentum_buffer_after"]], momentum)


def test_several_runs_have_their_numbers_and_names() -> None:
    """The rows of each run are those that it has alone; a name may hold commas and quotes."""
    other = Curves(*(series[:2] for series in (CURVES.loss, CURVES.accuracy)), *[np.empty(0)] * 3)
    runs = [("this run", CURVES), ('SGD, "lr" 0.1', other)]
    head, *rows = csv.reader(io.StringIO(csv_of_runs(runs).decode()))
    alone = [rows_of(csv_of_curves(curves)) for _, curves in runs]
    assert head == ["run", "name", *alone[0][0]]
    expected = [
        [str(number), name, *row]
        for number, ((name, _), lines) in enumerate(zip(runs, alone, strict=True), 1)
        for row in lines[1:]
    ]
    assert rows == expected
    with np.load(io.BytesIO(npz_of_runs(runs)), allow_pickle=False) as file:
        assert file["runs"].tolist() == [name for name, _ in runs]
        assert same_bits(file["loss_1"], CURVES.loss)
        assert same_bits(file["accuracy_2"], other.accuracy)
        assert same_bits(file["validation_loss_1"], CURVES.validation_loss)
