"""How wide the texts above the network's columns are."""

from PySide6.QtGui import QFontMetrics

from backprop_viz.desktop.panels.network.feature_maps import shape_text
from backprop_viz.desktop.panels.network.network_painter import SWITCH
from backprop_viz.desktop.style.theme import body_font, code_font, scaled
from backprop_viz.recording.trace.layers import Layer


def header_widths(layers: tuple[Layer, ...], room: int) -> tuple[int, ...]:
    """The widths of the texts above each layer's column.

    Where the titles of all outputs are wider than the ``room``, those of the names alone.
    """
    widths = _widths(layers, whole=True)
    return widths if sum(widths) <= room else _widths(layers, whole=False)


def _widths(layers: tuple[Layer, ...], whole: bool) -> tuple[int, ...]:
    names = QFontMetrics(body_font(13, bold=True))
    shapes = QFontMetrics(code_font(11))
    switch = scaled(SWITCH)
    return tuple(
        max(
            *(names.horizontalAdvance(title) + switch for title in _titles(y) if whole),
            names.horizontalAdvance(y.name) + (switch if y.switchable else 0),
            shapes.horizontalAdvance(shape_text(y.shape)),
        )
        for y in layers
    )


def _titles(layer: Layer) -> tuple[str, ...]:
    """The names of a layer's outputs; none if it has only one."""
    count = len(layer.outputs) if layer.switchable else 0
    return tuple(layer.showing(i).titled() for i in range(count))
