"""What the window adds to a session file: the drawing, breakpoints, and the layout."""

from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.panels.drawing.draw_pad import DrawPanel
from backprop_viz.desktop.panels.drawing.stored_drawing import fits, marks_from_json, marks_to_json
from backprop_viz.desktop.panels.drawing.strokes import Picture
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.run.window_part import StoredWindow
from backprop_viz.stream.commands import RestoreDrawing


def window_state(context: Context, view_state: ViewState) -> StoredWindow:
    """The window's state, as ``WINDOW`` in the schema of session files declares it."""
    panel = context.window.panel(DrawPanel)
    strokes = panel.strokes()
    if not fits(strokes):
        strokes = (Picture.of(panel.canvas.image()),)
    return {
        "strokes": marks_to_json(strokes),
        "label": view_state.drawing_training.label,
        "is_batch": view_state.drawing_training.is_batch,
        "breakpoints": context.session.breakpoints,
        "layout": context.window.layout_state(),
        "pen": panel.size_of_pen,
        "sample": context.session.shown.sample,
    }


def apply_window_state(context: Context, state: StoredWindow) -> None:
    """Restore a state that ``window_state`` returned and the schema has checked."""
    window, session = context.window, context.session
    session.watch(state.get("breakpoints", ()))
    window.panel(DrawPanel).show_strokes(marks_from_json(state.get("strokes", ())))
    if "pen" in state:
        window.panel(DrawPanel).set_size_of_pen(state["pen"])
    # The run that is opened is shown after this, not the one before.
    session.shown.keep_sample(state.get("sample", 0))
    window.apply_layout(state.get("layout", {}))
    # In older files the drawing has a label only if it is the batch.
    label = state.get("label")
    session.send(RestoreDrawing(label, state.get("is_batch", label is not None)))
