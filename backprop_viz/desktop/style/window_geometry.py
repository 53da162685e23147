"""Stores the windows' geometry and splitter sizes between launches.

They are stored as plain numbers: Qt trusts the bytes of its own saved states, and damaged ones can
keep it busy for minutes.
"""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSettings, QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QSplitter, QStyle, QWidget

_MOST = 100_000


def save_place(store: QSettings, key: str, window: QWidget) -> None:
    """Store a window's geometry and whether it is maximized."""
    box = window.normalGeometry() if window.isMaximized() else window.geometry()
    frame = window.frameGeometry().size() - window.geometry().size()
    place = (box.x(), box.y(), box.width(), box.height())
    numbers = (*place, window.isMaximized(), frame.width(), frame.height())
    store.setValue(key, " ".join(str(int(n)) for n in numbers))


def restore_place(store: QSettings, key: str, window: QWidget) -> None:
    """Restore a window's geometry within the screen; do nothing if none is stored."""
    numbers = _numbers(store.value(key), -_MOST)
    if len(numbers) not in (5, 7) or min(numbers[2:4]) < 1:
        return
    box, maximized = QRect(*numbers[:4]), numbers[4]
    frame = QSize(*numbers[5:]) if len(numbers) == 7 else QSize(0, 0)
    screen = QGuiApplication.screenAt(box.center()) or QGuiApplication.primaryScreen()
    room = screen.availableGeometry()
    bar = window.style().pixelMetric(QStyle.PixelMetric.PM_TitleBarHeight)
    # A frame is known only while the window is shown: it is taken to be as high as it was.
    room.setTop(room.top() + bar)
    left_over = room.size() - QSize(frame.width(), max(0, frame.height() - bar))
    box.setSize(box.size().boundedTo(left_over))
    box.moveLeft(min(max(box.left(), room.left()), room.right() + 1 - box.width()))
    box.moveTop(min(max(box.top(), room.top()), room.bottom() + 1 - box.height()))
    window.setGeometry(box)
    if maximized:
        window.setWindowState(Qt.WindowState.WindowMaximized)


def on_a_screen(box: QRect) -> QRect:
    """A box as large and as near as it fits within a screen that is there."""
    screen = QGuiApplication.screenAt(box.center()) or QGuiApplication.primaryScreen()
    room, found = screen.availableGeometry(), QRect(box)
    found.setSize(box.size().boundedTo(room.size()))
    found.moveLeft(min(max(found.left(), room.left()), room.right() + 1 - found.width()))
    found.moveTop(min(max(found.top(), room.top()), room.bottom() + 1 - found.height()))
    return found


def keep_frame_on_screen(window: QWidget) -> None:
    """Make a window smaller that is as large as the screen, so that its frame is on it as well."""
    if window.isMaximized() or window.isFullScreen():
        return
    room, size = window.screen().availableGeometry().size(), window.size()
    frame = window.frameGeometry().size() - window.geometry().size()
    if size.boundedTo(room) == size:  # else someone wants it larger than the screen
        window.resize(size.boundedTo(room - frame))


def save_sizes(store: QSettings, key: str, sizes: Sequence[int]) -> None:
    """Store the sizes of a splitter's parts."""
    store.setValue(key, " ".join(map(str, sizes)))


def restore_sizes(store: QSettings, key: str, splitter: QSplitter) -> None:
    """Restore the sizes of a splitter's parts; do nothing if none are stored."""
    apply_sizes(splitter, _numbers(store.value(key), 0))


def apply_sizes(splitter: QSplitter, sizes: Sequence[int]) -> None:
    """Set the sizes of a splitter's parts, unless their count differs or all are zero."""
    if len(sizes) == splitter.count() and any(sizes):
        splitter.setSizes(list(sizes))


def _numbers(kept: object, least: int) -> list[int]:
    """The numbers in a text; none if it contains anything else."""
    words = kept.split() if isinstance(kept, str) else []
    if not all(len(word) <= 7 and word.removeprefix("-").isdecimal() for word in words):
        return []
    numbers = list(map(int, words))
    return numbers if all(least <= number <= _MOST for number in numbers) else []
