"""The row below the columns: the plots, or in their place the panel that explains a number."""

from PySide6.QtCore import QSettings, QSize
from PySide6.QtWidgets import QSplitter, QStackedWidget, QWidget

# The explaining panel's height at first, in pixels.
FIRST_HEIGHT = 330
_LEAST, _MOST = 120, 4000
_KEY = "window/origin_height"


class LowerRow(QStackedWidget):
    """Shows one of two widgets, each with a height of its own in the splitter of the rows."""

    def __init__(self, plots: QWidget, explaining: QWidget) -> None:
        super().__init__()
        self.setObjectName("lowerRow")
        self.addWidget(plots)
        self.addWidget(explaining)
        self._rows: QSplitter | None = None
        self._columns: QWidget | None = None
        self._plots_sizes: list[int] = []
        self._height = FIRST_HEIGHT

    def set_rows(self, rows: QSplitter) -> None:
        """Take the splitter whose last part this is, below the columns."""
        self._rows, self._columns = rows, rows.widget(0)

    def minimumSizeHint(self) -> QSize:
        """Room for what is shown, not for both."""
        current = self.currentWidget()
        return super().minimumSizeHint() if current is None else current.minimumSizeHint()

    @property
    def explaining(self) -> bool:
        """Whether the explaining panel is shown."""
        return self.currentIndex() == 1

    @property
    def _maximized(self) -> bool:
        return self._columns is not None and self._columns.isHidden()

    def explain(self) -> None:
        """Show the explaining panel, in the height that it had last."""
        if self.explaining or self._rows is None:
            return
        self._plots_sizes = self._rows.sizes()
        self.setCurrentIndex(1)
        total = sum(self._plots_sizes)
        height = max(_LEAST, min(self._height, total - _LEAST))
        self._rows.setSizes([total - height, height])

    def show_plots(self) -> None:
        """Show the plots again, in the height that they had."""
        if not self.explaining or self._rows is None:
            return
        self.maximize(False)
        self._height = self._rows.sizes()[1]
        self.setCurrentIndex(0)
        self._rows.setSizes(self._plots_sizes)

    def maximize(self, wanted: bool) -> None:
        """Give the explaining panel all the room, or no longer."""
        rows, columns = self._rows, self._columns
        if rows is None or columns is None:
            return
        if wanted and self.explaining and not columns.isHidden():
            self._height = rows.sizes()[1]
            columns.hide()
        elif not wanted and columns.isHidden():
            columns.show()
            total = sum(rows.sizes())
            rows.setSizes([total - self._height, self._height])

    def plots_sizes(self) -> list[int]:
        """The sizes of the rows while the plots are shown."""
        assert self._rows is not None
        return self._plots_sizes if self.explaining else self._rows.sizes()

    def save(self, store: QSettings) -> None:
        """Store the explaining panel's height for the next launch."""
        if self.explaining and self._rows is not None and not self._maximized:
            self._height = self._rows.sizes()[1]
        store.setValue(_KEY, str(self._height))

    def restore(self, store: QSettings) -> None:
        """Restore the height of the last launch; nothing if what is stored is no height."""
        text = store.value(_KEY)
        if isinstance(text, str) and text.isdecimal() and _LEAST <= int(text[:6]) <= _MOST:
            self._height = int(text)

    def reset(self) -> None:
        """Have the first height again."""
        self._height = FIRST_HEIGHT
