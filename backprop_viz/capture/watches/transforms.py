"""Tells when ``torch.vmap``, ``torch.func.grad`` and the like begin and end.

What they run reads tensors without memory; below them are plain operations on plain tensors.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import wraps
from types import ModuleType
from typing import Any

from torch._functorch import eager_transforms, vmap

# Within these a transform has pushed its level.
_LEVELS: tuple[tuple[ModuleType, str], ...] = (
    (vmap, "vmap_increment_nesting"),
    (eager_transforms, "grad_increment_nesting"),
    (eager_transforms, "jvp_increment_nesting"),
)
_Around = Callable[[], AbstractContextManager[None]]
_told: dict[int, _Around] = {}


@contextmanager
def transforms_within(around: _Around) -> Iterator[None]:
    """In here each transform of functions in this thread runs within ``around()``.

    torch is as it was afterwards.
    """
    thread = threading.get_ident()
    before = _told.get(thread)
    _told[thread] = around
    if before is None and len(_told) == 1:
        for module, name in _LEVELS:
            setattr(module, name, _told_of(getattr(module, name)))
    try:
        yield
    finally:
        if before is None:
            del _told[thread]
        else:
            _told[thread] = before
        if not _told:
            for module, name in _LEVELS:
                setattr(module, name, getattr(module, name).__wrapped__)


def _told_of(level: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(level)
    @contextmanager
    def told(*args: Any, **kwargs: Any) -> Iterator[Any]:
        around = _told.get(threading.get_ident())
        if around is None:
            with level(*args, **kwargs) as pushed:
                yield pushed
            return
        with around(), level(*args, **kwargs) as pushed:
            yield pushed

    return told
