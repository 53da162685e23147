"""Tells of a backward before any function mode hears of it, and after all have.

Only then can modes be taken off torch's stack, or put on it: while one is asked it is aside, and
torch puts it back. Of torch's checks of gradients nobody hears: they move leaves to and fro.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import get_ident
from types import FunctionType
from typing import Any

import torch
from torch import Tensor
from torch.autograd.gradcheck import gradcheck, gradgradcheck
from torch.autograd.graph import GradientEdge
from torch.overrides import TorchFunctionMode

from backprop_viz.capture.code import own_frames
from backprop_viz.capture.code.own_faults import OURS, AroundCall
from backprop_viz.capture.listening_depth import beside_the_loop
from backprop_viz.capture.watches import function_stack
from backprop_viz.capture.watches.overridable_backward import BACKWARD, backward_handed_to, hearing

hand_on = own_frames.pass_on
_BACKWARD: Any = Tensor.backward
_GRAD: Any = torch.autograd.grad
_FUNCTIONS: Mapping[str, Any] = {
    "backward": _BACKWARD,
    "several": BACKWARD,
    "grad": _GRAD,
    "gradcheck": gradcheck,
    "gradgradcheck": gradgradcheck,
}
# Called before each, with the function and what it is given; gives what to call after it.
_Begins = Callable[[Callable[..., Any], tuple[Any, ...], Mapping[str, Any]], Callable[[], None]]
_told: list[_Begins] = []
_plain: dict[Any, FunctionType] = {}
_under_way: set[int] = set()  # in these threads


def telling(name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """One of the functions, by its name here, of which others are told."""
    func = _FUNCTIONS[name]
    plain = hearing if func is BACKWARD else _plain.get(func, func)
    if (thread := get_ident()) in _under_way:  # a mode has called it on
        return plain(*args, **kwargs)
    after: list[Callable[[], None]] = []
    with OURS:
        after += [begins(func, args, kwargs) for begins in _told]
    _under_way.add(thread)
    try:
        return plain(*args, **kwargs)
    finally:
        _under_way.discard(thread)
        with OURS:
            for ended in after:
                ended()


def telling_of_several(tensors: Any, *args: Any, **kwargs: Any) -> Any:
    """``torch.autograd.backward`` of which others are told."""
    if get_ident() in _under_way:
        return hearing(tensors, *args, **kwargs)
    roots = (tensors,) if isinstance(tensors, Tensor | GradientEdge) else tuple(tensors)
    return telling("several", (roots, *args), kwargs)


def checking(name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """One of torch's checks, by its name here, of which nobody is told."""
    func = _FUNCTIONS[name]
    plain = _plain.get(func, func)
    if (thread := get_ident()) in _under_way:  # in another
        return plain(*args, **kwargs)
    _under_way.add(thread)
    try:
        with AroundCall() as around:
            with OURS:
                around.enter_context(beside_the_loop())
                around.enter_context(function_stack.modes_aside(_is_ours))
            return plain(*args, **kwargs)
    finally:
        _under_way.discard(thread)


def _is_ours(mode: TorchFunctionMode) -> bool:
    return type(mode).__module__.startswith("backprop_viz.")


# Their code runs as that of torch's functions, and sees torch's names.


def _backward_hands_on(*args: Any, **kwargs: Any) -> Any:
    import sys

    ours = sys.modules["backprop_viz.capture.bare.backward_calls"]
    try:
        return ours.telling("backward", args, kwargs)
    except BaseException as error:
        ours.hand_on(error)
        raise


def _grad_hands_on(*args: Any, **kwargs: Any) -> Any:
    import sys

    ours = sys.modules["backprop_viz.capture.bare.backward_calls"]
    try:
        return ours.telling("grad", args, kwargs)
    except BaseException as error:
        ours.hand_on(error)
        raise


def _gradcheck_hands_on(*args: Any, **kwargs: Any) -> Any:
    import sys

    ours = sys.modules["backprop_viz.capture.bare.backward_calls"]
    try:
        return ours.checking("gradcheck", args, kwargs)
    except BaseException as error:
        ours.hand_on(error)
        raise


def _gradgradcheck_hands_on(*args: Any, **kwargs: Any) -> Any:
    import sys

    ours = sys.modules["backprop_viz.capture.bare.backward_calls"]
    try:
        return ours.checking("gradgradcheck", args, kwargs)
    except BaseException as error:
        ours.hand_on(error)
        raise


_HANDS_ON: Mapping[Any, Any] = {
    _BACKWARD: _backward_hands_on,
    _GRAD: _grad_hands_on,
    gradcheck: _gradcheck_hands_on,
    gradgradcheck: _gradgradcheck_hands_on,
}


@contextmanager
def backward_calls_told(begins: _Begins) -> Iterator[None]:
    """In here ``begins`` is called before each, and what it gives when that has ended.

    The functions are the same, and have another code meanwhile.
    """
    if not _told:
        for func, hands_on in _HANDS_ON.items():
            code = func.__code__
            plain = FunctionType(code, func.__globals__, code.co_name, func.__defaults__)
            plain.__kwdefaults__ = func.__kwdefaults__
            _plain[func], func.__code__ = plain, hands_on.__code__
    _told.append(begins)
    try:
        with backward_handed_to(telling_of_several):
            yield
    finally:
        _told.remove(begins)
        if not _told:
            for func in _HANDS_ON:
                func.__code__ = _plain.pop(func).__code__
