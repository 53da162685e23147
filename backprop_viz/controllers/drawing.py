"""Clears the pad, and takes strokes back."""

from PySide6.QtCore import QObject, Qt

from .context import Context


class Drawing(QObject):
    """Clears the pad, and takes strokes back."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.window)
        self._window, self._actions = context.window, context.actions
        panel, clear = self._window.draw_panel, self._actions["actionClearDrawing"]
        panel.digit_drawn.connect(context.session.draw)
        # Delete clears the drawing where the pad has the focus, and not a number being typed.
        clear.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        panel.addAction(clear)
        panel.changed.connect(self._strokes_changed)
        self._strokes_changed()

    def clear_drawing(self) -> None:
        """Clear the drawing."""
        self._window.draw_panel.clear()

    def undo_stroke(self) -> None:
        """Take back the last stroke."""
        self._window.draw_panel.undo()

    def redo_stroke(self) -> None:
        """Draw the stroke again that was taken back."""
        self._window.draw_panel.redo()

    def _strokes_changed(self) -> None:
        panel = self._window.draw_panel
        self._actions["actionUndoStroke"].setEnabled(panel.can_undo)
        self._actions["actionRedoStroke"].setEnabled(panel.can_redo)
        self._actions["actionClearDrawing"].setEnabled(panel.can_undo)
