"""Tells of a call of ``Tensor.backward`` before any function mode hears of it, and after all have.

Only then can modes be taken off torch's stack, or put on it: while one is asked it is aside, and
torch puts it back.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import Any

from torch import Tensor

from backprop_viz.capture.code import own_frames

hand_on = own_frames.pass_on
_BACKWARD = Tensor.backward
_told: list[Callable[[], Callable[[], None]]] = []
_plain: Callable[..., Any] = _BACKWARD
_under_way = 0


def telling(*args: Any, **kwargs: Any) -> Any:
    """``Tensor.backward``, of which others are told."""
    global _under_way
    if _under_way:  # a mode has called it on
        return _plain(*args, **kwargs)
    after = [begins() for begins in _told]
    _under_way += 1
    try:
        return _plain(*args, **kwargs)
    finally:
        _under_way -= 1
        for ended in after:
            ended()


def _hands_on(*args: Any, **kwargs: Any) -> Any:
    # Its code runs as that of torch's function, and sees torch's names.
    import sys

    ours = sys.modules["backprop_viz.capture.bare.backward_calls"]
    try:
        return ours.telling(*args, **kwargs)
    except BaseException as error:
        ours.hand_on(error)
        raise


@contextmanager
def backward_calls_told(begins: Callable[[], Callable[[], None]]) -> Iterator[None]:
    """In here ``begins`` is called before each, and what it gives when that has ended.

    The function is the same, and has another code meanwhile.
    """
    global _plain
    if not _told:
        code = _BACKWARD.__code__
        _plain = FunctionType(code, _BACKWARD.__globals__, code.co_name, _BACKWARD.__defaults__)
        _BACKWARD.__code__ = _hands_on.__code__
    _told.append(begins)
    try:
        yield
    finally:
        _told.remove(begins)
        if not _told:
            _BACKWARD.__code__ = _plain.__code__
            _plain = _BACKWARD
