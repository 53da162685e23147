"""The strokes of a drawing, with undo and redo."""

from backprop_viz.desktop.panels.drawing.strokes import PadMark, Picture, Stroke


class Sketch:
    """The finished strokes in order, of ink and eraser; every change can be undone."""

    def __init__(self) -> None:
        self.strokes: tuple[PadMark, ...] = ()
        self._undo: list[tuple[PadMark, ...]] = []
        self._redo: list[tuple[PadMark, ...]] = []

    @property
    def can_undo(self) -> bool:
        """Whether there is a stroke or a clearing to undo."""
        return bool(self._undo)

    @property
    def can_redo(self) -> bool:
        """Whether there is something undone to redo."""
        return bool(self._redo)

    def add(self, stroke: Stroke) -> None:
        """Add a stroke."""
        self._become((*self.strokes, stroke))

    def show(self, picture: Picture) -> None:
        """Replace all strokes by a picture."""
        self._become((picture,))

    def replace(self, strokes: tuple[PadMark, ...]) -> None:
        """Replace the strokes; nothing to undo if they are the same."""
        if strokes != self.strokes:
            self._become(strokes)

    def clear(self) -> None:
        """Remove all strokes; nothing to undo if there are none."""
        if self.strokes:
            self._become(())

    def undo(self) -> None:
        """Undo the last change; only if ``can_undo``."""
        self._redo.append(self.strokes)
        self.strokes = self._undo.pop()

    def redo(self) -> None:
        """Redo the change that was undone last; only if ``can_redo``."""
        self._undo.append(self.strokes)
        self.strokes = self._redo.pop()

    def _become(self, strokes: tuple[PadMark, ...]) -> None:
        self._undo.append(self.strokes)
        self._redo.clear()
        self.strokes = strokes
