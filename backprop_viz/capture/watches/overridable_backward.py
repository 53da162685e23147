"""Hears of ``torch.autograd.backward``, and has a function mode asked for it.

torch 2.6 asks none: a loop or a reentrant checkpoint that calls it would have no backward in its
recording. The function stays the same, also for whoever has imported it by its name before, and
has another code meanwhile.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from types import FunctionType
from typing import Any

import torch
from torch import Tensor
from torch.autograd.graph import GradientEdge
from torch.overrides import handle_torch_function, has_torch_function

from backprop_viz.capture.code import own_faults, own_frames
from backprop_viz.capture.listening_depth import heard

raises_theirs = own_frames.pass_on
# torch's own, which a mode is asked for.
BACKWARD = torch.autograd.backward
BACKWARD_ASKS = "has_torch_function" in BACKWARD.__code__.co_names


# What a backward runs in, made from the tensors that it starts from.
_Around = Callable[[Sequence[Tensor]], AbstractContextManager[None]]
_around: list[_Around] = []
# Runs a backward and tells nobody, as torch's own does until that has another code.
_plain: Callable[..., Any] = BACKWARD
# Of which others have heard, by their id(): a mode that is asked calls the function again.
_heard_of: dict[int, tuple[Any, ...]] = {}


def hearing(tensors: Any, *args: Any, **kwargs: Any) -> Any:
    """``torch.autograd.backward`` of which others hear, and then a mode is asked."""
    if id(tensors) in _heard_of:
        if has_torch_function(tensors):  # another mode
            return handle_torch_function(BACKWARD, tensors, tensors, *args, **kwargs)
        return _plain(tensors, *args, **kwargs)
    one = isinstance(tensors, Tensor | GradientEdge)
    roots = (tensors,) if one else (*list(tensors),)  # a tuple that nobody has
    over = ExitStack()
    try:
        _heard_of[id(roots)] = roots
        told = roots if isinstance(tensors, Tensor) else _tensors_in(roots)
        for around in tuple(_around):
            over.enter_context(around(told))
    except Exception as fault:
        own_faults.note(fault)
    try:
        if has_torch_function(roots):
            return handle_torch_function(BACKWARD, roots, roots, *args, **kwargs)
        return _plain(roots, *args, **kwargs)
    finally:
        try:
            _heard_of.pop(id(roots), None)
            over.close()
        except Exception as fault:
            own_faults.note(fault)


def _tensors_in(roots: Sequence[Any]) -> list[Tensor]:
    return [root for root in roots if isinstance(root, Tensor)]


# What torch's own function runs meanwhile: the one of these that does more than the others.
_instead: list[Callable[..., Any]] = []
runs: Callable[..., Any] = hearing


def _hands_on(*args: Any, **kwargs: Any) -> Any:
    # Its code runs as that of torch's function, and sees torch's names.
    import sys

    ours = sys.modules["backprop_viz.capture.watches.overridable_backward"]
    try:
        return ours.runs(*args, **kwargs)
    except BaseException as error:
        ours.raises_theirs(error)
        raise


@contextmanager
def backward_handed_to(other: Callable[..., Any]) -> Iterator[None]:
    """In here ``torch.autograd.backward`` runs the ``other``, which runs ``hearing``."""
    global _plain
    if not _instead:
        code = BACKWARD.__code__
        _plain = FunctionType(code, BACKWARD.__globals__, code.co_name, BACKWARD.__defaults__)
        BACKWARD.__code__ = _hands_on.__code__
    _instead.append(other)
    try:
        _choose()
        yield
    finally:
        _instead.remove(other)
        if not _instead:
            BACKWARD.__code__, _plain = _plain.__code__, BACKWARD
        _choose()


def _choose() -> None:
    global runs
    runs = next((one for one in _instead if one is not hearing), hearing)


def backward_overridable() -> AbstractContextManager[None]:
    """A mode is asked for ``torch.autograd.backward`` in here; torch is as it was afterwards."""
    return nullcontext() if BACKWARD_ASKS else backward_handed_to(hearing)


@contextmanager
def backwards_heard(around: _Around) -> Iterator[None]:
    """Run each backward in here, of any thread, within ``around`` of what it starts from.

    A mode is asked for it, too.
    ``Tensor.backward`` calls ``torch.autograd.backward`` too.
    """
    around = heard(around, nullcontext)
    _around.append(around)
    try:
        with backward_handed_to(hearing):
            yield
    finally:
        _around.remove(around)
