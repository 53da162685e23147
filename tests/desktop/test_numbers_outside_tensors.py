"""Numbers that are no recorded tensor's: points of curves, measures, what a finding says.

A click on each explains it, or says what it is; never does the number before it stay on screen.
"""

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

import backprop_viz as bv
from backprop_viz.analysis.numbers.evidence_number import evidence_number
from backprop_viz.analysis.numbers.number_origin import activation_number, scalar_of
from backprop_viz.desktop.panels.drawing.draw_pad import DrawPanel
from backprop_viz.desktop.panels.drawing.probabilities import ProbabilityBars
from backprop_viz.desktop.panels.findings.finding_card import FindingCard
from backprop_viz.desktop.panels.findings.findings_view import FindingsView
from backprop_viz.desktop.panels.inspector.bars import group
from backprop_viz.desktop.panels.inspector.figures_label import FiguresLabel
from backprop_viz.desktop.panels.inspector.inspector import InspectorView
from backprop_viz.desktop.panels.phases.phase_bar import PhaseBar
from backprop_viz.desktop.panels.plots.curve_panel import CurvePanel
from backprop_viz.desktop.panels.plots.flow_layout import column_box
from backprop_viz.desktop.panels.plots.gradient_flow import GradientFlowPlot
from backprop_viz.desktop.panels.plots.plots import AccuracyPlot, LossPlot
from backprop_viz.desktop.panels.plots.told_points import CurvePoint
from backprop_viz.desktop.widgets.cell_copier import HasNumbers
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.phases import Phase
from tests.desktop.test_where_from import Explained
from tests.nightly import by_night
from tests.waiting import until, until_idle

pytestmark = pytest.mark.usefixtures("late_plots")
BATCH = 8
ITERATIONS = 3


@pytest.fixture(scope="module")
def window_arguments() -> tuple[str, ...]:
    return ("--preset", "digits")


@pytest.fixture(scope="module")
def window_size() -> tuple[int, int]:
    return 1600, 1000


@pytest.fixture
def explained(shared_window: MainWindow, qtbot: QtBot) -> Explained:
    explained = Explained(shared_window, qtbot)
    session = explained.session
    session.configure({"batch_size": BATCH, "schedule": "cosine"})
    until_idle(session)
    for _ in range(ITERATIONS):
        session.iterate()
        until_idle(session)
    return explained


def by_hand(explained: Explained) -> list[tuple[float, float, torch.nn.Module, dict]]:
    """Loss, accuracy, network and weights before the step of each iteration of a plain run."""
    plain = bv.Trainer.from_settings(explained.session.view_state.settings)
    found = []
    for _ in range(ITERATIONS):
        before = {name: p.detach().clone() for name, p in plain.model.named_parameters()}
        done = plain.iterate()
        found.append((done.loss, done.accuracy, plain.model, before))
    return found


@by_night
def test_a_point_of_the_loss_is_the_loss_of_its_iteration(explained: Explained) -> None:
    plot = explained.window.panel(LossPlot)
    losses = [loss for loss, *_ in by_hand(explained)]
    plot.plot.point_picked.emit(CurvePoint(0, 2, losses[1]))
    explanation = explained.wait()
    assert explained.name == "loss"
    assert explanation.value == losses[1]
    assert explained.session.view_state.cursor.recording.iteration == 2
    # Nothing of it stays when the next number is one that no tensor holds.
    plot.plot.point_picked.emit(CurvePoint(1, 3, 2.0))
    assert explained.panel.columns.value.text() == "Loss, smoothed = 2.000"
    assert explained.panel.explanation is None
    assert not explained.panel.columns.check.isVisible()
    explained.panel.back.click()
    assert explained.wait().value == losses[1]
    assert explained.panel.columns.check.isVisible()
    explained.panel.forward.click()
    assert explained.panel.columns.value.text() == "Loss, smoothed = 2.000"


def click_curve(explained: Explained, panel: CurvePanel, row: int, iteration: int) -> None:
    """Click a point of a curve where it is drawn."""
    plot = panel.plot
    panel.show_view_state(explained.session.view_state)
    point = plot.traces[row].at(iteration)
    assert point is not None
    view = plot.getPlotItem().getViewBox()
    at = plot.mapFromScene(view.mapViewToScene(QPointF(*point)))
    explained.qtbot.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=at)


@by_night
def test_a_smoothed_loss_is_the_mean_that_its_rows_say(explained: Explained) -> None:
    losses = np.array([loss for loss, *_ in by_hand(explained)])
    weights = 0.95 ** np.arange(ITERATIONS)[::-1]
    expected = float((losses * weights).sum() / weights.sum())
    plots = explained.window.panel(LossPlot)
    plots.plot.set_shown(0, False)  # the other curve is less than a pixel away
    try:
        click_curve(explained, plots, 1, 3)
    finally:
        plots.plot.set_shown(0, True)
    panel = explained.panel
    assert panel.columns.value.text().startswith("Loss, smoothed = ")
    assert float(panel.columns.value.toolTip().rpartition("= ")[2]) == pytest.approx(
        expected, rel=1e-12
    )
    rows = panel.columns.table.rows.content.rows
    assert [row.value for row in rows] == losses[::-1].tolist()
    assert panel.subtitle.text() == "iteration 3"
    assert "5 % less weight" in panel.columns.facts.text()


def test_an_accuracy_tells_how_many_were_correct(explained: Explained) -> None:
    accuracies = [accuracy for _, accuracy, *_ in by_hand(explained)]
    click_curve(explained, explained.window.panel(AccuracyPlot), 0, 3)
    names = [row.cells[0].text for row in explained.panel.columns.table.rows.content.rows]
    counts = [name.rpartition(": ")[2] for name in names]
    expected = [f"{round(a * BATCH)} of {BATCH} correct" for a in reversed(accuracies)]
    assert counts == expected


@by_night
def test_a_bar_and_a_dot_of_the_gradient_flow(explained: Explained) -> None:
    _, _, net, before = by_hand(explained)[-1]
    flow = explained.window.panel(GradientFlowPlot)
    flow.show_view_state(explained.session.view_state)
    bars = flow.bars
    at = next(i for i, each in enumerate(bars.flows) if each.name == "fc3.weight")
    column = column_box(bars.area(), len(bars.flows), at)
    explained.click(bars, QPointF(column.left() + 2, column.bottom() - 2))
    weight = net.fc3.weight
    grad = weight.grad.numpy().astype("f8")
    assert explained.wait().value == pytest.approx(float(np.sqrt((grad**2).sum())), rel=1e-12)
    explained.panel.close_button.click()  # the plots are where the explanation is
    ratio = bars.flows[at].ratio
    assert ratio is not None
    explained.click(
        bars, QPointF(*bars.dot_at(column_box(bars.area(), len(bars.flows), at), ratio))
    )
    old = before["fc3.weight"].numpy().astype("f8")
    change = float(np.linalg.norm(weight.detach().numpy().astype("f8") - old))
    told = float(explained.panel.columns.value.toolTip().rpartition("= ")[2])
    assert told == pytest.approx(change / float(np.linalg.norm(old)), rel=1e-9)
    # The length of the weight is a number that can be asked about.
    explained.panel.columns.table.clicked.emit(explained.panel.columns.table.rows.index(1, 1))
    assert explained.wait().value == pytest.approx(float(np.linalg.norm(old)), rel=1e-9)


def test_the_numbers_in_the_phases(explained: Explained) -> None:
    loss, _, net, before = by_hand(explained)[-1]
    cells = {cell.phase.value: cell for cell in explained.window.panel(PhaseBar).cells}
    explained.click(cells["update"], QPointF(cells["update"].note_area().center()))
    changes = [
        p.detach().numpy().astype("f8") - before[name].numpy().astype("f8")
        for name, p in net.named_parameters()
    ]
    expected = np.sqrt(sum(float((change**2).sum()) for change in changes))
    told = float(explained.panel.columns.value.toolTip().rpartition("= ")[2])
    assert told == pytest.approx(expected, rel=1e-6)
    explained.click(cells["loss"], QPointF(cells["loss"].note_area().center()))
    assert explained.wait().value == loss


@by_night
def test_a_figure_of_a_finding_leads_to_its_evidence(explained: Explained) -> None:
    recording = explained.session.view_state.cursor.recording
    relu = next(i for i, e in enumerate(recording.events) if e.op == "relu")
    output = recording.events[relu].outputs[0]
    assert output is not None
    dead = np.flatnonzero(~(output != 0).any(axis=(0, 2, 3)))
    finding = Finding("dead_units", "hint", ("conv1", len(dead), 6), event=relu)
    findings = explained.window.panel(FindingsView)
    findings.show_findings(recording, (finding,))
    (card,) = findings.cards
    assert isinstance(card, FindingCard)
    number = evidence_number(recording, finding)
    if len(dead):
        assert number is not None
        assert number.index[:2] == (0, dead[0])
        assert set(dict(card.sentence.figures)) == {"6", str(len(dead))}
        card.sentence.linkActivated.emit("0")
        assert explained.wait().value == 0.0
    exploding = Finding("exploding", "warning", ("fc3.weight", "conv1.weight", 3e4), "fc3.weight")
    findings.show_findings(recording, (exploding,))
    findings.cards[0].sentence.linkActivated.emit("0")
    grad = by_hand(explained)[-1][2].fc3.weight.grad.numpy().astype("f8")
    assert explained.wait().value == pytest.approx(float(np.sqrt((grad**2).sum())), rel=1e-12)
    # To show another one's evidence does not leave this one on screen.
    shown = explained.panel.explanation
    first = Finding("exploding", "warning", ("fc1.weight", "conv1.weight", 3e4), "fc1.weight")
    findings.show_findings(recording, (first,))
    findings.cards[0].show_button.click()
    assert explained.wait() is not shown
    assert explained.name == "‖fc1.weight.grad‖"


def test_a_probability_of_the_drawing(explained: Explained) -> None:
    bars = explained.window.panel(DrawPanel).findChild(ProbabilityBars)
    probabilities = np.random.default_rng(0).dirichlet(np.ones(10)).tolist()
    bars.show_probabilities(probabilities, int(np.argmax(probabilities)))
    explained.click(bars, QPointF(20, bars.height() * 0.75))
    assert explained.panel.columns.value.toolTip() == f"p[7] = {probabilities[7]}"
    until(explained.session, lambda: explained.panel.complete)
    assert [r.value for r in explained.panel.columns.table.rows.content.rows] == probabilities


def test_the_learning_rate_that_a_schedule_made(explained: Explained) -> None:
    settings = explained.session.view_state.settings
    assert settings.schedule == "cosine"
    n = explained.session.view_state.cursor.recording
    weight = n.at(len(n.events)).last("fc3.bias", Phase.UPDATE)
    assert weight is not None
    made = n.events.index(weight)
    explained.window.number_picked.emit(Number(weight.output_ids[0], (0,), made), None)
    explained.wait()
    table = explained.panel.columns.table
    roles = [heading.role for heading in table.rows.content.headings]
    row = next(i for i, r in enumerate(table.rows.content.rows) if r.cells[roles.index("lr")].text)
    index = table.rows.index(row, roles.index("lr"))
    assert table.rows.asks(index)
    table.clicked.emit(index)
    plain = torch.nn.Linear(1, 1)
    optimizer = torch.optim.SGD(plain.parameters(), lr=settings.lr)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 6500)
    for _ in range(ITERATIONS - 1):
        optimizer.step()
        schedule.step()
    told = float(explained.panel.columns.value.toolTip().removeprefix("lr = "))
    assert told == pytest.approx(schedule.get_last_lr()[0], rel=1e-12)
    values = [r.value for r in explained.panel.columns.table.rows.content.rows]
    assert values == [settings.lr, ITERATIONS - 1, 6500]
    base, i, n_iterations = values
    assert told == base * (1 + np.cos(np.pi * i / n_iterations)) / 2
    assert "cosine schedule" in explained.panel.columns.facts.text()
    # The toolbar's "lr now" tells the same.
    explained.panel.back.click()
    captions = explained.window.toolbar.settings.findChildren(FiguresLabel)
    caption = next(each for each in captions if f"{told:.3g}" in each.text())
    figure = caption.text().index(f"{told:.3g}")
    place = caption.fontMetrics().horizontalAdvance(caption.text()[:figure])
    explained.click(caption, QPointF(place + 3, caption.height() / 2))
    assert explained.panel.columns.value.toolTip() == f"lr = {told}"


def test_the_norm_and_the_counts_that_the_inspector_tells(explained: Explained) -> None:
    net = by_hand(explained)[-1][2]
    grad = net.fc1.weight.grad.numpy()
    inspector = explained.window.panel(InspectorView)
    explained.window.picked.emit("parameter", "fc1.weight")
    until(explained.session, lambda: inspector.chosen == ("parameter", "fc1.weight"))
    # "its norm is 0.1234" is a link to the norm.
    sentence = inspector.why.sentence
    length = float(np.sqrt((grad.astype("f8") ** 2).sum()))
    assert [figure for figure, _ in sentence.figures] == [f"{length:.4g}"]
    sentence.linkActivated.emit("0")
    assert explained.wait().value == pytest.approx(length, rel=1e-12)
    # "9 zeros" says of how many, and the first of them can be asked about.
    zeros = np.argwhere(grad == 0)
    assert len(zeros)
    line = inspector.gradient.figures[0]
    at = line.text().index(f"{len(zeros):,} zeros")
    place = line.contentsRect().left() + line.fontMetrics().horizontalAdvance(line.text()[:at])
    explained.click(line, QPointF(place + 3, line.height() / 2))
    panel = explained.panel
    assert panel.columns.value.toolTip() == f"fc1.weight.grad: exactly 0 = {len(zeros)}"
    assert f"{len(zeros):,} of {grad.size:,} elements" in panel.columns.facts.text()
    names = [row.cells[0].text for row in panel.columns.table.rows.content.rows]
    indices = [", ".join(map(str, zero)) for zero in zeros[:8].tolist()]
    assert [name.partition("[")[2].rstrip("]") for name in names] == indices
    panel.columns.table.clicked.emit(panel.columns.table.rows.index(2, 1))
    assert explained.wait().number.index == tuple(zeros[2].tolist())
    # A bar of the histogram counts the elements between its edges.
    chart = inspector.gradient.chart
    counts, edges = np.histogram(grad[grad != 0].astype("f8"), bins=31)
    tallest = int(counts.argmax())
    middle = group(chart.area(), 31, tallest).center().x()
    explained.click(chart, QPointF(middle + 1, chart.area().center().y()))
    told = int(panel.columns.value.toolTip().rpartition("= ")[2])
    assert abs(told - counts[tallest]) <= 2  # an element may lie on an edge
    rows = panel.columns.table.rows.content.rows
    slack = 1e-9 * (edges[-1] - edges[0])
    assert len(rows) == min(8, told)
    assert all(edges[tallest] - slack <= r.value <= edges[tallest + 1] + slack for r in rows)
    panel.columns.table.clicked.emit(panel.columns.table.rows.index(1, 1))
    assert explained.wait().value == rows[1].value


def test_the_numbers_in_the_sentences_of_an_explanation(explained: Explained) -> None:
    recording = explained.session.view_state.cursor.recording
    pool = next(i for i, e in enumerate(recording.events) if e.op.startswith("MaxPool2D"))
    sent = recording.events[pool].outputs[0]
    assert sent is not None
    place = tuple(int(i) for i in np.argwhere(sent != 0)[0])
    number = Number(recording.events[pool].output_ids[0], place, pool)
    explained.window.number_picked.emit(number, None)
    explained.wait()
    targets = [target for _, target in explained.panel.columns.facts.figures]
    values = [scalar_of(recording, each) for each in targets]
    assert len(set(targets)) == 4
    assert max(values) == values[0]  # the winner, then the others of its window
    explained.panel.columns.facts.linkActivated.emit("0")
    assert explained.wait().value == float(values[0])


def test_the_number_under_the_mouse_is_copied_wherever_it_is(
    explained: Explained, monkeypatch: pytest.MonkeyPatch
) -> None:
    loss, _, net, _ = by_hand(explained)[-1]
    window = explained.window
    recording = explained.session.view_state.cursor.recording
    cursor = recording.at(len(recording.events))
    fc3 = next(layer for layer in cursor.layers.layers if layer.name == "fc3")
    logit = activation_number(cursor, fc3, (0, 3))
    assert logit is not None
    flow = window.panel(GradientFlowPlot)
    flow.show_view_state(explained.session.view_state)
    bars = flow.bars
    at = next(i for i, each in enumerate(bars.flows) if each.name == "fc3.weight")
    column = column_box(bars.area(), len(bars.flows), at)

    def copied(widget: QWidget, place: QPointF) -> float:
        assert isinstance(widget, HasNumbers)  # so Ctrl+C finds it under the mouse
        # The window is larger than the screen of the tests, on which a cursor could be put.
        monkeypatch.setattr(QCursor, "pos", lambda: widget.mapToGlobal(place.toPoint()))
        number = widget.number_under_mouse()
        assert number is not None
        return float(number.copied("number"))

    grad = net.fc3.weight.grad.numpy().astype("f8")
    norm = float(np.sqrt((grad**2).sum()))
    assert copied(bars, QPointF(column.left() + 2, column.bottom() - 2)) == pytest.approx(norm)
    cell = next(c for c in window.panel(PhaseBar).cells if c.phase is Phase.LOSS)
    assert copied(cell, QPointF(cell.note_area().center())) == loss
    window.number_picked.emit(logit, None)
    explanation = explained.wait()
    panel = explained.panel
    value = str(np.float32(explanation.value))
    assert copied(panel.columns.value, QPointF(5, 8)) == float(value)
    sheet = panel.columns.picture.sheets()[0]
    centre = sheet.box.topLeft() + QPointF(1, 1)
    found = panel.columns.picture.cell_at(centre)
    assert found is not None
    number = panel.columns.picture.number_of(*found)
    assert number is not None
    assert copied(panel.columns.picture, centre) == float(str(scalar_of(recording, number)))
