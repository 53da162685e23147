"""Knows of each torch function, before it runs, whether it may write to what is borrowed."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.machinery import EXTENSION_SUFFIXES
from mmap import ACCESS_READ, mmap
from operator import attrgetter
from types import FunctionType
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn

from backprop_viz.capture.graph.found_nodes import FoundNodes
from backprop_viz.capture.graph.graphs import is_torchs_node
from backprop_viz.capture.logs.event_log import Copy, EventLog
from backprop_viz.capture.tensors.from_device import has_room
from backprop_viz.capture.tensors.nested_tensors import nested_tensors
from backprop_viz.capture.tensors.unheard import dispatch_modes
from backprop_viz.capture.tensors.writing import reaches_hooks, written_by
from backprop_viz.capture.watches.module_tree import any_scripted, parameters_in
from backprop_viz.capture.watches.parallel_modules import is_sharded, parallel_modules
from backprop_viz.capture.watches.step_operations import RanOperation

_Copies = Callable[[tuple[Tensor, ...]], tuple[Copy, ...]]
_hooks_of, _late_hooks_of, _grad_of = (
    attrgetter(name) for name in ("_backward_hooks", "_post_accumulate_grad_hooks", "grad")
)


def _top_hooks_of_torch() -> Callable[[bool], Any] | None:
    """None for a torch that does not tell, as before 2.8."""
    found: Callable[[bool], Any] | None = getattr(
        torch._C._autograd, "_top_saved_tensors_default_hooks", None
    )
    try:
        if found is not None:
            found(True)
    except TypeError:
        return None
    return found


saving_hooks = _top_hooks_of_torch()
# Whether torch tells of the hooks at what a node saves; else nothing is borrowed.
TELLS_OF_SAVING_HOOKS = saving_hooks is not None
# What comes with torch. triton's own library is a compiler.
_TORCHS_OWN = ("torch", "torchvision", "torchaudio", "functorch", "triton")


class WriteWatch:
    """Has what is about to be written to copied before.

    It is told of each call of a torch function in a recorded loop. What it does not hear of has
    everything copied that others can reach: a backward in which somebody's Python runs, and the
    end. Where code may run that it cannot see, nothing is borrowed; nor unless ``every_module`` is
    recorded.
    """

    def __init__(self, log: EventLog, every_module: bool) -> None:
        self._log, self._every_module = log, every_module
        self._borrowed = log.snapshots.borrowed
        # Whether what a backward makes may be held until it is over: in a GPU there may be no room
        # for it, and of one of several ranks it is told meanwhile where it is.
        self._may_hold = False
        self._devices: set[torch.device] = set()  # with memory of their own
        self._hooked = False  # whether somebody may have hooked the graph
        self._first_node = 0  # torch's number of the first node that is made from the beginning on
        # Whether what the function makes that has been told of may lie in others' memory.
        self.alien = False
        # Called as ``before_call``, before what it tells of.
        self.told: Callable[[Callable[..., Any], tuple[Any, ...], Mapping[str, Any]], None] | None
        self.told = None
        # Tells, once, which operations have led to what was written.
        self.led_by: Callable[[], Sequence[RanOperation]] | None = None

    def begin(self, model: nn.Module) -> "WriteWatch":
        """From now on each call is told of."""
        self._first_node = torch.autograd._get_sequence_nr()
        self._borrowed.replace = self._log.tensors.replace
        self._borrowed.lose = self._log.lose
        self._borrowed.allowed = self._every_module and not (
            not TELLS_OF_SAVING_HOOKS
            or any_scripted(model)
            or next(parallel_modules(model), None) is not None
            or is_sharded(model)
            or _kernels_loaded()
        )
        self._devices = {p.device for _, p in parameters_in(model) if not p.is_cpu}
        alone = not (dist.is_available() and dist.is_initialized())
        self._may_hold, self._log.waits = alone, alone
        return self

    def end(self) -> None:
        """No call is told of any more, or others read what is recorded, maybe in their thread."""
        self._log.catch_up()
        borrowed = self._borrowed
        with torch._C.DisableTorchFunction():
            borrowed.settle()
        borrowed.allowed = False
        self._log.tensors.forget_replaced()
        borrowed.replace = borrowed.lose = None  # else the two would keep each other alive

    def unseen(self) -> None:
        """Others are about to write unseen, or have done so."""
        self._log.catch_up()
        with torch._C.DisableTorchFunction():
            self._borrowed.calling = False
            self._borrowed.expose_all()

    def before_it_runs(self, copies: _Copies) -> _Copies:
        """``copies`` of what the function that was told of last is given, before it runs."""

        def copied(tensors: tuple[Tensor, ...]) -> tuple[Copy, ...]:
            with self._borrowed.before_last_write():
                return copies(tensors)

        return copied

    def has_run(self) -> None:
        """The function has run."""
        self._borrowed.calling = False

    def before_call(
        self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> None:
        """A function is about to be called."""
        if self.told is not None:
            self.told(function, args, kwargs)
        borrowed = self._borrowed
        self.alien = borrowed.calling = False
        if not borrowed.allowed:
            return
        assert saving_hooks is not None
        if saving_hooks(True) is not None or dispatch_modes() or self._log.when_noted:
            # Somebody's Python runs within operations, when they save a tensor, or are noted.
            self.end()
            return
        writes = written_by(function, args, kwargs)
        borrowed.calling = writes is None or bool(writes)
        if borrowed.calling:
            self._log.catch_up()
            borrowed.settle_rest()
        if writes:
            borrowed.written_to(nested_tensors(writes))
        elif writes is None:
            self.alien = True
            if type(function) is FunctionType and not function.__module__.startswith("torch."):
                borrowed.expose_all()
            borrowed.expose(nested_tensors((args, kwargs)))
        if reaches_hooks(function):
            self._hooked = True

    def sees_all_of(self, nodes: FoundNodes) -> bool:
        """Whether no Python but ours runs in a backward through these nodes, as far as is known."""
        self._borrowed.calling = False
        seen = self._borrowed.allowed and not self._hooked and self._log.when_noted is None
        if not (seen and self._may_hold and self._run_no_python(nodes)):
            return False
        # What is made is about as much as there is by now; the backward itself needs some, too.
        needed = 2 * self._log.nbytes if self._devices else 0
        return all(has_room(device, needed) for device in self._devices)

    @property
    def is_apart(self) -> bool:
        """Whether a part of the model lies in a device's own memory."""
        return bool(self._devices)

    @property
    def is_hooked(self) -> bool:
        """Whether somebody may have hooked what calls that were told of have made."""
        return self._hooked

    def _run_no_python(self, nodes: FoundNodes) -> bool:
        """Whether all are torch's own, and nobody's hook is there or at the leaves they add to.

        An older node may have been hooked before each call was told of. And where two leaves have
        one memory for their ``.grad``, one changes when there is added to the other.
        """
        leaves, oldest = nodes.leaves.values(), nodes.oldest
        others = [all_ for kind, all_ in nodes.kinds.items() if not is_torchs_node(kind)]
        return (
            sum(map(len, others)) == len(leaves)
            and (oldest is None or oldest >= self._first_node)
            and not any(map(_hooks_of, leaves))
            and not any(map(_late_hooks_of, leaves))
            and not _overlap([grad for grad in map(_grad_of, leaves) if grad is not None])
        )

    @contextmanager
    def backward(self, calm: bool) -> Iterator[None]:
        """A backward runs in here. ``calm``: with hooks of ours alone, and no other Python."""
        borrowed = self._borrowed
        borrowed.calm = calm
        if not calm:
            self._log.catch_up()
            borrowed.expose_all()
        try:
            yield
        finally:
            borrowed.calm = False
            if not calm:
                borrowed.expose_all()


def _overlap(tensors: Sequence[Tensor]) -> bool:
    """Whether some of these tensors, without gaps each, have memory in common."""
    try:
        spans = sorted([(t.data_ptr(), t.nbytes) for t in tensors if t.layout is torch.strided])
    except (RuntimeError, ValueError):
        return False
    ends = [address + size for address, size in spans]
    return any(end > start > 0 for end, (start, _) in zip(ends, spans[1:], strict=False))


def _kernels_loaded() -> bool:
    """Whether there may be kernels that torch does not tell of when they are called."""
    global _looked_through
    modules = sys.modules
    # A module that is imported comes last.
    now = len(modules), next(reversed(modules))
    if _looked_through[:2] != now:
        _looked_through = *now, any(map(_kernels_in, tuple(modules)))
    return _looked_through[2]


# How many modules there were, the last of them, and whether any was such.
_looked_through: tuple[int, str, bool] = 0, "", False


def _kernels_in(module_name: str) -> bool:
    """Whether an imported module is somebody's own kernels for torch's tensors."""
    if module_name.partition(".")[0] in _TORCHS_OWN:
        return False
    file = getattr(sys.modules.get(module_name), "__file__", None)
    is_library = isinstance(file, str) and file.endswith(tuple(EXTENSION_SUFFIXES))
    return is_library and _uses_torch(file)


@cache
def _uses_torch(file: str) -> bool:
    """Whether a library, which may be hundreds of megabytes, names torch's."""
    try:
        with open(file, "rb") as library, mmap(library.fileno(), 0, access=ACCESS_READ) as found:
            return found.find(b"libc10") >= 0
    except (OSError, ValueError):  # ValueError: it is empty
        return False
