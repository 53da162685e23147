"""Buttons that step through events and play them, and the playback speed."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QIcon, QPainter, QPolygonF
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from backprop_viz.desktop.style.action_texts import action_label
from backprop_viz.desktop.style.glyphs import GLYPH_SIDE, glyph_icon
from backprop_viz.desktop.style.theme import DARK, Theme, scaled

SPEEDS = (2.0, 8.0, 30.0, 120.0)  # events per second
_GLYPHS = ("first", "back", "play", "forward", "last")


class Transport(QWidget):
    """Five buttons and a choice of speed; ``speed_changed`` carries events per second."""

    speed_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("transport")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        # Narrower than the toolbar's buttons: there is little room.
        self.setStyleSheet("QToolButton { padding: 3px 5px; }")
        self.buttons: tuple[QToolButton, ...] = ()
        self._theme = DARK
        self._playing = False
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(2)
        self.speeds = QComboBox(self)
        self.speeds.setObjectName("playSpeed")
        self.speeds.setProperty("textSize", "compact")
        self.speeds.setAccessibleName(self.tr("Speed of playing"))
        self.speeds.setToolTip(self.tr("How many events are played in a second"))
        for speed in SPEEDS:
            self.speeds.addItem(self.tr("{count} events/s").format(count=round(speed)), speed)
        self.speeds.setCurrentIndex(1)
        self.speeds.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.speeds.currentIndexChanged.connect(self._choose_speed)

    @property
    def speed(self) -> float:
        """The chosen speed, in events per second."""
        return float(self.speeds.currentData())

    def set_actions(self, actions: Sequence[QAction]) -> None:
        """Set five actions: to the start, back, play, forward, to the end."""
        buttons = []
        for action in actions:
            button = QToolButton()
            button.setDefaultAction(action)
            button.setObjectName(f"{action.objectName()}Button")
            button.setAccessibleName(action_label(action))
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
            button.setIconSize(QSize(GLYPH_SIDE, GLYPH_SIDE))
            button.setProperty("role", "segment")
            # The menu shows only the text.
            action.setIconVisibleInMenu(False)
            self._row.addWidget(button)
            buttons.append(button)
        self.buttons = tuple(buttons)
        self._row.addSpacing(4)
        self._row.addWidget(self.speeds)
        self._draw()

    def show_playing(self, playing: bool) -> None:
        """Show a pause sign on the middle button during playback."""
        if playing != self._playing:
            self._playing = playing
            self._draw()

    def set_theme(self, theme: Theme) -> None:
        """Paint the icons in the colours of a theme."""
        self._theme = theme
        for button in self.buttons:
            button.setIconSize(QSize(scaled(GLYPH_SIDE), scaled(GLYPH_SIDE)))
        self._draw()

    def _draw(self) -> None:
        for name, button in zip(_GLYPHS, self.buttons, strict=False):
            shown = "pause" if name == "play" and self._playing else name
            # Set on the action: the button copies its icon whenever the action changes.
            button.defaultAction().setIcon(sign_icon(shown, self._theme))

    def _choose_speed(self) -> None:
        self.speed_changed.emit(self.speed)


def sign_icon(name: str, theme: Theme) -> QIcon:
    """One of the icons, in the theme's colours."""
    return glyph_icon(_paint_glyph, theme, name)


def _paint_glyph(painter: QPainter, color: QColor, name: str) -> None:
    """Paint a triangle, a triangle at a bar, or two bars, in 16x16."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    if name in ("back", "first"):
        painter.translate(GLYPH_SIDE, 0)
        painter.scale(-1, 1)
    if name == "pause":
        painter.drawRoundedRect(QRectF(4, 3, 3, 10), 1, 1)
        painter.drawRoundedRect(QRectF(9, 3, 3, 10), 1, 1)
    elif name == "play":
        painter.drawPolygon(QPolygonF([QPointF(4, 2), QPointF(13, 8), QPointF(4, 14)]))
    elif name in ("forward", "back"):
        # The triangle starts at a bar: one event, unlike the play sign.
        painter.drawRoundedRect(QRectF(3.5, 3.5, 2, 9), 1, 1)
        painter.drawPolygon(QPolygonF([QPointF(7, 3.5), QPointF(13, 8), QPointF(7, 12.5)]))
    else:
        painter.drawPolygon(QPolygonF([QPointF(3, 3.5), QPointF(7.5, 8), QPointF(3, 12.5)]))
        painter.drawPolygon(QPolygonF([QPointF(7.5, 3.5), QPointF(12, 8), QPointF(7.5, 12.5)]))
        painter.drawRoundedRect(QRectF(12, 3.5, 2, 9), 1, 1)
