"""Text from 80 to 200 %: all of it follows, the window keeps its size, and it is remembered."""

from collections.abc import Callable
from functools import partial

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QStyle, QStyleOptionComboBox, QWidget

from backprop_viz.desktop.composer import Composer
from backprop_viz.desktop.controllers.appearance.text_size import PERCENTS
from backprop_viz.desktop.panels.origin.origin_view import OriginView
from backprop_viz.desktop.style.theme import body_font, code_font, set_text_scale
from backprop_viz.desktop.window.main_window import MainWindow
from tests.nightly import by_day_every, by_night

pytestmark = pytest.mark.usefixtures("usual_text_size")

OpenWindow = Callable[..., MainWindow]


def choose(window: MainWindow, name: str, times: int = 1) -> None:
    for _ in range(times):
        window.findChild(QAction, name).trigger()
    QApplication.processEvents()


def sizes_of_text(window: MainWindow) -> dict[int, int]:
    labels = [w for w in window.findChildren(QLabel) if w.isVisible() and w.text()]
    return {id(label): label.fontInfo().pixelSize() for label in labels}


@by_night
@pytest.mark.parametrize("size", by_day_every(2, [(1280, 800), (1600, 1000)]))
def test_all_text_is_twice_as_large_and_the_window_is_not(
    open_window: OpenWindow, size: tuple[int, int]
) -> None:
    window = open_window("--preset", "tutorial", size=size)
    bold = QLabel("bold", window)
    font = bold.font()
    font.setBold(True)
    bold.setFont(font)
    bold.show()
    QApplication.processEvents()
    before = sizes_of_text(window)
    choose(window, "actionTextLarger", 6)
    after = sizes_of_text(window)
    assert len(before) > 20
    assert bold.font().pixelSize() == 26
    assert window.panel(OriginView).columns.formula.where.font().pixelSize() == 22
    same = before.keys() & after.keys()
    assert len(same) > 20
    # One that makes its letters fit into its place may have had smaller ones.
    assert all(2.0 <= after[label] / before[label] < 2.2 for label in same)
    assert (body_font().pixelSize(), code_font(12).pixelSize()) == (26, 24)
    assert (window.width(), window.height()) == size
    assert cut(window.findChild(QComboBox, "playSpeed")) == []


def painted_by_the_style(window: MainWindow) -> list[QWidget]:
    return [window.menuBar(), window.toolbar.run_buttons[0]]


@by_night
def test_the_size_is_remembered_and_comes_back_to_what_it_was(open_window: OpenWindow) -> None:
    window = open_window("--preset", "tutorial", size=(1600, 1000))
    before = sizes_of_text(window)
    choose(window, "actionTextSmaller", 3)  # one more than there are
    assert body_font(10).pixelSize() == 8
    small = [each.font().pixelSize() for each in painted_by_the_style(window)]
    assert small == [10, 10]
    window.close()
    set_text_scale(1.0)
    again = open_window("--preset", "tutorial", size=(1600, 1000))
    assert body_font(10).pixelSize() == 8
    QApplication.processEvents()
    assert [each.font().pixelSize() for each in painted_by_the_style(again)] == small
    assert again.findChild(QAction, "actionTextNormal").shortcut().toString() == "Ctrl+0"
    choose(again, "actionTextNormal")
    sizes = sorted(sizes_of_text(again).values())
    assert sizes[len(sizes) // 2] == sorted(before.values())[len(before) // 2]
    assert body_font().pixelSize() == QApplication.font().pixelSize() == 13


@by_night
def test_the_next_window_has_its_fields_as_wide_as_the_one_before(open_window: OpenWindow) -> None:
    """As that in another language, which takes its place."""

    def widths(window: MainWindow) -> list[int]:
        return [box.width() for box in window.toolbar.settings.findChildren(QComboBox)]

    window = open_window("--preset", "tutorial", size=(1600, 1000))
    plain = widths(window)
    window.findChild(Composer).text_size.choose(150)
    QApplication.processEvents()
    large = widths(window)
    assert plain < large
    again = open_window("--preset", "tutorial", size=(1600, 1000))
    QApplication.processEvents()
    assert widths(again) == large
    choose(again, "actionTextNormal")
    assert widths(again) == plain


@by_night
def test_no_widget_goes_while_a_style_sheet_is_set(open_window: OpenWindow) -> None:
    """Qt goes through a list of all of them, and takes one that is gone for one that is there."""
    window = open_window("--preset", "tutorial", size=(1280, 800))
    small = sizes_of_text(window)
    window.findChild(Composer).text_size.choose(200)
    QApplication.processEvents()
    large = sizes_of_text(window)
    assert all(2.0 <= large[label] / small[label] < 2.2 for label in small.keys() & large.keys())
    window.lower_row.explain()
    QApplication.processEvents()
    gone: list[str] = []
    for widget in QApplication.allWidgets():
        said = f"{type(widget).__name__} {widget.objectName()}"
        widget.destroyed.connect(partial(gone.append, said))
    told: list[list[str]] = []
    window.findChild(Composer).theme.theme_changed.connect(lambda: told.append(gone.copy()))
    below = window.panel(OriginView).columns.below
    assert below.isVisible()
    choose(window, "actionTextNormal")
    assert told == [[]]
    assert not below.isVisible()  # it is done when the style sheet is set


def cut(box: QComboBox) -> list[str]:
    """The entries of a box that are wider than its field."""
    option = QStyleOptionComboBox()
    box.initStyleOption(option)
    control, field = QStyle.ComplexControl.CC_ComboBox, QStyle.SubControl.SC_ComboBoxEditField
    room = box.style().subControlRect(control, option, field, box).width()
    entries = [box.itemText(i) for i in range(box.count())]
    return [text for text in entries if box.fontMetrics().horizontalAdvance(text) > room]


@by_night
def test_the_speeds_are_read_at_every_size_of_text(open_window: OpenWindow) -> None:
    window = open_window("--preset", "tutorial", size=(1600, 1000))
    box = window.findChild(QComboBox, "playSpeed")
    for percent in PERCENTS:
        window.findChild(Composer).text_size.choose(percent)
        QApplication.processEvents()
        assert cut(box) == []
    choose(window, "actionTextNormal")
    for layout in ("Present", "Learn", "Present"):
        choose(window, f"actionLayout{layout}")
        assert cut(box) == []
        assert box.width() == box.sizeHint().width()
