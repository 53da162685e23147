"""The context menu of something that training can stop at."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from backprop_viz.recording.run.breakpoint import Breakpoint


class BreakMenu(QMenu):
    """A checkable entry for each breakpoint; ``toggled`` carries the one that was chosen."""

    toggled = Signal(object)

    def __init__(
        self,
        offers: Sequence[tuple[str, Breakpoint]],
        there: Sequence[Breakpoint],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("breakMenu")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text, offered in offers:
            action = self.addAction(text)
            action.setCheckable(True)
            action.setChecked(offered in there)
            action.setData(offered)
        self.triggered.connect(self._toggle)

    def _toggle(self, action: QAction) -> None:
        if action.data() is not None:
            self.toggled.emit(action.data())
