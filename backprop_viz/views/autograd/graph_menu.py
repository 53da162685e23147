"""The menu of a node in the autograd graph: the breakpoints it can have."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from ...core.records import Breakpoint, Node


class NodeMenu(QMenu):
    """``toggled`` carries the Breakpoint that was set or removed."""

    toggled = Signal(object)

    def __init__(self, node: Node, breakpoints: Sequence[Breakpoint], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("nodeMenu")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._offer(self.tr("Break here"), Breakpoint("node", node.id), breakpoints)
        if node.parameter is not None:
            text = self.tr("Break when {name} is accumulated").format(name=node.parameter)
            self._offer(text, Breakpoint("parameter", node.parameter), breakpoints)
        self.triggered.connect(self._toggle)

    def _offer(self, text: str, offered: Breakpoint, there: Sequence[Breakpoint]) -> None:
        action = self.addAction(text)
        action.setCheckable(True)
        action.setChecked(offered in there)
        action.setData(offered)

    def _toggle(self, action: QAction) -> None:
        self.toggled.emit(action.data())
