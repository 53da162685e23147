"""Which of torch's own functions has called what runs, from the frames of this thread."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from types import FrameType
from typing import Any

import torch
import torch.distributed as dist
from torch.optim import Optimizer

_FULLY_SHARD = str(Path("torch", "distributed", "fsdp"))
_STEP = "wrapper"  # the function around an optimizer's step
_OPTIMIZER = str(Path("torch", "optim", "optimizer.py"))
_APPLY = torch.autograd.Function.apply.__code__
_FUNCTION = str(Path("torch", "autograd", "function.py"))
_ASKING = tuple(str(Path("torch", "autograd", f"{one}.py")) for one in ("functional", "gradcheck"))
_GRAPH = str(Path("torch", "autograd", "graph.py"))
_CHECKPOINT = str(Path("torch", "utils", "checkpoint.py"))
# What a thread waits in; the last is that of concurrent.futures. Of their functions, those that
# call what waits: ``Event.is_set`` does not.
_WAITS = ("threading.py", "queue.py", "selectors.py", "thread.py")
_WAITING = ("wait", "join", "_wait_for_tstate_lock", "_shutdown", "select", "_worker")
_OURS = str(Path(__file__).parents[2])
# The functions of torch that clip, and their variables that say how.
_CLIPS = ("clip_grad", "_clip_grad")
_CLIPS_BY = ("max_norm", "norm_type", "total_norm", "clip_value")
_LAZY = str(Path("torch", "nn", "modules", "lazy.py"))


def is_scaling() -> bool:
    """Whether a GradScaler is scaling a loss."""
    frame: FrameType | None = sys._getframe(2)
    for _ in range(7):
        if frame is None:
            break
        code = frame.f_code
        if code.co_name == "scale" and code.co_filename.endswith("grad_scaler.py"):
            return True
        frame = frame.f_back
    return False


def clipping_function() -> str | None:
    """The function of ``torch.nn.utils.clip_grad`` that is running, if one is."""
    found = None
    for frame in _clipping_frames():
        name = frame.f_code.co_name.lstrip("_")
        if name.endswith("_"):  # not the old name without, which calls the new one
            found = name
    return found


def clipping_limits() -> dict[str, Any]:
    """What the clipping that is running goes by: its limit, and the total norm that it found.

    By their names there: ``max_norm``, ``norm_type`` and ``total_norm``, or ``clip_value``.
    """
    found: dict[str, Any] = {}
    for frame in _clipping_frames():
        own = frame.f_locals
        found |= {name: own[name] for name in _CLIPS_BY if name in own and name not in found}
    return found


def _clipping_frames() -> Iterator[FrameType]:
    """The frames of torch's own functions that clip, from the innermost on."""
    frame: FrameType | None = sys._getframe(3)
    for _ in range(13):
        if frame is None:
            break
        code = frame.f_code
        if code.co_name.startswith(_CLIPS) and code.co_filename.endswith("clip_grad.py"):
            yield frame
        frame = frame.f_back


def is_in_functional() -> bool:
    """Whether ``torch.autograd.functional`` or ``gradcheck`` runs.

    They make leaves of their own, or move those that they are given to and fro.
    """
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        if frame.f_code.co_filename.endswith(_ASKING):
            return True
        frame = frame.f_back
    return False


def is_in_function() -> bool:
    """Whether the forward of a custom Function runs."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None and frame.f_code is not _APPLY:
        frame = frame.f_back
    return frame is not None


def there_may_be_shards() -> bool:
    """Whether ``fully_shard`` may have sharded anything: it does among processes alone."""
    grouped = dist.is_available() and dist.is_initialized()
    return grouped and "torch.distributed.fsdp" in sys.modules


def gathers_shards(func: Callable[..., Any]) -> bool:
    """Whether ``fully_shard`` calls a function to make parameters whole: the model does not."""
    # By view_as it marks, in the graph, where gradients are to be scattered.
    if torch.is_grad_enabled() or func is torch.Tensor.view_as:
        return False
    frame: FrameType | None = sys._getframe(2)
    for _ in range(4):
        if frame is None:
            break
        if _FULLY_SHARD in frame.f_code.co_filename:
            return True
        frame = frame.f_back
    return False


def finds_node(func: Callable[..., Any]) -> bool:
    """Whether torch asks for a leaf's node by this function: by a view, which it throws away.

    ``torch.utils.swap_tensors`` does so, and refuses a tensor that such a view still holds.
    """
    if func is not torch.Tensor.view_as:
        return False
    frame: FrameType | None = sys._getframe(2)
    for _ in range(4):
        if frame is None:
            break
        if frame.f_code.co_filename.endswith(_GRAPH):
            return True
        frame = frame.f_back
    return False


def makes_lazy_parameters() -> bool:
    """Whether a lazy module is making its parameters, which is no part of the forward."""
    frame: FrameType | None = sys._getframe(2)
    for _ in range(12):
        if frame is None:
            break
        code = frame.f_code
        if code.co_name == "_infer_parameters" and code.co_filename.endswith(_LAZY):
            return True
        frame = frame.f_back
    return False


def is_differentiated() -> bool:
    """Whether this runs without a graph, but a backward goes through it all the same.

    So do the forward of a checkpoint, which runs again when backward comes to it, and that of any
    other ``torch.autograd.Function``, such as a neural ODE's with its adjoint.
    """
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        code, caller = frame.f_code, frame.f_back
        if code.co_name == "forward":
            if code.co_filename.endswith(_CHECKPOINT):
                return True
            if caller is not None and caller.f_code.co_filename.endswith(_FUNCTION):
                node = frame.f_locals.get(next(iter(code.co_varnames), ""))
                return bool(getattr(node, "next_functions", ()))  # none where autograd is off
        frame = caller
    return False


def steps_around() -> Iterator[Optimizer]:
    """The optimizers in whose steps the one steps that torch has just told of, by a hook."""
    frame: FrameType | None = sys._getframe(1)
    told = False
    while frame is not None:
        # Most frames are told by their name alone, without a call.
        if frame.f_code.co_name == _STEP and _is_optimizers(frame):
            if told:
                yield frame.f_locals["self"]
            told = True
        frame = frame.f_back


def is_stepping() -> bool:
    """Whether this thread runs an optimizer's step, as within the closure that it calls."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and not (frame.f_code.co_name == _STEP and _is_optimizers(frame)):
        frame = frame.f_back
    return frame is not None


def _is_optimizers(frame: FrameType) -> bool:
    return frame.f_code.co_filename.endswith(_OPTIMIZER)


def is_waiting(thread: Thread) -> bool:
    """Whether a thread is over, or waits for another one or for work: not for a window."""
    frame = sys._current_frames().get(thread.ident or 0)
    if not thread.is_alive() or frame is None:
        return True
    waits = _waits_in(frame) and frame.f_code.co_name in _WAITING
    while frame is not None and _waits_in(frame):
        frame = frame.f_back
    return waits and not (frame is not None and frame.f_code.co_filename.startswith(_OURS))


def _waits_in(frame: FrameType) -> bool:
    return Path(frame.f_code.co_filename).name in _WAITS


def kwargs_of_call() -> dict[str, Any]:
    """What the module that is being called was given by name; hooks of all modules do not hear."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_name not in ("_call_impl", "inner"):
        frame = frame.f_back
    given = {} if frame is None else frame.f_locals.get("kwargs", {})
    return dict(given)
