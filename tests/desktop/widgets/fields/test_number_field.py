import pytest
from PySide6.QtCore import QLocale, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.style.theme import DARK, LIGHT, Theme, style_sheet
from backprop_viz.desktop.widgets.fields.number_dialog import NumberDialog
from backprop_viz.desktop.widgets.fields.number_field import NumberField
from backprop_viz.desktop.widgets.fields.refusal_texts import range_text
from backprop_viz.recording.settings.quantities import LARGEST, Quantity

RATE = Quantity(0, 1e9)


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(400, 200)
    QVBoxLayout(window)
    window.show()
    return window


@pytest.fixture
def field(window: QWidget, qtbot: QtBot) -> NumberField:
    field = NumberField(RATE, "Rate", 0.05)
    field.stays = "The run keeps {0}."
    window.layout().addWidget(field)
    window.layout().addWidget(QLineEdit())
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    field.setFocus()
    return field


@pytest.mark.parametrize("theme", [DARK, LIGHT])
@pytest.mark.parametrize(("text", "valid"), [("99999", False), ("-123456", False), ("54321", True)])
def test_a_number_that_is_long_for_the_field_is_shown_whole(
    window: QWidget, theme: Theme, text: str, valid: bool
) -> None:
    window.setStyleSheet(style_sheet(theme))
    field = NumberField(Quantity(0, 60_000, whole=True), "Batch", 64)
    field.setFixedWidth(58)
    window.layout().addWidget(field)
    window.layout().activate()
    as_before = field.lineEdit().geometry()
    type_over(field, text)
    assert field.finish() is valid
    assert field.text() == text
    line = field.lineEdit()
    assert line.fontMetrics().horizontalAdvance(text) <= line.width()
    assert line.geometry().right() <= field.rect().right()
    field.setValue(64)
    field.restore()
    assert line.geometry() == as_before


def type_over(field: NumberField, text: str) -> None:
    field.selectAll()
    QTest.keyClicks(field, text)


@pytest.mark.parametrize("finish", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab])
def test_a_number_counts_when_it_is_finished(
    field: NumberField, qtbot: QtBot, finish: Qt.Key
) -> None:
    with qtbot.assertNotEmitted(field.changed):
        type_over(field, "1e-3")
        assert field.value() == 0.05
    with qtbot.waitSignal(field.changed) as told:
        QTest.keyClick(field, finish)
    assert told.args == [0.001]
    assert (field.value(), field.text()) == (0.001, "0.001")


@pytest.mark.parametrize("finish", [Qt.Key.Key_Return, Qt.Key.Key_Tab])
@pytest.mark.parametrize("text", ["1e30", "-1", "abc", "", "1e", "nan", "1e-400", "1,000"])
def test_a_wrong_text_stays_marked_and_the_value_too(
    field: NumberField, qtbot: QtBot, text: str, finish: Qt.Key
) -> None:
    with qtbot.assertNotEmitted(field.changed):
        type_over(field, text)
        if not text:
            QTest.keyClick(field, Qt.Key.Key_Delete)
        assert not field.refused  # not while it is typed
        QTest.keyClick(field, finish)
    assert (field.text(), field.value()) == (text, 0.05)
    assert field.property("invalid") is True
    assert field.refused.startswith("Rate")
    assert field.refused.endswith("The run keeps 0.05.")
    assert field.bubble.isVisible()
    assert field.bubble.parentWidget() is field.window()
    assert field.refused in field.toolTip()
    assert field.accessibleDescription() == field.refused


def test_the_mark_goes_as_soon_as_the_text_is_right(field: NumberField) -> None:
    type_over(field, "1e30")
    QTest.keyClick(field, Qt.Key.Key_Return)
    QTest.keyClicks(field, "3")
    assert not field.refused
    assert field.property("invalid") is False
    assert not field.bubble.isVisible()
    assert field.value() == 0.05


def test_escape_puts_the_value_back_and_then_goes_on(qtbot: QtBot) -> None:
    dialog = QDialog()
    qtbot.addWidget(dialog)
    field = NumberField(RATE, "Rate", 0.05, dialog)
    dialog.show()
    field.setFocus()
    type_over(field, "1e30")
    QTest.keyClick(field, Qt.Key.Key_Return)
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "0.05"
    assert not field.refused
    assert dialog.isVisible()
    type_over(field, "7")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert (field.text(), dialog.isVisible()) == ("0.05", True)
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_typing_is_undone_in_the_field(field: NumberField) -> None:
    type_over(field, "7")
    QTest.keyClick(field, Qt.Key.Key_Return)
    QTest.keyClick(field, Qt.Key.Key_Up)
    assert (field.text(), field.value()) == ("10", 10.0)
    for text in ("7", "0.05"):
        while field.text() != text:
            assert field.lineEdit().isUndoAvailable()
            QTest.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert field.value() == 0.05


def test_arrow_keys_and_a_chosen_fields_wheel_step(field: NumberField, qtbot: QtBot) -> None:
    told: list[float] = []
    field.changed.connect(told.append)
    QTest.keyClick(field, Qt.Key.Key_Up)
    QTest.keyClick(field, Qt.Key.Key_Down)
    QTest.keyClick(field, Qt.Key.Key_Down)
    assert told == [0.1, 0.05, 0.02]
    turn(field, 120)
    assert told[3:] == [0.05]
    field.window().findChildren(QLineEdit)[-1].setFocus()
    turn(field, 120)
    assert told[4:] == []


def turn(field: NumberField, angle: int) -> None:
    at = QPointF(5, 5)
    event = QWheelEvent(
        at,
        QPointF(field.mapToGlobal(QPoint(5, 5))),
        QPoint(),
        QPoint(0, angle),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(field, event)


def test_an_arrow_goes_on_from_what_is_typed_or_else_from_the_value(field: NumberField) -> None:
    type_over(field, "3")
    QTest.keyClick(field, Qt.Key.Key_Up)
    assert field.value() == 5.0
    type_over(field, "much")
    QTest.keyClick(field, Qt.Key.Key_Return)
    QTest.keyClick(field, Qt.Key.Key_Up)
    assert field.value() == 10.0
    assert not field.refused


def test_a_given_value_takes_the_place_of_what_was_typed_only_if_it_is_another(
    field: NumberField, qtbot: QtBot
) -> None:
    type_over(field, "1e30")
    QTest.keyClick(field, Qt.Key.Key_Return)
    with qtbot.assertNotEmitted(field.changed):
        field.setValue(0.05)
        assert field.text() == "1e30"
        field.setValue(0.1)
    assert field.text() == "0.1"
    assert not field.refused


def test_a_german_field_shows_and_reads_a_comma(qtbot: QtBot) -> None:
    field = NumberField(RATE, "Rate", 0.05)
    qtbot.addWidget(field)
    field.setLocale(QLocale(QLocale.Language.German, QLocale.Country.Germany))
    assert field.text() == "0,05"
    for text, value in (("1,125", 1.125), ("0.5", 0.5), ("1e-3", 1e-3)):
        type_over(field, text)
        QTest.keyClick(field, Qt.Key.Key_Return)
        assert field.value() == value
    assert field.text() == "0,001"
    type_over(field, "1.125")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert field.value() == 1e-3
    assert "can mean 1.125 or 1125" in field.refused


def test_a_dialog_goes_on_with_a_right_number_only(qtbot: QtBot) -> None:
    dialog = NumberDialog(Quantity(16, 64, whole=True), "Memory", 32)
    qtbot.addWidget(dialog)
    dialog.show()
    chosen: list[int] = []
    dialog.chosen.connect(chosen.append)
    type_over(dialog.field, "1000")
    QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    assert dialog.isVisible()
    assert dialog.field.refused == "Memory takes a whole number from 16 to 64, not “1000”."
    type_over(dialog.field, "48")
    QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    assert not dialog.isVisible()
    assert chosen == [48]


@pytest.mark.parametrize(
    ("quantity", "words"),
    [
        (Quantity(1, 4096, whole=True), "a whole number from 1 to 4096"),
        (RATE, "a number from 0 to 1e9"),
        (Quantity(), "a number"),
        (Quantity(0), "a number from 0 up"),
        (Quantity(0, above=True), "a number above 0"),
        (Quantity(0, 1, above=True), "a number more than 0, up to 1"),
        (Quantity(0, 1, below=True), "a number from 0 to less than 1"),
        (Quantity(0, 1, above=True, below=True), "a number more than 0 and less than 1"),
        (Quantity(-LARGEST, LARGEST), "a number"),
    ],
)
def test_a_range_in_words(quantity: Quantity, words: str) -> None:
    assert range_text(quantity) == words


@pytest.mark.parametrize("width", [150, 400])
def test_the_sentence_stays_within_the_window(qtbot: QtBot, width: int) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(width, 180)
    field = NumberField(RATE, "Rate", 0.05, window)
    field.move(width - 90, 140)
    window.show()
    field.lineEdit().setText("1e30")
    field.finish()
    assert window.rect().contains(field.bubble.geometry())
    assert not field.bubble.geometry().intersects(field.geometry())
    window.resize(width + 100, 300)
    assert window.rect().contains(field.bubble.geometry())


def test_of_several_wrong_fields_the_one_that_is_chosen_speaks(
    window: QWidget, field: NumberField
) -> None:
    other = NumberField(RATE, "Other", 1.0)
    window.layout().addWidget(other)
    other.show()
    for wrong in (field, other):
        wrong.setFocus()
        type_over(wrong, "-1")
        QTest.keyClick(wrong, Qt.Key.Key_Return)
    assert [wrong.bubble.isVisible() for wrong in (field, other)] == [False, True]
    assert field.property("invalid") is True
    field.setFocus()
    assert [wrong.bubble.isVisible() for wrong in (field, other)] == [True, False]


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_a_disabled_field_looks_other_than_an_enabled_one(qtbot: QtBot, theme: Theme) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.setStyleSheet(style_sheet(theme))
    field = NumberField(RATE, "Rate", 0.05, window)
    field.resize(86, 30)
    window.show()
    colours = []
    for enabled in (True, False):
        field.setEnabled(enabled)
        picture = field.grab().toImage()
        pixels = {
            picture.pixelColor(x, y).name()
            for x in range(picture.width())
            for y in range(picture.height())
        }
        colours.append(pixels)
    assert theme.text in colours[0]
    assert theme.control in colours[0]
    assert theme.text not in colours[1]
    assert theme.control not in colours[1]
    assert theme.faint in colours[1]
