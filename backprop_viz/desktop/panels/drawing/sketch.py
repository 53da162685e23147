"""The strokes of a drawing, and the way back."""

from backprop_viz.desktop.panels.drawing.strokes import PadMark, Picture, Stroke


class Sketch:
    """Finished strokes in their order, of ink and of the eraser; every change can be undone."""

    def __init__(self) -> None:
        self.strokes: tuple[PadMark, ...] = ()
        self._undo: list[tuple[PadMark, ...]] = []
        self._redo: list[tuple[PadMark, ...]] = []

    @property
    def can_undo(self) -> bool:
        """Whether there is a stroke (or a clearing) to take back."""
        return bool(self._undo)

    @property
    def can_redo(self) -> bool:
        """Whether something taken back can be done again."""
        return bool(self._redo)

    def add(self, stroke: Stroke) -> None:
        """Keep one more stroke."""
        self._become((*self.strokes, stroke))

    def show(self, picture: Picture) -> None:
        """Have a picture in place of all strokes."""
        self._become((picture,))

    def replace(self, strokes: tuple[PadMark, ...]) -> None:
        """Have other strokes in place of these; nothing to undo where they are the same."""
        if strokes != self.strokes:
            self._become(strokes)

    def clear(self) -> None:
        """Drop all strokes; nothing to undo where there are none."""
        if self.strokes:
            self._become(())

    def undo(self) -> None:
        """Be as before the last change; only where ``can_undo``."""
        self._redo.append(self.strokes)
        self.strokes = self._undo.pop()

    def redo(self) -> None:
        """Make the change again that was undone last; only where ``can_redo``."""
        self._undo.append(self.strokes)
        self.strokes = self._redo.pop()

    def _become(self, strokes: tuple[PadMark, ...]) -> None:
        self._undo.append(self.strokes)
        self._redo.clear()
        self.strokes = strokes
