"""Hears of ``torch.autograd.grad``, also of that which a ``torch.func.grad`` calls.

The function stays the same, also for whoever has imported it by its name before, and has another
code meanwhile.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FunctionType
from typing import Any

import torch
from torch import Tensor

from backprop_viz.capture.code import own_faults, own_frames

raises_the_loops = own_frames.pass_on
_GRAD = torch.autograd.grad
# Called with the tensors that gradients are asked for of, and whether a graph is made of these.
_Told = Callable[[Sequence[Tensor], bool], None]
_told: list[_Told] = []
# Runs it and tells nobody, as torch's own does until that has another code.
_plain: Callable[..., Any] = _GRAD


def hearing_grad(*args: Any, **kwargs: Any) -> Any:
    """``torch.autograd.grad``, of which others hear before it runs."""
    try:
        given = args[0] if args else kwargs.get("outputs")
        outputs = given if isinstance(given, list | tuple) else (given,)
        roots = [one for one in outputs if isinstance(one, Tensor)]
        makes_graph = bool(args[4] if len(args) > 4 else kwargs.get("create_graph"))
        for told in tuple(_told):
            told(roots, makes_graph)
    except Exception as fault:
        own_faults.note(fault)
    return _plain(*args, **kwargs)


def _hands_on(*args: Any, **kwargs: Any) -> Any:
    # Its code runs as that of torch's function, and sees torch's names.
    import sys

    ours = sys.modules["backprop_viz.capture.watches.heard_grad"]
    try:
        return ours.hearing_grad(*args, **kwargs)
    except BaseException as error:
        ours.raises_the_loops(error)
        raise


@contextmanager
def grads_heard(told: _Told) -> Iterator[None]:
    """Tell of each gradient that is asked for in here; torch is as it was afterwards."""
    global _plain
    if not _told:
        code, values = _GRAD.__code__, _GRAD.__defaults__
        _plain = FunctionType(code, _GRAD.__globals__, code.co_name, values)
        _plain.__kwdefaults__ = _GRAD.__kwdefaults__
        _GRAD.__code__ = _hands_on.__code__
    _told.append(told)
    try:
        yield
    finally:
        _told.remove(told)
        if not _told:
            _GRAD.__code__, _plain = _plain.__code__, _GRAD
