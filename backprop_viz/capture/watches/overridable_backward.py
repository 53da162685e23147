"""``torch.autograd.backward`` that asks a function mode, as ``torch.autograd.grad`` does.

torch 2.6 runs it unseen: a loop or a reentrant checkpoint that calls it would have no backward in
its recording. Newer torch tells a mode of it, by whatever stands in its place at the time.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from functools import wraps
from types import FunctionType
from typing import Any

import torch
from torch import Tensor
from torch.autograd.graph import GradientEdge
from torch.overrides import handle_torch_function, has_torch_function

from backprop_viz.capture.code import own_faults
from backprop_viz.capture.code.own_frames import pass_on
from backprop_viz.capture.listening_depth import heard

# torch's own, which a mode is asked for.
BACKWARD = torch.autograd.backward
BACKWARD_ASKS = "has_torch_function" in BACKWARD.__code__.co_names


# What a backward runs in, made from the tensors that it starts from.
_Around = Callable[[Sequence[Tensor]], AbstractContextManager[None]]
_around: list[_Around] = []
# Runs a backward and asks nobody, as torch's own does until that is told to ask.
_plain: Callable[..., Any] = BACKWARD


def asking(tensors: Any, *args: Any, **kwargs: Any) -> Any:
    """``torch.autograd.backward`` of which a mode is asked."""
    roots = (tensors,) if isinstance(tensors, Tensor | GradientEdge) else tuple(tensors)
    if has_torch_function(roots):
        return handle_torch_function(BACKWARD, roots, roots, *args, **kwargs)
    return _plain(roots, *args, **kwargs)


def _hands_on(*args: Any, **kwargs: Any) -> Any:
    # Its code runs as that of torch's function, and sees torch's names.
    import sys

    ours = sys.modules["backprop_viz.capture.watches.overridable_backward"]
    return ours.asking(*args, **kwargs)


@contextmanager
def backward_overridable() -> Iterator[None]:
    """A mode is asked for ``torch.autograd.backward`` in here; torch is as it was afterwards.

    Also by whoever has imported it by its name before: the function is the same, and has another
    code.
    """
    global _plain
    if BACKWARD_ASKS or BACKWARD.__code__ is _hands_on.__code__:
        yield
        return
    before, code = _plain, BACKWARD.__code__
    _plain = FunctionType(code, BACKWARD.__globals__, code.co_name, BACKWARD.__defaults__)
    BACKWARD.__code__ = _hands_on.__code__
    try:
        yield
    finally:
        BACKWARD.__code__ = code
        _plain = before


@wraps(BACKWARD)
def heard_backward(tensors: Any, *args: Any, **kwargs: Any) -> Any:
    """``torch.autograd.backward`` of which others hear."""
    roots = (tensors,) if isinstance(tensors, Tensor | GradientEdge) else tuple(tensors)
    over = ExitStack()
    try:
        for around in tuple(_around):
            over.enter_context(around([root for root in roots if isinstance(root, Tensor)]))
    except Exception as fault:
        own_faults.note(fault)
    try:
        return asking(roots, *args, **kwargs)
    except BaseException as error:
        pass_on(error)
        raise
    finally:
        try:
            over.close()
        except Exception as fault:
            own_faults.note(fault)


@contextmanager
def backwards_heard(around: _Around) -> Iterator[None]:
    """Run each backward in here, of any thread, within ``around`` of what it starts from.

    A mode is asked for it, too.
    ``Tensor.backward`` calls ``torch.autograd.backward`` too.
    """
    around = heard(around, nullcontext)
    _around.append(around)
    if torch.autograd.backward is BACKWARD:
        torch.autograd.backward = heard_backward
    try:
        with backward_overridable():
            yield
    finally:
        _around.remove(around)
        if not _around and torch.autograd.backward is heard_backward:
            torch.autograd.backward = BACKWARD
