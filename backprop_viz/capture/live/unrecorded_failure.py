"""An iteration that raised and was not recorded: what can be told of it afterwards.

The model is as it was left, and the exception holds the frames that it came through, with the
tensors in them.
"""

import linecache
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType, TracebackType

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from backprop_viz.capture.code.user_lines import is_of_the_library
from backprop_viz.capture.graph.graph_ages import graph_ages
from backprop_viz.capture.recorder import Recorder
from backprop_viz.capture.tried_operations import Tried, named_shapes
from backprop_viz.recording.iteration import Recording

_OURS, _TORCH = str(Path(__file__).parents[2]), str(Path(torch.__file__).parent)
_MOST_TENSORS = 6
_MOST_LETTERS = 60


def recording_of_failure(
    model: nn.Module, optimizers: Sequence[Optimizer] | None, iteration: int, error: Exception
) -> Recording | None:
    """The parameters and gradients as they were left, and what torch raised; no events.

    None if it is not torch's exception, or if nothing can be told of it.
    """
    recorder = Recorder(model, optimizers, iteration=iteration)
    graph_ages(model).forget_newest()  # no iteration has begun
    frames = list(_frames_of(error))
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    recorder.failed(error, _roots(frames), _tried(frames, names, error))
    recording = recorder.recording()
    return None if recording.error is None else recording


def _frames_of(error: Exception) -> Iterator[tuple[FrameType, int]]:
    """The frames that an exception came through, each with its line; the innermost first."""
    found: list[tuple[FrameType, int]] = []
    trace: TracebackType | None = error.__traceback__
    while trace is not None:
        if not trace.tb_frame.f_code.co_filename.startswith(_OURS):
            found.append((trace.tb_frame, trace.tb_lineno))
        trace = trace.tb_next
    return reversed(found)


def _roots(frames: Sequence[tuple[FrameType, int]]) -> list[Tensor]:
    """What the backward that raised started from."""
    for frame, _ in frames:
        if frame.f_code.co_name == "backward" and frame.f_code.co_filename.startswith(_TORCH):
            given = frame.f_locals.get("tensors", ())
            return [given] if isinstance(given, Tensor) else list(given)
    return []


def _tried(
    frames: Sequence[tuple[FrameType, int]], names: Mapping[int, str], error: Exception
) -> Tried:
    """The call that raised, and the tensors that its line names; none if that was not torch's."""
    if frames and _raises_itself(*frames[0]):
        return Tried()
    for frame, line in frames:
        file = frame.f_code.co_filename
        text = linecache.getline(file, line, frame.f_globals).strip()
        tensors = _named_in(text, frame)
        if tensors:
            own = dict(names)
            for name, tensor in tensors.items():
                own.setdefault(id(tensor), name)
            read = named_shapes(list(tensors.values()), own)
            called = re.search(r"(\w+)\(", text) if file.startswith(_TORCH) else None
            op = text[:_MOST_LETTERS] if called is None else called[1]
            return Tried(op, read, (None,) * len(read), error)
    return Tried()


def _raises_itself(frame: FrameType, line: int) -> bool:
    """Whether the innermost line raises without torch: by a statement, or in Python's library.

    So does pdb, once it was told to quit.
    """
    file = frame.f_code.co_filename
    if file.startswith(_TORCH):
        return False
    text = linecache.getline(file, line, frame.f_globals).strip()
    return text.startswith(("raise ", "assert ")) or is_of_the_library(file)


def _named_in(text: str, frame: FrameType) -> dict[str, Tensor]:
    """The tensors that a line of a frame names; of ``self.weight`` the module's own."""
    found: dict[str, Tensor] = {}
    text = re.sub(r"^[\w\s,.\[\]]+=(?!=)", "", text)  # what it assigns to is not what it reads
    for name in dict.fromkeys(re.findall(r"[A-Za-z_][\w.]*", text)):
        first, *rest = name.split(".")
        value = frame.f_locals.get(first, frame.f_globals.get(first))
        if isinstance(value, nn.Module) and len(rest) == 1:
            value = value._parameters.get(rest[0], value._buffers.get(rest[0]))
        if isinstance(value, Tensor) and len(found) < _MOST_TENSORS:
            found.setdefault(first if not rest else name, value)
    return found
