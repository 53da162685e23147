"""A row of widgets that goes on in further rows where it is wider than its place."""

from bisect import bisect_right
from dataclasses import dataclass, field

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLayout, QLayoutItem, QWidget
from shiboken6 import isValid


@dataclass
class _Row:
    """Items beside each other, and the width that they need."""

    items: list[QLayoutItem] = field(default_factory=list)
    width: int = 0


class WrappingRow(QLayout):
    """A title, then widgets at the right, as many in the first row as there is room for.

    Widgets with a stretch share what is left of a row. They, and those that shrink, are given less
    than they want before the row is broken: the widest gives way first. The widget that was added
    at the end stays at the end of the first row. Without a title (not ``titled``) all stand at the
    left.
    """

    def __init__(self, *, titled: bool = True) -> None:
        super().__init__()
        self._titled = titled
        self.setContentsMargins(0, 0, 0, 0)
        self._items: list[QLayoutItem] = []
        self._stretches: dict[QWidget | None, int] = {}
        self._shrinking: set[QWidget | None] = set()
        self._end: QLayoutItem | None = None
        self._placed_width = 0  # Qt forgets the geometry while it measures
        self._height = 0  # at that width

    def addWidget(  # noqa: N802
        self, widget: QWidget, stretch: int = 0, shrinks: bool = False
    ) -> None:
        """Add a widget behind the others."""
        self.insertWidget(len(self._items), widget, stretch, shrinks)

    def insertWidget(  # noqa: N802
        self, index: int, widget: QWidget, stretch: int = 0, shrinks: bool = False
    ) -> None:
        """Add a widget before the one of this index."""
        if shrinks:
            self._shrinking.add(widget)
        self.addChildWidget(widget)
        self._items.insert(index, _item_of(widget))
        self._stretches[widget] = stretch
        self.invalidate()

    def add_at_end(self, widget: QWidget) -> None:
        """Add the widget that stays at the end of the first row."""
        self.addChildWidget(widget)
        self._end = _item_of(widget)
        self.invalidate()

    def setStretchFactor(self, widget: QWidget, stretch: int) -> None:  # noqa: N802
        """Change a widget's share of the room."""
        self._stretches[widget] = stretch
        self.invalidate()

    # -- what a layout has to be able to do ------------------------------------------------------

    def addItem(self, item: QLayoutItem) -> None:  # noqa: N802
        """Widgets are added by ``addWidget`` alone."""
        raise NotImplementedError

    def _all(self) -> list[QLayoutItem]:
        return self._items + ([] if self._end is None else [self._end])

    def count(self) -> int:
        """How many items there are."""
        return len(self._all())

    def itemAt(self, index: int) -> QLayoutItem | None:  # noqa: N802
        """The item of an index; None beyond the last."""
        items = self._all()
        return items[index] if 0 <= index < len(items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # noqa: N802
        """Remove an item."""
        if index == len(self._items) and self._end is not None:
            taken, self._end = self._end, None
            return taken
        if not 0 <= index < len(self._items):
            return None
        taken = self._items.pop(index)
        if isValid(taken):  # Qt also takes those of widgets that are gone
            self._stretches.pop(taken.widget(), None)
            self._shrinking.discard(taken.widget())
        return taken

    def expandingDirections(self) -> Qt.Orientation:  # noqa: N802
        """It takes no more than it needs."""
        return Qt.Orientation(0)

    def sizeHint(self) -> QSize:
        """All in one row."""
        return QSize(self._width(self._shown()), self._high(self._placed_width))

    def minimumSize(self) -> QSize:  # noqa: N802
        """As wide as the widest widget, and as high as its rows are at the width that it has."""
        width = max((_least(item) for item in self._shown()), default=0)
        if self._items and self._end is not None:
            width = max(width, _least(self._items[0]) + self._end_width())
        return QSize(width, self._high(self._placed_width))

    def setGeometry(self, rect: QRect) -> None:  # noqa: N802
        """Place the widgets, and ask for another height where that takes one."""
        super().setGeometry(rect)
        self._placed_width = rect.width()
        top = rect.top()
        for number, row in enumerate(self._rows(rect.width())):
            high = max(item.sizeHint().height() for item in row.items)
            right = rect.right() + 1
            if number == 0 and self._end is not None:
                high = max(high, self._end.sizeHint().height())
                width = self._end.sizeHint().width()
                self._end.setGeometry(QRect(right - width, top, width, high))
                right -= self._end_width()
            self._place(row, QRect(rect.left(), top, right - rect.left(), high), number > 0)
            top += high + self._gap()
        height = self._high(rect.width())
        if height != self._height:
            self._height = height
            self.update()

    # -- rows ------------------------------------------------------------------------------------

    def _gap(self) -> int:
        return max(self.spacing(), 0)

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _stretch(self, item: QLayoutItem) -> int:
        return self._stretches[item.widget()]

    def _need(self, item: QLayoutItem) -> int:
        shrinks = self._stretch(item) or item.widget() in self._shrinking
        return _least(item) if shrinks else item.sizeHint().width()

    def _width(self, items: list[QLayoutItem]) -> int:
        wanted = sum(item.sizeHint().width() for item in items)
        return wanted + self._gap() * max(0, len(items) - 1) + self._end_width()

    def _end_width(self) -> int:
        return 0 if self._end is None else self._end.sizeHint().width() + self._gap()

    def _rows(self, width: int) -> list[_Row]:
        rows, room = [_Row()], width - self._end_width()
        for item in self._shown():
            need = self._need(item)
            if rows[-1].items and rows[-1].width + self._gap() + need > room:
                rows.append(_Row())
                room = width
            rows[-1].width += need + (self._gap() if rows[-1].items else 0)
            rows[-1].items.append(item)
        return [row for row in rows if row.items]

    def _high(self, width: int) -> int:
        if width <= 0:  # not placed yet: it may be one row
            width = self._width(self._shown())
        heights = [max(i.sizeHint().height() for i in row.items) for row in self._rows(width)]
        if heights and self._end is not None:
            heights[0] = max(heights[0], self._end.sizeHint().height())
        return sum(heights) + self._gap() * max(0, len(heights) - 1)

    def _place(self, row: _Row, box: QRect, further: bool) -> None:
        """Place a row's items; without one that takes what is left, they stand at the right."""
        left, spare = box.left(), max(0, box.width() - row.width)
        shares = sum(self._stretch(item) for item in row.items)
        widths = self._widths(row, spare)
        spare -= sum(widths) - sum(map(self._need, row.items))
        for number, item in enumerate(row.items):
            width = min(widths[number], box.width())
            if shares:
                width += spare * self._stretch(item) // shares
            elif number == 1 and self._titled and not further:
                left += spare
            item.setGeometry(QRect(left, box.top(), width, box.height()))
            left += width + self._gap()

    def _widths(self, row: _Row, spare: int) -> list[int]:
        """The items' widths: of those that shrink all up to one width, as far as ``spare`` goes."""
        least = [self._need(item) for item in row.items]
        most = [
            item.sizeHint().width() if item.widget() in self._shrinking else need
            for item, need in zip(row.items, least, strict=True)
        ]

        def up_to(width: int) -> list[int]:
            return [max(low, min(high, width)) for low, high in zip(least, most, strict=True)]

        room = sum(least) + spare
        fits = bisect_right(range(max(most) + 1), room, key=lambda width: sum(up_to(width)))
        return up_to(fits - 1)


def _item_of(widget: QWidget) -> QLayoutItem:
    """An item that remembers the widget's sizes until they change.

    Qt's own layouts make such items, and they alone: measuring anew takes most of laying a row out.
    """
    maker = QHBoxLayout()
    maker.addWidget(widget)
    item = maker.takeAt(0)
    assert item is not None
    return item


def _least(item: QLayoutItem) -> int:
    return item.minimumSize().width()
