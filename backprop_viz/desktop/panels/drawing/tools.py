"""The tools of the pad: an eraser, and the width of the pen."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

from backprop_viz.desktop.panels.drawing.strokes import MEDIUM, WIDTHS
from backprop_viz.desktop.style.action_texts import action_label
from backprop_viz.desktop.style.glyphs import GLYPH_SIDE, glyph_icon
from backprop_viz.desktop.style.theme import DARK, Theme

_DOTS = (4.0, 7.0, 11.0)  # pixels across


class Tools(QWidget):
    """Two buttons; ``size_chosen`` carries the index of a pen in ``WIDTHS``."""

    size_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("drawingTools")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        # Small: they are in the header of a narrow panel.
        self.setStyleSheet("QToolButton { padding: 0px 1px; }")
        self._theme = DARK
        self._size = MEDIUM
        self._keys = ("", "")
        self.eraser = _button("eraserButton")
        self.pen = _button("penButton")
        self.pen.clicked.connect(self._choose_next)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(1)
        row.addWidget(self.eraser)
        row.addWidget(self.pen)
        self.show_size(MEDIUM)

    def set_actions(self, eraser: QAction, thinner: QAction, thicker: QAction) -> None:
        """Use the eraser's action on its button, and name the widths' keys."""
        self.eraser.setDefaultAction(eraser)
        self.eraser.setAccessibleName(action_label(eraser))
        eraser.setIconVisibleInMenu(False)  # the menu shows only the text
        self._keys = (thinner.shortcut().toString(), thicker.shortcut().toString())
        self.show_size(self._size)

    def show_size(self, size: int) -> None:
        """Show which width is in use."""
        self._size = size
        name = (self.tr("Thin pen"), self.tr("Medium pen"), self.tr("Thick pen"))[size]
        tip = self.tr("{pen}: press for the next ({thinner} makes it thinner, {thicker} thicker)")
        self.pen.setAccessibleName(name)
        self.pen.setToolTip(tip.format(pen=name, thinner=self._keys[0], thicker=self._keys[1]))
        self._draw()

    def set_theme(self, theme: Theme) -> None:
        """Paint the icons in the colours of a theme."""
        self._theme = theme
        self._draw()

    def _choose_next(self) -> None:
        self.size_chosen.emit((self._size + 1) % len(WIDTHS))

    def _draw(self) -> None:
        self.pen.setIcon(glyph_icon(_paint_dot, self._theme, _DOTS[self._size]))
        # Set on the action: the button copies its icon whenever the action changes.
        if (action := self.eraser.defaultAction()) is not None:
            action.setIcon(glyph_icon(_paint_eraser, self._theme))


def _button(name: str) -> QToolButton:
    button = QToolButton()
    button.setObjectName(name)
    button.setProperty("role", "segment")
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
    button.setIconSize(QSize(GLYPH_SIDE, GLYPH_SIDE))
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button


def _paint_dot(painter: QPainter, color: QColor, across: float) -> None:
    """Paint a dot as wide as the pen, in a ring as wide as the widest pen."""
    middle = QPointF(GLYPH_SIDE / 2, GLYPH_SIDE / 2)
    painter.setPen(QPen(color, 1))
    painter.drawEllipse(middle, 7, 7)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawEllipse(middle, across / 2, across / 2)


def _paint_eraser(painter: QPainter, color: QColor) -> None:
    """Paint a slanted block with its worn end filled."""
    painter.translate(GLYPH_SIDE / 2, GLYPH_SIDE / 2)
    painter.rotate(-40)
    painter.setPen(QPen(color, 1.3))
    painter.drawRoundedRect(QRectF(-6.5, -3.5, 13, 7), 1.5, 1.5)
    painter.setBrush(color)
    painter.drawRoundedRect(QRectF(-6.5, -3.5, 5, 7), 1.5, 1.5)
