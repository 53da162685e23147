from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QDialogButtonBox, QLabel, QWidget
from pytestqt.qtbot import QtBot

from backprop_viz.analysis.optimizer_entry import FlagOption, NumberOption, TupleOption
from backprop_viz.analysis.optimizers import OPTIMIZERS
from backprop_viz.desktop.panels.settings.options_dialog import OptionsDialog
from backprop_viz.desktop.panels.settings.settings_bar import SettingsBar
from backprop_viz.desktop.widgets.fields.number_field import NumberField
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.settings.schedules import SCHEDULES
from backprop_viz.training.live_settings import continues

RUN = Settings(data="random", loss="mse", optimizer="adam", lr=0.001, batch_size=1, seed=3)


@pytest.fixture
def bar(qtbot: QtBot) -> SettingsBar:
    bar = SettingsBar()
    qtbot.addWidget(bar)
    bar.show_settings(RUN)
    return bar


def field(parent: QWidget, name: str) -> NumberField:
    """The field for a number."""
    found = parent.findChild(NumberField, name)
    assert found is not None, name
    return found


def choice(parent: QWidget, name: str) -> QComboBox:
    """The box for a choice."""
    found = parent.findChild(QComboBox, name)
    assert found is not None, name
    return found


def caption(parent: QWidget, name: str) -> QLabel:
    """The label of a field."""
    return next(x for x in parent.findChildren(QLabel) if x.buddy() is field(parent, name))


def accept(dialog: OptionsDialog) -> None:
    """Press OK."""
    buttons = dialog.findChild(QDialogButtonBox)
    buttons.button(QDialogButtonBox.StandardButton.Ok).click()


def put(box: NumberField, text: str) -> None:
    """Type a number and finish it."""
    box.selectAll()
    QTest.keyClicks(box, text)
    QTest.keyClick(box, Qt.Key.Key_Return)


def test_showing_settings_tells_nobody(bar: SettingsBar, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(bar.changed):
        bar.show_settings(replace(RUN, optimizer="sgd", seed=9))


def test_a_change_carries_all_the_other_settings(bar: SettingsBar, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bar.changed) as told:
        put(field(bar, "seed"), "4")
    assert told.args == [replace(RUN, seed=4)]


def test_every_optimizer_is_a_choice_with_its_formula(bar: SettingsBar) -> None:
    box = choice(bar, "optimizer")
    assert [box.itemData(i) for i in range(box.count())] == list(OPTIMIZERS)
    row = box.findText("SGD, Nesterov")
    tip = box.itemData(row, Qt.ItemDataRole.ToolTipRole)
    assert tip == "v ← 0.9 · v + grad\nw ← w − lr · (grad + 0.9 · v)"


def test_another_optimizer_starts_with_its_own_options(bar: SettingsBar, qtbot: QtBot) -> None:
    bar.show_settings(replace(RUN, optimizer="sgd", optimizer_options={"momentum": 0.9}))
    assert "0.9" in choice(bar, "optimizer").currentText()
    with qtbot.waitSignal(bar.changed) as told:
        choice(bar, "optimizer").setCurrentIndex(choice(bar, "optimizer").findData("adam"))
    assert told.args[0].optimizer_options == {}


def test_revert_shows_the_runs_settings_again(bar: SettingsBar, qtbot: QtBot) -> None:
    choice(bar, "loss").setCurrentIndex(choice(bar, "loss").findData("cross_entropy"))
    with qtbot.assertNotEmitted(bar.changed):
        bar.revert()
    assert choice(bar, "loss").currentData() == "mse"


def test_mnist_is_a_choice(bar: SettingsBar) -> None:
    bar.show_settings(replace(RUN, data="mnist", roots={"mnist": "some/folder"}))
    assert choice(bar, "data").currentData() == "mnist"


def test_the_wheel_changes_only_a_box_that_was_chosen(bar: SettingsBar, qtbot: QtBot) -> None:
    bar.show()
    bar.activateWindow()
    qtbot.waitUntil(bar.isActiveWindow)

    def turn() -> None:
        QApplication.sendEvent(
            field(bar, "seed"),
            QWheelEvent(
                QPointF(5, 5),
                QPointF(field(bar, "seed").mapToGlobal(QPoint(5, 5))),
                QPoint(),
                QPoint(0, 120),
                Qt.MouseButton.NoButton,
                Qt.KeyboardModifier.NoModifier,
                Qt.ScrollPhase.NoScrollPhase,
                False,
            ),
        )

    field(bar, "learningRate").setFocus()
    turn()
    assert field(bar, "seed").value() == RUN.seed
    field(bar, "seed").setFocus()
    turn()
    assert field(bar, "seed").value() == RUN.seed + 1


def test_a_typed_learning_rate_counts_when_it_is_finished(bar: SettingsBar, qtbot: QtBot) -> None:
    field(bar, "learningRate").selectAll()
    with qtbot.assertNotEmitted(bar.changed):
        qtbot.keyClicks(field(bar, "learningRate"), "0.25")
    with qtbot.waitSignal(bar.changed) as told:
        qtbot.keyClick(field(bar, "learningRate"), Qt.Key.Key_Return)
    assert told.args[0].lr == 0.25


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_untouched_options_are_torchs_own(qtbot: QtBot, optimizer: str) -> None:
    dialog = OptionsDialog(replace(RUN, optimizer=optimizer))
    qtbot.addWidget(dialog)
    with qtbot.waitSignal(dialog.changed) as told:
        accept(dialog)
    assert told.args == [replace(RUN, optimizer=optimizer)]


def test_every_option_has_a_field_with_a_tooltip(qtbot: QtBot) -> None:
    """Each is as torch calls it, and what is set in it reaches the settings."""
    for name, optimizer in OPTIMIZERS.items():
        dialog = OptionsDialog(replace(RUN, optimizer=name))
        qtbot.addWidget(dialog)
        wanted: dict[str, object] = {}
        values: dict[str, float] = {}
        for option in optimizer.options:
            if isinstance(option, FlagOption):
                box = choice(dialog, f"option_{option.name}")
                box.setCurrentIndex(box.findData(not option.default))
                wanted[option.name] = not option.default
                assert box.accessibleName() == option.name
                assert box.toolTip() == option.tooltip
        for number in optimizer.numbers:
            box = field(dialog, f"option_{number.name}")
            low, high = number.quantity.low, number.quantity.high
            value = next(each for each in (0.25, 1.25, -0.25) if low <= each <= high)
            put(box, str(value))
            assert box.value() == value
            values[number.name] = value
            assert box.accessibleName() == number.name
            assert number.tooltip in box.toolTip()
        for option in optimizer.options:
            if isinstance(option, NumberOption):
                wanted[option.name] = values[option.name]
            elif isinstance(option, TupleOption):
                wanted[option.name] = tuple(values[part.name] for part in option.parts)
        with qtbot.waitSignal(dialog.changed) as told:
            accept(dialog)
        assert told.args[0].optimizer_options == wanted


def test_options_and_zero_grad_reach_the_settings(qtbot: QtBot) -> None:
    settings = replace(RUN, optimizer_options={"betas": (0.8, 0.99)}, set_to_none=False)
    dialog = OptionsDialog(settings)
    qtbot.addWidget(dialog)
    assert field(dialog, "option_beta1").value() == 0.8
    assert choice(dialog, "zeroGrad").currentIndex() == 1
    put(field(dialog, "option_eps"), "1e-5")
    choice(dialog, "zeroGrad").setCurrentIndex(2)
    with qtbot.waitSignal(dialog.changed) as told:
        accept(dialog)
    wanted = told.args[0]
    assert wanted.optimizer_options == {"betas": (0.8, 0.99), "eps": 1e-5}
    assert not wanted.clear_gradients


def test_choosing_a_schedule_starts_with_its_own_options(bar: SettingsBar, qtbot: QtBot) -> None:
    run = replace(RUN, data="strokes", schedule="cosine", schedule_options={"iterations": 9})
    bar.show_settings(run)
    assert choice(bar, "schedule").currentData() == "cosine"
    with qtbot.waitSignal(bar.changed) as told:
        put(field(bar, "batchSize"), "7")
    assert told.args == [replace(run, batch_size=7)]
    with qtbot.waitSignal(bar.changed) as told:
        choice(bar, "schedule").setCurrentIndex(choice(bar, "schedule").findData("step"))
    assert (told.args[0].schedule, told.args[0].schedule_options) == ("step", {})
    assert continues(told.args[0], run)
    assert choice(bar, "schedule").accessibleName() == "Schedule"
    assert choice(bar, "schedule").toolTip()


def test_the_rate_of_the_iteration_is_shown_where_a_schedule_changes_it(bar: SettingsBar) -> None:
    bar.show_rate(0.0005)
    assert caption(bar, "learningRate").text() == "Learning rate"
    bar.show_settings(replace(RUN, schedule="cosine"))
    bar.show_rate(0.00054321)
    assert caption(bar, "learningRate").text() == "lr now 0.000543"
    assert "0.00054321" in field(bar, "learningRate").toolTip()
    assert field(bar, "learningRate").value() == RUN.lr
    assert field(bar, "learningRate").accessibleName() == "Learning rate"


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_untouched_schedule_options_stay_away(qtbot: QtBot, schedule: str) -> None:
    dialog = OptionsDialog(replace(RUN, schedule=schedule))
    qtbot.addWidget(dialog)
    with qtbot.waitSignal(dialog.changed) as told:
        accept(dialog)
    assert told.args == [replace(RUN, schedule=schedule)]


def test_schedule_options_reach_the_settings_and_are_live(qtbot: QtBot) -> None:
    run = replace(RUN, schedule="step", schedule_options={"step_size": 300})
    dialog = OptionsDialog(run)
    qtbot.addWidget(dialog)
    boxes = {name: field(dialog, f"schedule_{name}") for name in ("step_size", "gamma")}
    assert (boxes["step_size"].value(), boxes["gamma"].value()) == (300, 0.1)
    put(boxes["gamma"], "0,5")
    put(boxes["step_size"], "400")
    with qtbot.waitSignal(dialog.changed) as told:
        accept(dialog)
    wanted = told.args[0]
    assert wanted.schedule_options == {"step_size": 400, "gamma": 0.5}
    assert continues(wanted, run)
    assert all(box.accessibleName() and box.toolTip() for box in boxes.values())


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("lr", "1e30", "Learning rate takes a number from 0 to 1e9, not “1e30”."),
        ("lr", "-1", "Learning rate takes a number from 0 to 1e9, not “-1”."),
        ("batch_size", "100000", "Batch takes a whole number from 1 to 4096, not “100000”."),
        ("batch_size", "2.5", "Batch takes a whole number from 1 to 4096, not “2.5”."),
        ("seed", "-1", "Seed takes a whole number from 0 to 2147483647, not “-1”."),
        ("seed", "seven", "Seed takes a whole number from 0 to 2147483647, not “seven”."),
    ],
)
def test_what_is_out_of_range_is_refused_with_the_range(
    bar: SettingsBar, qtbot: QtBot, name: str, text: str, said: str
) -> None:
    names = {"lr": "learningRate", "batch_size": "batchSize", "seed": "seed"}
    box = field(bar, names[name])
    with qtbot.assertNotEmitted(bar.changed):
        put(box, text)
        # Another setting of the run comes meanwhile.
        bar.show_settings(replace(RUN, loss="cross_entropy"))
    assert box.text() == text
    assert box.refused == f"{said} The run keeps {getattr(RUN, name)}."
    assert box.value() == getattr(RUN, name)


@pytest.mark.parametrize(
    ("text", "rate"), [("1e-3", 1e-3), ("0,01", 0.01), ("0.3", 0.3), (".5", 0.5), ("2", 2.0)]
)
def test_a_learning_rate_is_what_was_typed(
    bar: SettingsBar, qtbot: QtBot, text: str, rate: float
) -> None:
    bar.show_settings(replace(RUN, lr=7.0))
    with qtbot.waitSignal(bar.changed) as told:
        put(field(bar, "learningRate"), text)
    assert told.args[0].lr == rate


@pytest.mark.parametrize(
    ("optimizer", "option", "text"),
    [
        ("adam", "beta1", "1"),
        ("adam", "eps", "-1e-8"),
        ("sgd", "momentum", "1.5"),
        ("nesterov", "momentum", "0"),
        ("rmsprop", "alpha", "two"),
    ],
)
def test_a_dialog_with_a_wrong_number_stays_open(
    qtbot: QtBot, optimizer: str, option: str, text: str
) -> None:
    """As torch has it: each of these numbers is one that the optimizer itself refuses."""
    dialog = OptionsDialog(replace(RUN, optimizer=optimizer))
    qtbot.addWidget(dialog)
    dialog.show()
    box = field(dialog, f"option_{option}")
    box.lineEdit().setText(text)
    with qtbot.assertNotEmitted(dialog.changed):
        accept(dialog)
    assert dialog.isVisible()
    assert box.refused.startswith(f"{option} takes a number")
    assert box.bubble.isVisible()
    box.restore()
    with qtbot.waitSignal(dialog.changed):
        accept(dialog)
