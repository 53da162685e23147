from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from backprop_viz.analysis.selection import select
from backprop_viz.desktop.panels.plots.flow_layout import output_nr
from backprop_viz.desktop.panels.plots.plots import (
    AccuracyPlot,
    CurvePanel,
    GradientFlowPlot,
    LossPlot,
)
from backprop_viz.desktop.style.theme import DARK, LIGHT, Theme
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.history import Curves
from backprop_viz.recording.phases import Phase
from backprop_viz.recording.settings import Settings

MakeViewState = Callable[..., ViewState]

STROKES = Settings(data="strokes", loss="cross_entropy", lr=0.05, batch_size=8)


def shown(qtbot: QtBot, widget: QWidget) -> None:
    qtbot.addWidget(widget)
    widget.resize(520, 190)
    widget.show()


def curves(loss: list[float]) -> Curves:
    n = float(len(loss))
    one = np.array
    return Curves(one(loss), np.full(len(loss), 0.5), one([n]), one([1.5]), one([0.25]))


# -- loss and accuracy ---------------------------------------------------------------------------


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
        (LossPlot, STROKES, "first iteration"),
        (AccuracyPlot, STROKES, "first iteration"),
        (AccuracyPlot, Settings(data="random", loss="mse", batch_size=1), "No accuracy"),
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


def test_a_frame_of_training_paints_a_plot_once(
    qtbot: QtBot, make_view_state: MakeViewState, monkeypatch: pytest.MonkeyPatch
) -> None:
    view_state = replace(make_view_state(STROKES, phases=0), curves=curves([3.0, 2.0]))
    plot = LossPlot()
    shown(qtbot, plot)
    qtbot.waitExposed(plot)
    plot.show_view_state(view_state)
    painted = []

    def paint(self: pg.GraphicsView, event: QPaintEvent) -> None:
        painted.append(event.rect())
        original(self, event)

    original = pg.GraphicsView.paintEvent
    monkeypatch.setattr(pg.GraphicsView, "paintEvent", paint)
    for n in range(3, 43):  # the range of x grows with each of the first
        painted.clear()
        plot.show_view_state(replace(view_state, curves=curves([3.0 / i for i in range(1, n)])))
        qtbot.waitUntil(lambda: bool(painted))
        QCoreApplication.processEvents()
        QCoreApplication.processEvents()
        assert len(painted) == 1


def drawn_to(plot: LossPlot) -> float:
    """The last iteration that a line reaches."""
    lines = [i for i in plot.plot.getPlotItem().items if isinstance(i, pg.PlotCurveItem)]
    return max(line.getData()[0].max(initial=0.0) for line in lines)


def test_while_it_trains_what_is_too_narrow_to_see_waits_for_more(
    qtbot: QtBot, make_view_state: MakeViewState
) -> None:
    view_state = replace(make_view_state(STROKES, phases=0), training=True)
    plot = LossPlot()
    shown(qtbot, plot)
    reached = []
    for n in range(900, 1000):
        plot.show_view_state(replace(view_state, curves=curves([3.0] * n)))
        reached.append(drawn_to(plot))
    left, right = plot.plot.getPlotItem().getViewBox().viewRange()[0]
    a_pixel = (right - left) / plot.plot.width()
    behind = [n - to for n, to in zip(range(900, 1000), reached, strict=True)]
    assert len(set(reached)) < 70
    assert 1 <= max(behind) <= a_pixel
    plot.show_view_state(replace(view_state, curves=curves([3.0] * 999), training=False))
    assert drawn_to(plot) == 999


def test_while_it_trains_nothing_waits_long(qtbot: QtBot, make_view_state: MakeViewState) -> None:
    view_state = replace(make_view_state(STROKES, phases=0), training=True)
    plot = LossPlot()
    shown(qtbot, plot)
    plot.show_view_state(replace(view_state, curves=curves([3.0] * 90_000)))
    _, high = plot.plot.getPlotItem().getViewBox().viewRange()[1]
    assert high < 4
    for n in range(1, 30):
        plot.show_view_state(replace(view_state, curves=curves([3.0] * 90_000 + [9.0] * n)))
        if plot.plot.getPlotItem().getViewBox().viewRange()[1][1] > 9:
            break
    assert 1 < n <= 12


def test_while_it_trains_few_iterations_are_drawn_each(
    qtbot: QtBot, make_view_state: MakeViewState
) -> None:
    view_state = replace(make_view_state(STROKES, phases=0), training=True)
    plot = LossPlot()
    shown(qtbot, plot)
    for n in range(2, 40):
        plot.show_view_state(replace(view_state, curves=curves([3.0] * n)))
        assert drawn_to(plot) == n


def test_an_evaluation_is_drawn_at_once(qtbot: QtBot, make_view_state: MakeViewState) -> None:
    view_state = replace(make_view_state(STROKES, phases=0), training=True)
    plot = LossPlot()
    shown(qtbot, plot)
    run = curves([3.0] * 900)
    plot.show_view_state(replace(view_state, curves=run))
    more = curves([3.0] * 901)
    plot.show_view_state(replace(view_state, curves=more))
    assert drawn_to(plot) == 900
    evaluated = replace(
        more,
        validation_iteration=np.array([901.0]),
        validation_loss=np.array([1.0]),
        validation_accuracy=np.array([0.5]),
    )
    plot.show_view_state(replace(view_state, curves=evaluated))
    assert drawn_to(plot) == 901


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
    assert plot.notice.text() == "not finite at iteration 2"
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
    assert len(plot.plot.reading()) == 2
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


# -- gradient flow -------------------------------------------------------------------------------


def test_bars_are_the_gradients_at_the_cursor(qtbot: QtBot, make_view_state: MakeViewState) -> None:
    view_state = make_view_state()
    recording = view_state.cursor.recording
    span = recording.span(Phase.BACKWARD)
    assert span is not None
    panel = GradientFlowPlot()
    shown(qtbot, panel)
    panel.show_view_state(replace(view_state, cursor=recording.at(span.start)))
    assert all(flow.grad is None and flow.ratio is None for flow in panel.bars.flows)
    for position in range(span.start, len(recording.events) + 1):
        cursor = recording.at(position)
        panel.show_view_state(replace(view_state, cursor=cursor))
        for flow in panel.bars.flows:
            grad = cursor.grad(flow.name)
            assert (flow.grad is None) == (grad is None)
            if grad is not None:
                assert flow.grad == pytest.approx(float(np.linalg.norm(grad)), rel=1e-5)
            assert (flow.ratio is None) == (cursor.last(flow.name, Phase.UPDATE) is None)
    assert [flow.name for flow in panel.bars.flows] == [p.name for p in recording.parameters]
    panel.grab()


def test_a_bar_is_read_and_picked(qtbot: QtBot, make_view_state: MakeViewState) -> None:
    panel = GradientFlowPlot()
    shown(qtbot, panel)
    view_state = make_view_state()
    panel.show_view_state(view_state)
    legend = panel.readout.text()
    bars = panel.bars
    at = output_nr(bars.area(), len(bars.flows), 3).center().toPoint()
    picked: list[tuple[str, object]] = []
    panel.picked.connect(lambda kind, key: picked.append((kind, key)))
    QTest.mouseMove(bars, at)
    assert panel.readout.text().startswith("conv2.bias: ‖grad‖ ")
    QTest.mouseClick(bars, Qt.MouseButton.LeftButton, pos=at)
    QTest.keyClick(bars, Qt.Key.Key_Right)
    QTest.keyClick(bars, Qt.Key.Key_Return)
    assert picked == [("parameter", "conv2.bias"), ("parameter", "fc1.weight")]
    QTest.keyClick(bars, Qt.Key.Key_Home)
    assert panel.readout.text().startswith("conv1.weight")
    QTest.keyClick(bars, Qt.Key.Key_Escape)
    assert panel.readout.text() == legend
    panel.select(select(view_state.cursor.recording, "parameter", "fc1.weight"))
    panel.grab()
    panel.select(None)


def test_zeros_nan_and_many_parameters_are_drawn(
    qtbot: QtBot, make_view_state: MakeViewState
) -> None:
    view_state = make_view_state(phases=0)
    values = [None, 0.0, np.nan, np.inf, 1e-30, 1e30]
    parameter = view_state.cursor.recording.parameters[1]
    parameters = tuple(
        replace(
            parameter,
            name=f"block{i}.weight",
            grad=None if value is None else np.full(3, value, np.float32),
        )
        for i, value in enumerate(values * 20)
    )
    recording = replace(view_state.cursor.recording, parameters=parameters)
    panel = GradientFlowPlot()
    shown(qtbot, panel)
    panel.show_view_state(replace(view_state, cursor=recording.at(0)))
    panel.grab()
    assert "None" in panel.reading(panel.bars.flows[0])
    assert panel.reading(panel.bars.flows[2]) == "block2.weight: ‖grad‖ nan"
    panel.show_view_state(replace(view_state, cursor=replace(recording, parameters=()).at(0)))
    QTest.keyClick(panel.bars, Qt.Key.Key_Right)
    panel.grab()
