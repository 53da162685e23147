"""Chooses the size of all text, from 80 to 200 %."""

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QComboBox, QToolButton, QWidget

from backprop_viz.desktop.controllers.appearance.theme import ThemeController
from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.style.theme import body_font, set_text_scale, text_scale

PERCENTS = (80, 90, 100, 110, 125, 150, 175, 200)
_KEY = "text_size"
_FOR_A_ROOM = 150  # percent, while presenting
_ANY = 10_000  # pixels: a height that is no limit
_SIZE = 0x0002  # ``QFont::SizeResolved``


class TextSizeController(QObject):
    """Makes text larger and smaller, and remembers it."""

    def __init__(self, context: Context, theme: ThemeController) -> None:
        super().__init__(context.window)
        self._window, self._store, self._theme = context.window, context.store, theme
        kept = str(self._store.value(_KEY, "100"))
        self._before: float | None = None  # the scale before this one, once there was another
        theme.theme_changed.connect(self._rescale_all)
        # What has not been shown yet keeps the fonts of the style sheet that it was made with.
        self._once_shown = QTimer(self, interval=0, singleShot=True)
        self._once_shown.timeout.connect(self._style_anew)
        self._percent = int(kept) if kept in map(str, PERCENTS) else 100

    def show_for_a_room(self, wanted: bool) -> None:
        """Use the large type for an audience, or the user's own size again."""
        self._apply(max(_FOR_A_ROOM, self._percent) if wanted else self._percent)

    def apply_kept(self) -> None:
        """Use the size of the last launch."""
        self._apply(self._percent)

    def larger(self) -> None:
        """The next size up."""
        self.choose(next((p for p in PERCENTS if p > self._percent), PERCENTS[-1]))

    def smaller(self) -> None:
        """The next size down."""
        self.choose(next((p for p in reversed(PERCENTS) if p < self._percent), PERCENTS[0]))

    def normal(self) -> None:
        """100 %."""
        self.choose(100)

    def choose(self, percent: int) -> None:
        """Use one of ``PERCENTS``, now and at the next launch."""
        self._percent = percent
        self._store.setValue(_KEY, str(percent))
        self._apply(percent)
        self._window.messages.tell(self.tr("Text size: {0} %").format(percent), "info", _KEY)

    def _apply(self, percent: int) -> None:
        before, scale = text_scale(), percent / 100
        if before == scale:
            return
        set_text_scale(scale)
        QApplication.setFont(body_font())
        self._before = before
        self._theme.apply_again()
        if not self._window.isVisible():
            self._once_shown.start()

    def _style_anew(self) -> None:
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.setStyleSheet("")
        self._theme.apply_again()

    def _rescale_all(self) -> None:
        """Rescale all fonts: a new style sheet gives widgets back their first ones."""
        if self._before is not None:
            for widget in self._window.findChildren(QWidget):
                _rescale(widget, self._before, text_scale())


def _rescale(widget: QWidget, before: float, scale: float) -> None:
    """Give a widget's own font its size at this scale, and room for it."""
    font = widget.font()
    # Of a font that is only bold the size is the application's, of a caption the style sheet's.
    own = widget.testAttribute(Qt.WidgetAttribute.WA_SetFont) and font.resolveMask() & _SIZE
    if own and widget.property("role") != "caption" and font.pixelSize() > 0:
        font.setPixelSize(_at(widget, "textAt100", font.pixelSize(), before, scale))
        widget.setFont(font)
    boxes = isinstance(widget, QComboBox | QAbstractSpinBox | QToolButton)
    # Boxes have their least height from the style sheet.
    fixed = boxes or widget.minimumHeight() == widget.maximumHeight()
    if fixed and 1 < widget.maximumHeight() < _ANY:
        widget.setFixedHeight(_at(widget, "heightAt100", widget.maximumHeight(), before, scale))
    if boxes and widget.minimumWidth() == widget.maximumWidth() > 1:
        widget.setFixedWidth(_at(widget, "widthAt100", widget.minimumWidth(), before, scale))


def _at(widget: QWidget, name: str, now: int, before: float, scale: float) -> int:
    """A length at this scale; that at 100 % is kept, so that nothing drifts."""
    kept = widget.property(name)
    if not isinstance(kept, int):
        kept = round(now / before)
        widget.setProperty(name, kept)
    return max(1, round(kept * scale))
