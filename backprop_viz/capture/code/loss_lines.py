"""Whether a loop computes its loss now, as opposed to what the loss is given."""

from collections.abc import Sequence
from functools import cache
from itertools import islice
from sys import _getframe
from types import CodeType, FrameType

from backprop_viz.capture.code.loss_code import CodePart, Item, LossCode, loss_code, returned_code
from backprop_viz.capture.code.user_lines import is_written_by_user


def computes_loss(*, by_itself: bool = False) -> bool:
    """Whether this thread computes a loss now: the value that some backward starts from.

    It is what makes that value, in the function where backward is called: ``loss = ...`` above
    ``loss.backward()``. Of a function of several arguments these are not part of it:
    ``loss = cross_entropy(x @ w, y)`` computes ``x @ w`` before, as does
    ``loss = ((x @ w - y) ** 2).mean()``. Where a function of the same file makes it all, it is what
    that returns. ``by_itself``: only what the line itself computes counts, and of a function that
    it calls what that returns.
    """
    frame: FrameType | None = _getframe(1)
    called: FrameType | None = None  # by the one that is looked at
    while frame is not None:
        if (part := _loss_part(frame.f_code, frame.f_lasti)) is not None:
            if not by_itself or called is None:
                return True
            return _returns(called.f_code, called.f_lasti, part.item)
        if is_written_by_user(frame.f_code.co_filename):
            called = frame
        frame = frame.f_back
    return False


def gives_what_loss_is_of(frame: FrameType) -> bool:
    """Whether the call that a frame makes now gives what a loss is computed of in the same line.

    As ``f(x)`` in ``loss = f(x).mean()``; that in ``loss = f(x)`` may be the loss itself.
    """
    return _gives_what_loss_is_of(frame.f_code, frame.f_lasti)


def computes_returned(frame: FrameType, item: Item) -> bool:
    """Whether a function that runs computes now what it returns, or of several this ``item``."""
    return _returns(frame.f_code, frame.f_lasti, item)


@cache
def _gives_what_loss_is_of(code: CodeType, instruction: int) -> bool:
    part = _loss_part(code, instruction)
    return part is not None and place_in_source(code, instruction) not in part.terms


@cache
def _loss_part(code: CodeType, instruction: int) -> LossCode | None:
    return _running(loss_code(code.co_filename), code, instruction)


@cache
def _returns(code: CodeType, instruction: int, item: Item) -> bool:
    """Whether a function computes what it returns, or of several this ``item``."""
    parts = returned_code(code.co_filename, code.co_firstlineno, item)
    return _running(parts, code, instruction) is not None


def _running(parts: Sequence[LossCode], code: CodeType, instruction: int) -> LossCode | None:
    place = place_in_source(code, instruction) if parts else None
    return None if place is None else next((one for one in parts if one.has(place)), None)


def place_in_source(code: CodeType, instruction: int) -> CodePart | None:
    """Where in the source an instruction stands; None if that is not known."""
    place = next(islice(code.co_positions(), instruction // 2, None), None)
    if place is None or None in place:
        return None
    first, last, begin, end = place
    return CodePart((first or 0, begin or 0), (last or 0, end or 0))
