"""The page of the network panel that has the boxes of the modules."""

from collections import Counter

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QScrollArea, QWidget

from backprop_viz.analysis.repeated_layers import repeats
from backprop_viz.desktop.panels.network.module_canvas import ModuleCanvas
from backprop_viz.desktop.panels.network.network_layout import least_size
from backprop_viz.recording.trace.layers import LayerGraph


class ModulesPage(QScrollArea):
    """The boxes, scrolled where they have no room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("modulesScroll")
        self.canvas = ModuleCanvas()
        self._revealed: str | None = None  # the layer that was scrolled to last
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self.setWidget(self.canvas)
        self.viewport().setAutoFillBackground(False)
        self.canvas.setAutoFillBackground(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the boxes in the new height, and keep in sight the one that was scrolled to.

        The canvas alone would keep a larger height.
        """
        super().resizeEvent(event)
        if event.size().height() != event.oldSize().height():
            self.canvas.fit_height()
        if self._revealed is not None:
            self.reveal(self._revealed)

    def reveal(self, layer: str) -> None:
        """Scroll to the box of a layer."""
        self._revealed = layer
        box = self.canvas.box_of(layer)
        if box is not None:
            middle = box.center().toPoint()
            self.ensureVisible(middle.x(), middle.y(), round(box.width()), 60)


def has_modules_to_fold(layers: LayerGraph) -> bool:
    """Whether a module, other than the network itself, has several layers, or there is a loop."""
    tops = Counter(y.module.split(".")[0] for y in layers.layers if y.module)
    return any(count > 1 for count in tops.values()) or bool(repeats(layers))


def maps_have_room(layers: LayerGraph, room: QSize) -> bool:
    """Whether columns of maps have room: all their width, and of a loop's passes the height too."""
    needed = least_size(layers)
    if needed.width() > room.width():
        return False
    return needed.height() <= room.height() or not repeats(layers)
