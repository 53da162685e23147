"""Where windows are and how their parts share them, kept from launch to launch.

As plain numbers: Qt's own states are bytes that it believes, and a damaged one can keep it busy
for minutes.
"""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSettings, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QSplitter, QStyle, QWidget

_MOST = 100_000


def save_place(store: QSettings, key: str, window: QWidget) -> None:
    """Keep where a window is, and whether it is maximized."""
    box = window.normalGeometry() if window.isMaximized() else window.geometry()
    numbers = (box.x(), box.y(), box.width(), box.height(), window.isMaximized())
    store.setValue(key, " ".join(str(int(n)) for n in numbers))


def restore_place(store: QSettings, key: str, window: QWidget) -> None:
    """Put a window where it was, as far as there is a screen; nothing where nothing was kept."""
    numbers = _numbers(store.value(key), -_MOST)
    if len(numbers) != 5 or min(numbers[2:4]) < 1:
        return
    *place, maximized = numbers
    box = QRect(*place)
    screen = QGuiApplication.screenAt(box.center()) or QGuiApplication.primaryScreen()
    room = screen.availableGeometry()
    bar = window.style().pixelMetric(QStyle.PixelMetric.PM_TitleBarHeight)
    room.setTop(room.top() + bar)
    box.setSize(box.size().boundedTo(room.size()))
    box.moveLeft(min(max(box.left(), room.left()), room.right() + 1 - box.width()))
    box.moveTop(min(max(box.top(), room.top()), room.bottom() + 1 - box.height()))
    window.setGeometry(box)
    if maximized:
        window.setWindowState(Qt.WindowState.WindowMaximized)


def save_sizes(store: QSettings, key: str, splitter: QSplitter) -> None:
    """Keep how the parts of a splitter share it."""
    store.setValue(key, " ".join(map(str, splitter.sizes())))


def restore_sizes(store: QSettings, key: str, splitter: QSplitter) -> None:
    """Share a splitter as it was; nothing where nothing was kept."""
    apply_sizes(splitter, _numbers(store.value(key), 0))


def apply_sizes(splitter: QSplitter, sizes: Sequence[int]) -> None:
    """Share a splitter like this; nothing where it has other parts, or all would be hidden."""
    if len(sizes) == splitter.count() and any(sizes):
        splitter.setSizes(list(sizes))


def _numbers(kept: object, least: int) -> list[int]:
    """The numbers of a text; none at all if it is anything else."""
    words = kept.split() if isinstance(kept, str) else []
    if not all(len(word) <= 7 and word.removeprefix("-").isdecimal() for word in words):
        return []
    numbers = list(map(int, words))
    return numbers if all(least <= number <= _MOST for number in numbers) else []
