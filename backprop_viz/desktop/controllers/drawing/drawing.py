"""Commands for the pad: clear, undo and redo strokes, choose the tool."""

from PySide6.QtCore import QObject, QSettings, Qt

from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.panels.drawing.draw_pad import DrawPanel
from backprop_viz.desktop.panels.drawing.strokes import MEDIUM, WIDTHS

_SIZE = "drawing/pen"  # the key of the pen's width among the preferences


class DrawingController(QObject):
    """Clears the pad, undoes and redoes strokes, and chooses the tool."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.window)
        self._window, self._actions = context.window, context.actions
        panel, clear = self._window.panel(DrawPanel), self._actions["actionClearDrawing"]
        panel.digit_drawn.connect(context.session.draw)
        # Delete clears the drawing only while the pad has the focus, not while a number is typed.
        clear.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        panel.addAction(clear)
        panel.changed.connect(self._strokes_changed)
        self._strokes_changed()
        self._store = context.store
        panel.set_size_of_pen(_stored_size(self._store))
        panel.size_changed.connect(self._size_changed)
        self._size_changed(panel.size_of_pen)

    def clear_drawing(self) -> None:
        """Clear the drawing."""
        self._window.panel(DrawPanel).clear()

    def undo_stroke(self) -> None:
        """Remove the last stroke."""
        self._window.panel(DrawPanel).undo()

    def redo_stroke(self) -> None:
        """Draw the removed stroke again."""
        self._window.panel(DrawPanel).redo()

    def toggle_eraser(self, erasing: bool) -> None:
        """Switch between erasing and drawing."""
        self._window.panel(DrawPanel).set_erasing(erasing)

    def thinner(self) -> None:
        """Use the next thinner pen."""
        panel = self._window.panel(DrawPanel)
        panel.set_size_of_pen(panel.size_of_pen - 1)

    def thicker(self) -> None:
        """Use the next thicker pen."""
        panel = self._window.panel(DrawPanel)
        panel.set_size_of_pen(panel.size_of_pen + 1)

    def _size_changed(self, size: int) -> None:
        self._store.setValue(_SIZE, size)
        self._actions["actionThinner"].setEnabled(size > 0)
        self._actions["actionThicker"].setEnabled(size < len(WIDTHS) - 1)

    def _strokes_changed(self) -> None:
        panel = self._window.panel(DrawPanel)
        self._actions["actionUndoStroke"].setEnabled(panel.can_undo)
        self._actions["actionRedoStroke"].setEnabled(panel.can_redo)
        self._actions["actionClearDrawing"].setEnabled(panel.can_undo)


def _stored_size(store: QSettings) -> int:
    """The pen of the last launch, or the medium one if the stored value is invalid."""
    kept = str(store.value(_SIZE, MEDIUM))
    return int(kept) if kept.isdecimal() and len(kept) < 4 else MEDIUM
