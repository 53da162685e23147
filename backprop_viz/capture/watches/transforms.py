"""Tells when ``torch.vmap``, ``torch.func.grad`` and the like begin and end.

What they run reads tensors without memory; below them are plain operations on plain tensors.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import cache, wraps
from types import ModuleType
from typing import Any

from torch._functorch import eager_transforms, vmap

from backprop_viz.capture.code.own_faults import OURS, AroundCall

# Within these a transform has pushed its level.
_LEVELS: tuple[tuple[ModuleType, str], ...] = (
    (vmap, "vmap_increment_nesting"),
    (eager_transforms, "grad_increment_nesting"),
    (eager_transforms, "jvp_increment_nesting"),
)
# functionalize has no context: it pushes its level by one function, and pops it by another.
_PUSHED, _POPPED = "_func_increment_nesting", "_func_decrement_nesting"
_Around = Callable[[], AbstractContextManager[None]]
# By thread, who is told, and whether only beside others: of these all, else who began last.
_told: dict[int, list[tuple[_Around, bool]]] = {}
# By thread, what is open for each functionalize that runs.
_open: dict[int, list[ExitStack]] = {}


@contextmanager
def transforms_within(around: _Around, *, beside: bool = False) -> Iterator[None]:
    """In here each transform of functions in this thread runs within ``around()``.

    ``beside``: also within that of others, which it may have begin only then. torch is as it was
    afterwards. What is begun later may end later: a loop's last recording may
    be closed when the next one runs.
    """
    thread = threading.get_ident()
    if not _told:
        for (module, name), told_of in _TOLD_OF.items():
            setattr(module, name, told_of(getattr(module, name)))
    _told.setdefault(thread, []).append((around, beside))
    try:
        yield
    finally:
        of_thread = _told[thread]
        of_thread.remove((around, beside))
        if not of_thread:
            del _told[thread]
        if not _told:
            for module, name in _TOLD_OF:
                setattr(module, name, getattr(module, name).__wrapped__)


def _enter(around: ExitStack, thread: int) -> None:
    """What is around a transform begins: first of those beside others, which may begin more."""
    of_thread = _told[thread]
    for one, beside in of_thread:
        if beside:
            around.enter_context(one())
    recording = [one for one, beside in of_thread if not beside]
    if recording:
        around.enter_context(recording[-1]())


@cache
def _told_of(level: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(level)
    @contextmanager
    def told(*args: Any, **kwargs: Any) -> Iterator[Any]:
        thread = threading.get_ident()
        if thread not in _told:
            with level(*args, **kwargs) as pushed:
                yield pushed
            return
        with AroundCall() as around:
            with OURS:
                _enter(around, thread)
            with level(*args, **kwargs) as pushed:
                yield pushed

    return told


@cache
def _told_of_push(push: Callable[[bool], int]) -> Callable[[bool], int]:
    @wraps(push)
    def told(reapply_views: bool) -> int:
        thread = threading.get_ident()
        around = AroundCall()
        if thread in _told:
            with OURS:
                _enter(around, thread)
        _open.setdefault(thread, []).append(around)
        return push(reapply_views)

    return told


@cache
def _told_of_pop(pop: Callable[[], int]) -> Callable[[], int]:
    @wraps(pop)
    def told() -> int:
        level = pop()
        thread = threading.get_ident()
        of_thread = _open.get(thread)
        if of_thread:  # else it was pushed before anybody was told
            of_thread.pop().close()
            if not of_thread:
                del _open[thread]
        return level

    return told


# By torch's functions: what makes the one that stands in for it.
_TOLD_OF: dict[tuple[ModuleType, str], Callable[..., Any]] = {
    **dict.fromkeys(_LEVELS, _told_of),
    (eager_transforms, _PUSHED): _told_of_push,
    (eager_transforms, _POPPED): _told_of_pop,
}
