"""Warnings that arise while a loop is recorded name the line that they name without us."""

import re
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from torch import nn
from torch.overrides import handle_torch_function

from backprop_viz.capture.code.own_faults import OURS
from backprop_viz.capture.watches.module_hooks import has_our_hooks_alone

_Show = Callable[[Any], None]  # takes a ``warnings.WarningMessage``
_OURS = str(Path(__file__).parents[1])  # ``capture``, which calls what the loop has called
_MODULES = re.compile(r"backprop_viz\.capture\.")
# With "always" Python does not remember what was shown at a line of ours, where all come from.
_FILTER = ("always", None, Warning, _MODULES, 0)


def let_ours_through() -> None:
    """Have Python hand over each warning that it takes for one of ours; it is sent on then.

    It forgets meanwhile which warnings it has shown, so this is done once, before a script runs.
    """
    if _FILTER not in warnings.filters:
        warnings.filters.insert(0, _FILTER)  # type: ignore[attr-defined]
        warnings._filters_mutated()  # type: ignore[attr-defined]


@contextmanager
def warned_where_it_was_called() -> Iterator[None]:
    """Send on each warning that arises in here and names a line of ours."""
    let_ours_through()
    sent_on = threading.local()

    def show(told: Any, plain: _Show) -> None:
        again = getattr(sent_on, "under_way", False)
        frame = None
        with OURS:
            frame = None if again or told.source is not None else _frame_meant(told)
        if frame is None:
            plain(told)
            return
        names = frame.f_globals
        known = names.setdefault("__warningregistry__", {})
        place = frame.f_code.co_filename, frame.f_lineno
        sent_on.under_way = True
        try:
            module = names.get("__name__", "<string>")
            warnings.warn_explicit(told.message, told.category, *place, module, known)
        finally:
            sent_on.under_way = False

    with _shown_by(show):
        yield


@contextmanager
def warned_of_nothing() -> Iterator[None]:
    """Show no warning that this thread gives rise to in here: it was shown when the loop ran."""
    thread = threading.get_ident()

    def show(told: Any, plain: _Show) -> None:
        if threading.get_ident() != thread:
            plain(told)

    with _shown_by(show):
        yield


@contextmanager
def _shown_by(show: Callable[[Any, _Show], None]) -> Iterator[None]:
    """Give each warning that Python shows in here to ``show``, with what else would show it."""
    plain: _Show = warnings._showwarnmsg  # type: ignore[attr-defined]

    def show_ours(told: Any) -> None:
        show(told, plain)

    warnings._showwarnmsg = show_ours  # type: ignore[attr-defined]
    try:
        yield
    finally:
        if warnings._showwarnmsg is show_ours:  # type: ignore[attr-defined]
            warnings._showwarnmsg = plain  # type: ignore[attr-defined]


def _frame_meant(told: Any) -> FrameType | None:
    """The frame that a warning means, where we stand between; None where it is right as it is."""
    stack: list[FrameType] = []
    frame: FrameType | None = sys._getframe(3)  # that which called ``show_ours`` is torch's
    while frame is not None:
        stack.append(frame)
        frame = frame.f_back
    named = next((i for i, one in enumerate(stack) if _is_named(one, told)), None)
    if named is None or not any(_is_ours(one) for one in stack[: named + 1]):
        return None
    theirs = _without_ours(stack)
    return theirs[named] if named < len(theirs) else None


def _is_named(frame: FrameType, told: Any) -> bool:
    return bool((frame.f_code.co_filename, frame.f_lineno) == (told.filename, told.lineno))


def _without_ours(stack: list[FrameType]) -> list[FrameType]:
    """The frames without ours, innermost first.

    A function of torch's that is written in Python is called once to hand its call over, and once
    by us: the first of the two goes as well.
    """
    theirs: list[FrameType] = []
    handed_over = False
    for frame in stack:
        code: CodeType = frame.f_code
        if code is handle_torch_function.__code__:
            handed_over = True
        elif handed_over:
            handed_over = False
        elif not _is_ours(frame):
            theirs.append(frame)
    return theirs


def _is_ours(frame: FrameType) -> bool:
    code = frame.f_code
    if code.co_name == "inner" and code.co_filename == nn.modules.module.__file__:
        # torch goes through it for a module that has hooks.
        module = frame.f_locals.get("self")
        return isinstance(module, nn.Module) and has_our_hooks_alone(module)
    return code.co_filename.startswith(_OURS)
