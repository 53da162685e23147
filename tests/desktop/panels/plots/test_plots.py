"""The plots of loss and accuracy: what they read out, and why one is empty."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.plots.axes import NamedAxis
from backprop_viz.desktop.panels.plots.curve_panel import CurvePanel
from backprop_viz.desktop.panels.plots.plots import (
    AccuracyPlot,
    GradientFlowPlot,
    LossPlot,
)
from backprop_viz.desktop.style.theme import DARK, LIGHT, Theme
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.run.history import Curves
from backprop_viz.recording.settings.run_settings import Settings
from tests.desktop.panels.plots.plot_helpers import STROKES, curves, shown

MakeViewState = Callable[..., ViewState]


def test_what_is_read_is_what_torch_computed(qtbot: QtBot, make_view_state: MakeViewState) -> None:
    view_state = make_view_state(STROKES, iterations=12, phases=0)
    plot = LossPlot()
    shown(qtbot, plot)
    plot.show_view_state(view_state)
    plot.plot.set_crosshair(12)
    reading = {name: value for name, value, _ in plot.plot.reading()}
    assert reading["batch"] == f"{view_state.curves.loss[11]:.4g}".ljust(5, "0")
    assert reading["validation"] == f"{view_state.curves.validation_loss[0]:.4g}".ljust(5, "0")
    weights = 0.95 ** np.arange(11, -1, -1)
    smoothed = float((view_state.curves.loss * weights).sum() / weights.sum())
    assert float(reading["smoothed"]) == pytest.approx(smoothed, abs=1e-3)


def test_accuracy_is_in_percent(qtbot: QtBot, make_view_state: MakeViewState) -> None:
    view_state = make_view_state(STROKES, phases=0)
    plot = AccuracyPlot()
    shown(qtbot, plot)
    plot.show_view_state(replace(view_state, curves=curves([1.0, 1.0])))
    plot.plot.set_crosshair(2)
    reading = [(name, value) for name, value, _ in plot.plot.reading()]
    assert reading == [("training", "50.00 %"), ("validation", "25.00 %")]


@pytest.mark.parametrize(
    ("kind", "settings", "words"),
    [
        (LossPlot, STROKES, "iteration is complete"),
        (AccuracyPlot, STROKES, "iteration is complete"),
        (LossPlot, replace(STROKES, loss="output_gradient"), "no loss"),
    ],
)
def test_an_empty_plot_says_why(
    qtbot: QtBot, make_view_state: MakeViewState, kind: type, settings: Settings, words: str
) -> None:
    plot = kind()
    shown(qtbot, plot)
    plot.show_view_state(make_view_state(settings, phases=0))
    assert words in plot.hint.text()
    assert plot.hint.isVisible()
    assert not plot.plot.isVisible()


def test_there_is_no_accuracy_without_classes(qtbot: QtBot, make_view_state: MakeViewState) -> None:
    plot = AccuracyPlot()
    shown(qtbot, plot)
    for settings in (Settings(data="random", loss="mse", batch_size=1), STROKES):
        plot.show_view_state(make_view_state(settings, phases=0))
        assert plot.isVisible() == (settings is STROKES)


@pytest.mark.parametrize("high", [0.9, 1.1, 2.5, 7.0, 105.0])
def test_numbers_of_a_low_plot_do_not_touch(qtbot: QtBot, high: float) -> None:
    axis = NamedAxis("left", "loss")
    for size in (30, 53, 90, 300):
        ((step, values),) = axis.tickValues(0.0, high, size)
        assert step * size / high >= 16
        assert values[0] == 0.0
    ((_, values),) = axis.tickValues(0.0, high, 700)
    assert 5 <= len(values) <= 13  # with the one at 0


def test_a_first_iteration_is_seen(qtbot: QtBot, make_view_state: MakeViewState) -> None:
    plot = LossPlot()
    shown(qtbot, plot)
    plot.show_view_state(
        make_view_state(Settings(data="random", loss="mse", lr=0.01, batch_size=1))
    )
    assert plot.plot.isVisible()
    # One point makes no line: without its mark nothing would be there.
    accent = QColor(DARK.accent).rgb()
    image = plot.plot.grab().toImage()
    pixels = [image.pixel(x, y) for x in range(image.width()) for y in range(image.height())]
    assert pixels.count(accent) > 4


def test_a_word_of_the_legend_hides_its_curve(qtbot: QtBot, make_view_state: MakeViewState) -> None:
    plot = LossPlot()
    shown(qtbot, plot)
    plot.show_view_state(replace(make_view_state(STROKES, phases=0), curves=curves([3.0, 2.0])))
    plot.plot.set_crosshair(2)
    batch = plot.legend[0]
    QTest.mouseClick(batch, Qt.MouseButton.LeftButton)
    assert [name for name, _, _ in plot.plot.reading()] == ["smoothed", "validation"]
    QTest.keyClick(batch, Qt.Key.Key_Space)
    assert [name for name, _, _ in plot.plot.reading()] == ["batch", "smoothed", "validation"]
    for button in (*plot.legend, plot.log):
        assert button.toolTip()
        assert button.accessibleName()
        assert button.focusPolicy() & Qt.FocusPolicy.TabFocus


@pytest.mark.parametrize("theme", [DARK, LIGHT])
@pytest.mark.parametrize("kind", [LossPlot, AccuracyPlot])
def test_the_line_in_the_legend_has_the_colour_of_the_curve(
    qtbot: QtBot, make_view_state: MakeViewState, kind: type[CurvePanel], theme: Theme
) -> None:
    panel = kind()
    shown(qtbot, panel)
    panel.set_theme(theme)
    noise = np.random.default_rng(0).random((4, 4000))
    each = np.arange(1.0, 4001.0)
    run = Curves(noise[0], noise[1], each, noise[2], noise[3])
    panel.show_view_state(replace(make_view_state(STROKES, phases=0), curves=run))
    assert len(panel.legend) >= 2

    def painted(shown: int | None) -> Counter[int]:
        for i, button in enumerate(panel.legend):
            button.setChecked(i == shown)
        image = panel.plot.grab().toImage()
        return Counter(
            image.pixel(x, y) for x in range(image.width()) for y in range(image.height())
        )

    empty = painted(None)
    colors = []
    for i, button in enumerate(panel.legend):
        (curve, _), *_ = (painted(i) - empty).most_common()
        picture = QImage(16, 10, QImage.Format.Format_RGB32)
        picture.fill(QColor(theme.panel))
        painter = QPainter(picture)
        button.icon().paint(painter, picture.rect())
        painter.end()
        # The middle of the line, where it is not blended with what is behind.
        far = max((picture.pixel(x, y) for x in range(3, 13) for y in range(10)), key=away(theme))
        assert QColor(far).name() == QColor(curve).name(), button.text()
        colors.append(curve)
    assert len(set(colors)) == len(colors)


def away(theme: Theme) -> Callable[[int], int]:
    """How far a pixel is from the panel's colour."""
    ground = QColor(theme.panel)

    def distance(pixel: int) -> int:
        color = QColor(pixel)
        pairs = zip(color.getRgb()[:3], ground.getRgb()[:3], strict=True)
        return sum(abs(a - b) for a, b in pairs)

    return distance


def test_the_crosshair_moves_by_keys_and_hides(
    qtbot: QtBot, make_view_state: MakeViewState
) -> None:
    plot = LossPlot()
    shown(qtbot, plot)
    plot.show_view_state(replace(make_view_state(STROKES, phases=0), curves=curves([3.0] * 20)))
    assert plot.plot.iteration is None
    QTest.keyClick(plot.plot, Qt.Key.Key_End)
    assert plot.plot.iteration == 20
    QTest.keyClick(plot.plot, Qt.Key.Key_Left)
    assert plot.plot.iteration == 19
    QTest.keyClick(plot.plot, Qt.Key.Key_PageUp)
    assert plot.plot.iteration == 17
    QTest.keyClick(plot.plot, Qt.Key.Key_Home)
    QTest.keyClick(plot.plot, Qt.Key.Key_Left)
    assert plot.plot.iteration == 1
    assert "iteration 1" in plot.plot.accessibleDescription()
    QTest.keyClick(plot.plot, Qt.Key.Key_Escape)
    assert plot.plot.iteration is None


def test_the_crosshair_follows_the_mouse(qtbot: QtBot, make_view_state: MakeViewState) -> None:
    plot = LossPlot()
    shown(qtbot, plot)
    plot.show_view_state(replace(make_view_state(STROKES, phases=0), curves=curves([3.0] * 100)))
    view = plot.plot.getPlotItem().getViewBox()
    at = plot.plot.mapFromScene(view.mapViewToScene(QPointF(40, 1)))
    QTest.mouseMove(plot.plot.viewport(), at)
    assert plot.plot.iteration == pytest.approx(40, abs=1)
    plot.plot.leaveEvent(QEvent(QEvent.Type.Leave))
    assert plot.plot.iteration is None


def test_the_range_follows_until_the_user_zooms(
    qtbot: QtBot, make_view_state: MakeViewState
) -> None:
    view_state = replace(make_view_state(STROKES, phases=0), curves=curves([3.0] * 100))
    plot = LossPlot()
    shown(qtbot, plot)
    plot.show_view_state(view_state)
    view = plot.plot.getPlotItem().getViewBox()
    assert view.viewRange()[0] == pytest.approx([0, 100])
    view.setXRange(10, 20, padding=0)
    view.sigRangeChangedManually.emit([True, True])
    assert not plot.plot.following
    assert plot.plot.view_all.isVisible()
    plot.show_view_state(replace(view_state, curves=curves([3.0] * 150)))
    assert view.viewRange()[0] == pytest.approx([10, 20])
    QTest.keyClick(plot.plot, Qt.Key.Key_A)
    assert plot.plot.following
    assert not plot.plot.view_all.isVisible()
    left, right = view.viewRange()[0]
    assert left == 0
    assert 150 <= right <= 150 * 17 / 16
    view.sigRangeChangedManually.emit([True, True])
    QTest.mouseDClick(plot.plot.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(200, 50))
    assert plot.plot.following


def test_the_range_grows_in_steps_that_leave_little_room(
    qtbot: QtBot, make_view_state: MakeViewState
) -> None:
    view_state = make_view_state(STROKES, phases=0)
    plot = LossPlot()
    shown(qtbot, plot)
    view = plot.plot.getPlotItem().getViewBox()
    ends = []
    for n in range(1, 2000, 3):
        plot.show_view_state(replace(view_state, curves=curves([3.0] * n)))
        ends.append(view.viewRange()[0][1])
        assert n <= ends[-1] <= max(10, n * 17 / 16)
    assert len(set(ends)) < len(ends) / 4


def test_logarithmic_loss(qtbot: QtBot, make_view_state: MakeViewState) -> None:
    plot = LossPlot()
    shown(qtbot, plot)
    plot.show_view_state(
        replace(make_view_state(STROKES, phases=0), curves=curves([10.0, 0.1, 0.0, -1.0]))
    )
    plot.log.click()
    low, high = plot.plot.getPlotItem().getViewBox().viewRange()[1]
    assert low < -1 < 1 < high
    plot.grab()
    plot.log.click()
    low, high = plot.plot.getPlotItem().getViewBox().viewRange()[1]
    assert low <= -1.0 < 10 <= high


@pytest.mark.parametrize("strange", [np.nan, np.inf, -np.inf])
def test_what_is_not_a_number_is_told(
    qtbot: QtBot, make_view_state: MakeViewState, strange: float
) -> None:
    plot = LossPlot()
    shown(qtbot, plot)
    view_state = make_view_state(STROKES, phases=0)
    plot.show_view_state(replace(view_state, curves=curves([2.0, strange, strange, 1.0])))
    plot.grab()
    assert plot.notice.text() == "no finite number at iteration 2"
    plot.plot.set_crosshair(2)
    assert plot.plot.reading()[0][1] == str(strange)
    plot.show_view_state(replace(view_state, curves=curves([strange] * 3)))
    plot.log.click()
    plot.grab()
    plot.show_view_state(replace(view_state, curves=curves([1.0])))
    assert plot.notice.text() == ""


def test_earlier_runs_stay_as_curves(qtbot: QtBot, make_view_state: MakeViewState) -> None:
    view_state = make_view_state(STROKES, phases=0)
    past = (("run 1: Adam", curves([3.0, 2.0, 1.0])), ("run 2: SGD", curves([4.0])))
    plot = LossPlot()
    shown(qtbot, plot)
    plot.show_view_state(replace(view_state, earlier=past[:1]))
    assert plot.earlier_runs.text() == "run 1: Adam"
    plot.show_view_state(replace(view_state, earlier=past, curves=curves([5.0, 5.0])))
    assert plot.earlier_runs.toolTip() == "run 1: Adam\nrun 2: SGD"
    plot.plot.set_crosshair(1)
    reading = {name: value for name, value, _ in plot.plot.reading()}
    assert (reading["run 1: Adam"], reading["run 2: SGD"]) == ("3.000", "4.000")
    plot.earlier_runs.click()
    assert len(plot.plot.reading()) == 3
    plot.show_view_state(replace(view_state, curves=curves([5.0, 5.0, 5.0])))
    assert not plot.earlier_runs.isVisible()


def test_a_hidden_plot_catches_up(qtbot: QtBot, make_view_state: MakeViewState) -> None:
    plot = LossPlot()
    qtbot.addWidget(plot)
    plot.show_view_state(replace(make_view_state(STROKES, phases=0), curves=curves([3.0, 2.0])))
    plot.show()
    plot.plot.set_crosshair(2)
    assert plot.plot.reading()[0][1] == "2.000"


def test_the_theme_can_change(qtbot: QtBot, make_view_state: MakeViewState) -> None:
    view_state = make_view_state(STROKES, iterations=3)
    for plot in (LossPlot(), AccuracyPlot(), GradientFlowPlot()):
        shown(qtbot, plot)
        plot.show_view_state(view_state)
        plot.set_theme(LIGHT)
        image = plot.grab().toImage()
        assert image.pixelColor(image.width() // 2, image.height() // 2).lightness() > 100


def swatch(button: QToolButton) -> tuple[str, float]:
    """The colour of the line beside a name, and how many pixels high it is."""
    image = button.icon().pixmap(button.iconSize()).toImage()
    down = [image.pixelColor(3, y) for y in range(image.height())]
    painted = [color for color in down if color.alpha() > 200]
    return painted[0].name(), len(painted)


def test_the_batches_line_is_the_strong_one_of_a_short_run(
    qtbot: QtBot, make_view_state: MakeViewState
) -> None:
    """A moving average of a few points still tells how the run began."""
    view_state, plot = make_view_state(STROKES, phases=0), LossPlot()
    shown(qtbot, plot)

    def looks() -> list[tuple[str, float]]:
        items = plot.plot.getPlotItem().items
        pens = [item.opts["pen"] for item in items if isinstance(item, pg.PlotCurveItem)][:2]
        assert [swatch(button) for button in plot.legend[:2]] == [
            (pen.color().name(), pen.widthF()) for pen in pens
        ]
        return [(pen.color().name(), pen.widthF()) for pen in pens]

    strong, faint = (DARK.accent, 2.0), (DARK.tint(QColor(DARK.accent), 0.5).name(), 1.0)
    run = [1.0, 0.1] * 14 + [0.7]
    for more, expected in (
        ([], [strong, faint]),
        ([0.5], [faint, strong]),
    ):
        run += more
        plot.show_view_state(replace(view_state, curves=curves(run)))
        assert looks() == expected
    plot.show_view_state(replace(view_state, curves=curves([1.0])))
    assert looks() == [strong, faint]


@pytest.mark.parametrize("log", [False, True])
def test_without_a_finite_number_the_axis_has_no_numbers(
    qtbot: QtBot, make_view_state: MakeViewState, log: bool
) -> None:
    panel, none = LossPlot(), np.empty(0)
    shown(qtbot, panel)
    view_state = make_view_state(STROKES, phases=0)
    axis = panel.plot.getPlotItem().getAxis("left")
    panel.log.setChecked(log)

    def numbers(*loss: float) -> list[str]:
        run = Curves(np.array(loss), none, none, none, none)
        panel.show_view_state(replace(view_state, curves=run))
        low, high = panel.plot.getPlotItem().getViewBox().viewRange()[1]
        levels = axis.tickValues(low, high, 150)
        return [text for step, ticks in levels for text in axis.tickStrings(ticks, 1, step)]

    assert numbers(np.nan, np.inf, np.nan) == []
    assert panel.notice.text() == "no finite number at iteration 1"
    panel.grab()
    # A logarithm knows nothing at or below 0.
    assert bool(numbers(-1.0, -2.0, 0.0)) == (not log)
    assert numbers(np.nan, np.inf, np.nan, 0.5)
    panel.grab()


def test_the_iteration_that_one_has_gone_back_to_is_marked(
    qtbot: QtBot, make_view_state: MakeViewState
) -> None:
    panel = LossPlot()
    shown(qtbot, panel)
    newest = make_view_state(STROKES, iterations=4)
    panel.show_view_state(newest)
    assert panel.plot.lines.shown is None
    back = replace(newest, cursor=make_view_state(STROKES, iterations=1).cursor)
    before = panel.plot.grab().toImage()
    panel.show_view_state(back)
    assert panel.plot.lines.shown == back.cursor.recording.iteration == 2
    assert panel.plot.grab().toImage() != before
    panel.show_view_state(replace(back, training=True))
    assert panel.plot.lines.shown is None
    panel.show_view_state(newest)
    assert panel.plot.lines.shown is None
