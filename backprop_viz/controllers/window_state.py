"""What the window adds to a session file: drawing, breakpoints, panels."""

from collections.abc import Mapping
from typing import Any

from ..core.records import Breakpoint, Frame
from ..views.drawing.plain import from_plain, to_plain
from .context import Context


def window_state(context: Context, frame: Frame) -> dict[str, Any]:
    """How the window stands, as plain values, arrays and records."""
    return {
        "strokes": to_plain(context.window.draw_panel.strokes()),
        "label": frame.lesson.label,
        "is_batch": frame.lesson.is_batch,
        "breakpoints": context.session.breakpoints,
        "layout": context.window.layout_state(),
        "pen": context.window.draw_panel.size_of_pen,
    }


def apply_window_state(context: Context, state: Mapping[str, Any]) -> None:
    """Have the window stand as it did.

    Raises ValueError, TypeError or KeyError for what ``window_state`` never gave; then nothing
    was changed.
    """
    window, session = context.window, context.session
    strokes, breakpoints = from_plain(state["strokes"]), state["breakpoints"]
    layout, label, pen = state["layout"], state["label"], state["pen"]
    # Of an older file, whose drawing has no other label than that of the batch.
    is_batch = state.get("is_batch", label is not None)
    if not all(isinstance(b, Breakpoint) for b in breakpoints):
        raise TypeError("no breakpoints")
    if not isinstance(pen, int) or not (label is None or label in range(10)):
        raise TypeError("no pen or no label")
    if not isinstance(is_batch, bool):
        raise TypeError("no batch")
    if not all(isinstance(n, str) and isinstance(b, bytes) for n, b in layout.items()):
        raise TypeError("no layout")
    session.watch(breakpoints)
    window.draw_panel.show_strokes(strokes)
    window.draw_panel.set_size_of_pen(pen)
    window.apply_layout(layout)
    session.teach("take_up", label, is_batch)
