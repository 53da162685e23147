"""The network shows what each layer made, and the gradients as backward reaches them."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from PySide6.QtGui import QImage
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812
from torch.utils.data import Dataset

import backprop_viz as bv
from backprop_viz.desktop.panels.network.feature_maps import (
    MODES,
    Block,
)
from backprop_viz.desktop.panels.network.map_spots import Spot
from backprop_viz.desktop.panels.network.mosaic import mosaic
from backprop_viz.desktop.panels.network.network_state import (
    layer_name_of,
    state_of,
)
from backprop_viz.desktop.panels.network.network_view import NetworkView
from backprop_viz.desktop.style.theme import DARK, LIGHT, style_sheet
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.iteration import Cursor, Recording
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.layers import LayerGraph
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.training.recorded_steps import RecordedSteps, preview
from tests.desktop.panels.network.network_helpers import (
    DIGITS,
    at,
    begin,
    click,
    colors,
    column,
    layer,
    open_map,
)
from tests.recording.records import changed_event, changed_recording

MakeViewState = Callable[..., ViewState]


def test_maps_hold_what_torch_computed(view: NetworkView, make_view_state: MakeViewState) -> None:
    view_state = make_view_state(DIGITS)
    view.show_view_state(view_state)
    cursor = view_state.cursor
    for mode in MODES:
        view.set_mode(mode)
        for i, own in enumerate(cursor.recording.layers.layers):
            shown = view.canvas.blocks_of(i)
            if mode == "weights":
                assert tuple(b.parameter for b in shown if b.parameter) == own.parameters
                for block in shown:
                    if block.parameter:
                        value = cursor.value(block.parameter)
                        assert block.maps is not None
                        assert np.array_equal(np.sort(block.maps, None), np.sort(value, None))
                continue
            source = cursor.gradient(own) if mode == "gradients" else cursor.activation(own)
            if mode == "gradients" and own.name == "x":
                source = cursor.recording.input
            assert source is not None
            first = source[0] if source.ndim else source
            assert np.array_equal(np.ravel(shown[0].maps), np.ravel(first))


def test_cells_fill_in_as_the_cursor_moves(
    view: NetworkView, make_view_state: MakeViewState
) -> None:
    view_state = make_view_state(DIGITS)
    first = layer(view_state, "conv2").operations[0]
    view.show_view_state(at(view_state, first))
    assert view.canvas.blocks_of(column(view, "pool1"))[0].maps is not None
    assert view.canvas.blocks_of(column(view, "conv2"))[0].maps is None
    view.show_view_state(at(view_state, first + 1))
    assert view.canvas.blocks_of(column(view, "conv2"))[0].maps is not None
    assert view.canvas.state.current == "conv2"


def test_gradients_stay_empty_until_backward_came(
    view: NetworkView, make_view_state: MakeViewState
) -> None:
    view_state = make_view_state(DIGITS)
    node = layer(view_state, "conv2").node
    assert node is not None
    position = view_state.cursor.recording.ran_at[node] + 1
    view.show_view_state(at(view_state, position))
    state = view.canvas.state
    assert (state.mode, state.current, state.backwards) == ("gradients", "conv2", True)
    names = [y.name for y in state.layers.layers]
    reached = {names[a]: state.reached((a, b)) for a, b in state.layers.edges}
    assert reached == {
        "x": False, "conv1": False, "pool1": False, "conv2": True,
        "pool2": True, "fc1": True, "fc2": True, "fc3": True,
    }  # fmt: skip
    assert view.canvas.blocks_of(column(view, "pool1"))[0].maps is None


def test_forward_arrows_follow_the_cursor(
    view: NetworkView, make_view_state: MakeViewState
) -> None:
    view_state = make_view_state(DIGITS)
    view.show_view_state(at(view_state, layer(view_state, "conv2").operations[-1] + 1))
    state = view.canvas.state
    assert not state.backwards
    assert [state.reached(edge) for edge in state.layers.edges] == [True] * 3 + [False] * 5


def test_every_event_has_its_layer(make_view_state: MakeViewState) -> None:
    recording = make_view_state(DIGITS).cursor.recording
    events = list(enumerate(recording.events))
    owners = {e.op: layer_name_of(recording, i) for i, e in events if e.phase is Phase.FORWARD}
    assert owners["conv2d"] == "conv2"  # the last of that name
    by_op = [(e.op, layer_name_of(recording, i)) for i, e in events if e.phase is Phase.BACKWARD]
    assert by_op[:3] == [
        ("NllLossBackward0", "loss"), ("LogSoftmaxBackward0", "loss"), ("AddmmBackward0", "fc3"),
    ]  # fmt: skip
    assert ("TBackward0", "fc3") in by_op
    update = next(i for i, e in events if e.parameter == "fc2.bias")
    assert layer_name_of(recording, update) == "fc2"


def test_an_accuracy_that_autograd_does_not_follow_belongs_to_the_layer_it_is_of() -> None:
    first, head = nn.Linear(3, 4), nn.Linear(4, 2)
    with bv.record(nn.Sequential(first, head)) as told:  # held before its backward
        out = head(first(torch.ones(5, 3)))
        out.square().mean()
        with torch.no_grad():
            (out.argmax(1) == 0).float().mean()
    recording = told.recording
    owners = {e.op: layer_name_of(recording, i) for i, e in enumerate(recording.events)}
    made = {op: owners[op] for op in ("argmax", "eq", "float")}
    assert made == dict.fromkeys(made, "1")


def test_texts(view: NetworkView, make_view_state: MakeViewState) -> None:
    view_state = make_view_state(DIGITS)
    view.show_view_state(view_state)
    assert "81,194" in view.subtitle.text()
    assert "LeNet" in view.subtitle.text()
    state = view.canvas.state
    assert state.caption(layer(view_state, "conv1")) == "6×30×30"
    assert float(state.caption(layer(view_state, "loss"))) == pytest.approx(
        view_state.cursor.recording.loss, rel=1e-3
    )
    view.show_view_state(at(view_state, 12))
    assert view.canvas.state.caption(layer(view_state, "loss")) == ""


def test_marks_name_the_label_and_the_answer(make_view_state: MakeViewState) -> None:
    view_state = make_view_state(DIGITS)
    state = state_of(view_state, "activations", LayerGraph())
    last = layer(view_state, "fc3")
    output, labels = view_state.cursor.activation(last), view_state.cursor.recording.labels
    assert output is not None
    assert labels is not None
    assert state.marks(last) == (int(output[0].argmax()), int(labels[0]))
    assert state.marks(layer(view_state, "fc2")) == (None, None)
    assert state_of(at(view_state, 3), "activations", LayerGraph()).marks(last) == (None, None)


class Digits(Dataset[tuple[Tensor, int]]):
    def __len__(self) -> int:
        return 6

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        return torch.full((1, 32, 32), index / 6), index


class Branched(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(1, 70, 3, bias=False)
        self.left = nn.Conv2d(70, 3, 3)
        self.right = nn.Conv2d(70, 3, 3)
        self.norm = nn.BatchNorm2d(6)
        self.scale = nn.Parameter(torch.tensor(2.0))
        self.out = nn.Linear(6 * 4, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.stem(F.max_pool2d(x, 4)))
        x = self.norm(torch.cat([self.left(x), self.right(x) * self.scale], 1))
        return self.out(F.adaptive_avg_pool2d(x, 2).flatten(1))


def recording_of(model: nn.Module, phases: int = 5, samples: int | None = None) -> Recording:
    trainer = bv.Trainer(model=model, data=Digits(), batch_size=4)
    recorder = RecordedSteps(trainer, samples=samples)
    for _ in range(phases):
        recorder.step()
    return recorder.recording()


def test_another_network_at_every_cursor(view: NetworkView, make_view_state: MakeViewState) -> None:
    base = make_view_state(DIGITS)
    view.show_view_state(base)
    recording = recording_of(Branched(), samples=1)
    for position in range(0, len(recording.events) + 1, 3):
        view.show_view_state(replace(base, cursor=recording.at(position)))
        for mode in MODES:
            view.set_mode(mode)
            view.canvas.grab()
    assert {y.name for y in view.canvas.layers} >= {"stem", "left", "right", "norm", "out"}


@pytest.mark.parametrize("phases", range(6))
def test_every_phase_can_be_shown(
    view: NetworkView, make_view_state: MakeViewState, phases: int
) -> None:
    for loss in ("mse", "output_gradient"):
        view_state = make_view_state(
            Settings(data="random", loss=loss, batch_size=1), phases=phases
        )
        view.show_view_state(view_state)
        view.canvas.grab()


def test_before_forward_the_last_network_is_empty_but_for_the_batch(
    view: NetworkView, make_view_state: MakeViewState
) -> None:
    view.show_view_state(make_view_state(DIGITS))
    after_zero_grad = make_view_state(DIGITS, iterations=1, phases=1)
    trainer = bv.Trainer.from_settings(DIGITS)
    trainer.iterate()
    trainer.step()  # takes the next batch
    for sample in (0, 2):
        view.show_view_state(replace(after_zero_grad, sample=sample))
        assert len(view.canvas.layers) == 9
        shown = view.canvas.blocks_of(0)[0].maps
        assert np.array_equal(shown, trainer.batch[0][sample].numpy())
        assert all(view.canvas.blocks_of(i)[0].maps is None for i in range(1, 9))
    view.canvas.grab()
    # A script's batch is not known then.
    recording = changed_recording(after_zero_grad.cursor.recording, input_id=None)
    view.show_view_state(replace(after_zero_grad, cursor=recording.at(1)))
    assert all(view.canvas.blocks_of(i)[0].maps is None for i in range(9))
    point = view.canvas.rect_of(Spot(0, 0, 0)).center()
    assert view.canvas.hint(point) == "x: not known before the forward it is given to"


def test_preview_shows_places_only(view: NetworkView, make_view_state: MakeViewState) -> None:
    base = make_view_state(DIGITS, phases=0)
    view.show_view_state(base)
    trainer = bv.Trainer(data="strokes", batch_size=2)
    view.show_view_state(replace(base, cursor=preview(trainer).at(0)))
    assert len(view.canvas.layers) == 9
    filled = [view.canvas.blocks_of(i)[0].maps is not None for i in range(9)]
    assert filled == [True] + [False] * 8
    view.canvas.grab()


def broken(cursor: Cursor, value: float) -> Cursor:
    events = tuple(
        changed_event(
            event,
            outputs=tuple(None if a is None else np.full_like(a, value) for a in event.outputs),
        )
        for event in cursor.recording.events
    )
    return changed_recording(cursor.recording, events=events).at(cursor.position)


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0])
def test_numbers_that_are_none(
    view: NetworkView, make_view_state: MakeViewState, value: float
) -> None:
    view_state = make_view_state(DIGITS)
    view.show_view_state(replace(view_state, cursor=broken(view_state.cursor, value)))
    for mode in MODES:
        view.set_mode(mode)
        view.canvas.grab()
    view.set_mode("activations")
    click(view, Spot(1, 0, 0))
    large = open_map(view)
    assert large is not None
    large.grab()
    assert ("nan or inf" in large.facts.text()) is not np.isfinite(value)
    assert (DARK.error in colors(view)) is not np.isfinite(value)


def test_hidden_it_remembers_and_catches_up(
    view: NetworkView, make_view_state: MakeViewState
) -> None:
    view.hide()
    view.show_view_state(make_view_state(DIGITS))
    assert view.canvas.layers == ()
    view.show()
    assert len(view.canvas.layers) == 9


def test_themes(view: NetworkView, make_view_state: MakeViewState, qapp: object) -> None:
    view.show_view_state(make_view_state(DIGITS))
    click(view, Spot(1, 0, 0))
    pictures: list[QImage] = []
    for theme in (DARK, LIGHT):
        view.window().setStyleSheet(style_sheet(theme))
        view.set_theme(theme)
        pictures.append(view.grab().toImage())
        assert theme.forward in colors(view)
    assert pictures[0] != pictures[1]


def test_images_are_made_once_for_the_same_arrays(
    view: NetworkView, make_view_state: MakeViewState, monkeypatch: pytest.MonkeyPatch
) -> None:
    from backprop_viz.desktop.panels.network import network_painter

    made: list[Block] = []

    def counted(block: Block, *rest: object) -> QImage:
        made.append(block)
        return mosaic(block, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(network_painter, "mosaic", counted)
    view_state = make_view_state(DIGITS)
    view.show_view_state(view_state)
    view.canvas.grab()
    first = len(made)
    view.show_view_state(replace(view_state, rate=3.0))
    view.canvas.grab()
    assert (first, len(made)) == (8, 8)
    view.show_view_state(at(view_state, begin(view_state, Phase.FORWARD)))
    view.canvas.grab()
    assert len(made) == 8 + 7  # all but the input
