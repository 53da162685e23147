"""What a screen reader is told of the network: the map with the keyboard focus, or all layers."""

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QAccessible

from backprop_viz.desktop.panels.network.network_canvas import NetworkCanvas
from backprop_viz.desktop.panels.network.network_hints import shown_caption
from backprop_viz.desktop.style.numbers import signed

_CHANGES = (QEvent.Type.Paint, QEvent.Type.FocusIn, QEvent.Type.FocusOut)


class NetworkSpeaker(QObject):
    """Keeps the canvas's description what is painted, while somebody listens."""

    def __init__(self, canvas: NetworkCanvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._keys = canvas.accessibleDescription()
        self._due = QTimer(self, interval=0, singleShot=True)
        self._due.timeout.connect(self.speak)
        canvas.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Whatever is painted anew may have to be told anew."""
        if event.type() in _CHANGES and QAccessible.isActive():
            self._due.start()
        return super().eventFilter(watched, event)

    def speak(self) -> None:
        """Describe the map chosen by the keyboard; before, each layer with its range of numbers."""
        canvas, spot = self._canvas, self._canvas.spot
        if spot is not None and canvas.layers:
            told = canvas.hint(canvas.rect_of(spot).center())
        else:
            told = "\n".join(self._line(i) for i in range(len(canvas.layers)))
        description = f"{told}\n{self._keys}" if told else self._keys
        if description != canvas.accessibleDescription():
            canvas.setAccessibleDescription(description)

    def _line(self, column: int) -> str:
        layer, state = self._canvas.layers[column], self._canvas.state
        span = self._canvas.range_of(column, 0)
        words = f"{state.title(layer)} {shown_caption(state, layer)}"
        return words if span is None else f"{words}: {signed(span.low)} … {signed(span.high)}"
