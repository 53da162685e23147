"""The inspector shows the selected parameter as torch had it: before, after, and the update."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from torch import nn

import backprop_viz as bv
from backprop_viz.analysis.optimizers import OPTIMIZERS
from backprop_viz.analysis.selection import select
from backprop_viz.desktop.panels.inspector.gradient_section import gradients, histogram
from backprop_viz.desktop.panels.inspector.inspector import InspectorView
from backprop_viz.desktop.panels.inspector.tensor_section import tiles
from backprop_viz.desktop.style.theme import DARK, LIGHT
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.training.recorded_steps import RecordedSteps
from tests.desktop.panels.inspector.inspector_helpers import choose

MakeViewState = Callable[..., ViewState]


def at(view_state: ViewState, position: int) -> ViewState:
    return replace(view_state, cursor=view_state.cursor.recording.at(position))


def words(view: InspectorView) -> list[str]:
    return [bars.word for bars in view.gradient.chart.chart.bars]


def row(view: InspectorView, i: int, exact: bool = True) -> list[str]:
    rows = view.update_section.table.rows
    return [rows.text(i, section, exact) for section in range(rows.columnCount())]


def test_the_gradient_goes_from_none_to_numbers(
    view: InspectorView, make_view_state: MakeViewState
) -> None:
    view_state = make_view_state()
    recording = view_state.cursor.recording
    arrival = next(
        i
        for i in recording.happened_to["conv1.bias"]
        if recording.events[i].phase is Phase.BACKWARD
    )
    view.show_view_state(at(view_state, arrival))
    assert words(view) == ["before: None", "after: not yet"]
    assert view.gradient.chart.chart.message == "None"
    assert not view.gradient.chart.chart.labels  # no axis where there are no bars
    assert row(view, 0)[2:] == ["None", "–", "–"]
    view.show_view_state(at(view_state, arrival + 1))
    assert words(view) == ["before: None", "after backward"]
    after = view.gradient.chart.chart.bars[1].values
    expected = recording.events[arrival].outputs[0]
    assert after is not None
    np.testing.assert_array_equal(after, expected)
    assert row(view, 5)[2:] == [str(expected[5]), "–", "–"]
    view.show_view_state(at(view_state, 0))
    assert words(view)[1] == "after: not yet"


def test_zeros_are_zeros(view: InspectorView, make_view_state: MakeViewState) -> None:
    settings = Settings(data="random", loss="mse", batch_size=1, set_to_none=False)
    view.show_view_state(make_view_state(settings, iterations=1, phases=3))
    assert words(view) == ["before: zeros", "after: not yet"]
    assert not view.gradient.chart.chart.bars[0].values.any()
    assert row(view, 0, exact=False)[2] == "0"
    view.gradient.chart.grab()


def test_accumulation_shows_both(view: InspectorView, make_view_state: MakeViewState) -> None:
    settings = Settings(data="random", loss="mse", batch_size=1, clear_gradients=False)
    view_state = make_view_state(settings, iterations=1)
    view.show_view_state(view_state)
    assert words(view) == ["before", "after backward"]
    before, after = (bars.values for bars in view.gradient.chart.chart.bars)
    np.testing.assert_array_equal(before, view_state.cursor.grad_before_backward("conv1.bias"))
    np.testing.assert_array_equal(after, view_state.cursor.grad("conv1.bias"))
    assert (before != after).any()


def test_many_elements_are_counted(view: InspectorView, make_view_state: MakeViewState) -> None:
    view_state = make_view_state()
    view.show_view_state(view_state)
    choose(view, "fc1.weight")
    grad = view_state.cursor.grad("fc1.weight")
    assert grad is not None
    counts = view.gradient.chart.chart.bars[1].values
    assert counts is not None
    assert counts.sum() == (grad != 0).sum()
    first, second = (line.text() for line in view.gradient.figures)
    assert f"{(grad == 0).sum():,} zeros" in first
    assert f"max {grad.max():+#.4g}"[:9] in first
    assert f"norm {np.linalg.norm(grad):#.4g}" in second
    assert view.update_section.table.model().rowCount() == 69_120
    view.grab()


def test_histogram_counts_every_finite_number_but_zero() -> None:
    values = np.array([-1.0, 0.0, 0.5, 0.5, 1.0, np.nan, np.inf])
    counts, edges = histogram([values, np.full(3, 0.25)])
    assert [c.sum() for c in counts] == [4, 3]
    assert (edges[0], edges[-1]) == (-1.0, 1.0)
    expected, _ = np.histogram([-1.0, 0.5, 0.5, 1.0], edges)
    np.testing.assert_array_equal(counts[0], expected)
    for same in (np.zeros(4), np.full(4, 2.0), np.full(4, np.nan), np.empty(0)):
        (counts, edges) = histogram([same])
        assert counts[0].sum() == (same == 2.0).sum()
        assert (np.diff(edges) > 0).all()


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_update_is_what_torch_did(
    view: InspectorView, make_view_state: MakeViewState, optimizer: str
) -> None:
    settings = Settings(data="random", loss="mse", optimizer=optimizer, lr=0.02, batch_size=1)
    view_state = make_view_state(settings, iterations=2)
    view.show_view_state(view_state)
    trainer = bv.Trainer("random", "mse", optimizer, 0.02, 1)
    for _ in range(2):
        trainer.iterate()
    before = trainer.model.conv1.bias.detach().clone()
    trainer.iterate()
    after = trainer.model.conv1.bias.detach()
    for i in range(6):
        w, new = before[i].numpy(), after[i].numpy()
        grad = trainer.model.conv1.bias.grad[i].numpy()
        step = np.float64(new) - np.float64(w)
        assert row(view, i) == [str(i), str(w), str(grad), str(step), str(new)]
    titles = [column.title for column in view.update_section.table.rows.columns]
    assert titles == ["w", "grad", "step", "new w"]
    if optimizer in ("manual", "sgd"):
        steps = view.update_section.table.rows.columns[2].values
        np.testing.assert_allclose(
            steps, -0.02 * trainer.model.conv1.bias.grad.numpy(), rtol=1e-3, atol=1e-7
        )
    assert view.update_section.rule.text().startswith(("w ← w − ", "w ← w′ − "))
    formula, *changed = view.update_section.rule.text().split("   ")
    tip = view.update_section.rule.toolTip()
    assert tip.endswith(formula)
    assert set(changed) <= set(tip.splitlines())


def test_an_element_has_its_place(view: InspectorView, make_view_state: MakeViewState) -> None:
    view.show_view_state(make_view_state())
    choose(view, "conv2.weight")
    assert row(view, 16 * 6 * 9 - 1)[0] == "15,5,2,2"
    choose(view, "conv1.bias")
    assert row(view, 5)[0] == "5"


def test_a_layer_shows_its_first_sample(
    view: InspectorView, make_view_state: MakeViewState
) -> None:
    view_state = make_view_state(Settings(data="strokes", batch_size=4))
    cursor = view_state.cursor
    view.show_view_state(view_state)
    for layer in cursor.recording.layers.layers:
        view.select(select(cursor.recording, "layer", layer.name))
        value, gradient = (c.values for c in view.tensor.table.rows.columns)
        whole = cursor.activation(layer)
        np.testing.assert_array_equal(value, (whole[0] if layer.shape else whole).ravel())
        sent = cursor.gradient(layer)
        if sent is None:
            assert gradient is None
        else:
            np.testing.assert_array_equal(gradient, (sent[0] if layer.shape else sent).ravel())
        view.grab()
    view.select(select(cursor.recording, "layer", "conv2"))
    assert view.description.text() == "relu(conv2) · 16×13×13 · float32 · sample 0 of the batch"


def test_a_layer_that_has_not_run_says_so(
    view: InspectorView, make_view_state: MakeViewState
) -> None:
    view_state = make_view_state()
    view.show_view_state(view_state)
    choose(view, "conv1")
    view.show_view_state(at(view_state, 0))
    assert view.tensor.value.figures.text() == "not computed yet"
    assert view.tensor.gradient.figures.text() == "no gradient"
    view.grab()


@pytest.mark.parametrize("room", [(130, 130), (20, 200), (5, 5), (600, 100)])
@pytest.mark.parametrize("shape", [(1, 32, 32), (16, 13, 13), (256, 1, 1), (6, 5, 40), (1, 1, 120)])
def test_maps_do_not_touch(shape: tuple[int, int, int], room: tuple[int, int]) -> None:
    boxes = tiles(*shape, *room)
    assert len(boxes) == shape[0]
    for i, box in enumerate(boxes):
        assert box.width() >= 1
        assert box.height() >= 1
        assert not any(box.intersects(other) for other in boxes[i + 1 :])


class Branches(nn.Module):
    """A shared weight, a parameter of no shape, one that is not used and one that is frozen."""

    def __init__(self) -> None:
        super().__init__()
        self.shared = nn.Linear(1024, 10, bias=False)
        self.scale = nn.Parameter(torch.tensor(2.0))
        self.unused = nn.Parameter(torch.ones(3))
        self.frozen = nn.Parameter(torch.ones(10), requires_grad=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = x.flatten(1)
        return self.shared(h) * self.scale + self.shared(torch.relu(h)) + self.frozen


@pytest.fixture
def branches() -> Recording:
    trainer = bv.Trainer("random", "mse", "sgd", 0.01, 1, model=Branches())
    recorder = RecordedSteps(trainer)
    for _ in range(5):
        recorder.step()
    return recorder.recording()


def test_another_network(
    view: InspectorView, make_view_state: MakeViewState, branches: Recording
) -> None:
    view_state = make_view_state()
    view.show_view_state(view_state)
    view.show_view_state(replace(view_state, cursor=branches.at(len(branches.events))))
    assert view.chosen == ("parameter", branches.parameters[0].name)
    choose(view, "unused")
    assert words(view) == ["before: None", "after backward: None"]
    assert row(view, 0)[2:] == ["None", "–", "–"]
    choose(view, "scale")
    assert row(view, 0)[0] == "0"
    choose(view, "frozen")
    assert view.description.text() == "torch.Size([10]) · float32 · leaf"
    for position in range(len(branches.events) + 1):
        view.show_view_state(replace(view_state, cursor=branches.at(position)))
    for layer in branches.layers.layers:
        view.select(select(branches, "layer", layer.name))
        view.grab()


def test_nan_preview_and_nothing_at_all(
    view: InspectorView, make_view_state: MakeViewState
) -> None:
    settings = Settings(data="random", loss="mse", optimizer="sgd", lr=1e30, batch_size=1)
    view_state = make_view_state(settings, iterations=3)
    view.show_view_state(view_state)
    assert not np.isfinite(view_state.cursor.grad("conv1.bias")).any()
    for name in ("conv1.bias", "fc1.weight", "conv1", "fc1", "loss"):
        choose(view, name)
        view.grab()
    view.show_view_state(
        replace(view_state, cursor=replace(view_state.cursor.recording, preview=True).at(0))
    )
    empty = Recording(iteration=1, parameters=())
    view.show_view_state(replace(view_state, cursor=empty.at(0)))
    view.grab()


def test_a_gradient_that_arrived_is_shown_while_backward_goes_on(
    make_view_state: MakeViewState,
) -> None:
    recording = make_view_state().cursor.recording
    span = recording.span(Phase.BACKWARD)
    assert span is not None
    arrival = recording.happened_to["fc3.bias"][1]
    assert span.start < arrival < span.stop - 1
    assert not gradients(recording.at(arrival), "fc3.bias").ran
    found = gradients(recording.at(arrival + 1), "fc3.bias")
    assert found.ran
    assert found.after is recording.events[arrival].outputs[0]


def test_backward_over_counts_as_ran(make_view_state: MakeViewState) -> None:
    view_state = make_view_state()
    span = view_state.cursor.recording.span(Phase.BACKWARD)
    assert span is not None
    assert gradients(view_state.cursor.recording.at(span.stop), "conv1.bias").ran
    assert not gradients(view_state.cursor.recording.at(span.start), "conv1.bias").ran


def test_a_hidden_inspector_catches_up_and_changes_theme(
    qtbot: QtBot, make_view_state: MakeViewState
) -> None:
    view = InspectorView()
    qtbot.addWidget(view)
    view.show_view_state(make_view_state())
    assert view.chosen is None
    view.show()
    assert view.chosen == ("parameter", "conv1.bias")
    choose(view, "conv1")
    for theme in (LIGHT, DARK):
        view.set_theme(theme)
        view.grab()
    color = view.tensor.table.rows.color("forward")
    assert color.name() == DARK.forward


@pytest.mark.parametrize("name", ["conv1.bias", "conv1.weight"])
def test_the_bars_are_lower_where_the_update_would_not_be_seen(
    view: InspectorView, make_view_state: MakeViewState, name: str
) -> None:
    view.show_view_state(make_view_state())
    choose(view, name)
    table, chart = view.update_section.table, view.gradient.chart
    sight = view.gradient.parentWidget().parentWidget()
    least = chart.minimumSizeHint().height()
    lowered = []
    for height in range(300, 560, 10):
        view.resize(300, height)
        for _ in range(4):
            QApplication.sendPostedEvents()
            QApplication.processEvents()
        for rows in (2, 1):
            end = table.mapTo(sight, QPoint(0, table.height_of(rows))).y()
            if end <= sight.height():
                lowered.append(chart.height())
                break
            assert chart.height() - (end - sight.height()) < least
    assert len(lowered) > 5
    assert lowered[0] < lowered[-1]
