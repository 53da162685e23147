from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton, QWidget
from pytestqt.qtbot import QtBot
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812
from torch.utils.data import Dataset

import backprop_viz as bv
from backprop_viz.analysis.selection import select
from backprop_viz.capture.recorder import Recorder, preview
from backprop_viz.desktop.panels.network.feature_maps import (
    MODES,
    Block,
    Look,
    Size,
    blocks,
    color_range,
    kernel_grid,
)
from backprop_viz.desktop.panels.network.map_window import MapWindow
from backprop_viz.desktop.panels.network.mosaic import mosaic
from backprop_viz.desktop.panels.network.network_canvas import Spot, moved
from backprop_viz.desktop.panels.network.network_layout import NetworkColumn, place_columns
from backprop_viz.desktop.panels.network.network_state import (
    following_mode,
    layer_name_of,
    state_of,
)
from backprop_viz.desktop.panels.network.network_view import NetworkView
from backprop_viz.desktop.style.theme import DARK, LIGHT, style_sheet
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.breakpoint import Breakpoint
from backprop_viz.recording.events import Parameter
from backprop_viz.recording.iteration import Cursor, Recording
from backprop_viz.recording.layers import Layer, LayerGraph
from backprop_viz.recording.phases import Phase
from backprop_viz.recording.settings import Settings

MakeViewState = Callable[..., ViewState]
DIGITS = Settings(data="strokes", batch_size=3)


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    window.resize(1000, 700)
    qtbot.addWidget(window)
    return window


@pytest.fixture
def view(window: QWidget) -> NetworkView:
    view = NetworkView(window)
    view.setGeometry(0, 0, 876, 367)
    window.show()
    return view


def at(view_state: ViewState, position: int) -> ViewState:
    return replace(view_state, cursor=view_state.cursor.recording.at(position))


def begin(view_state: ViewState, phase: Phase) -> int:
    span = view_state.cursor.recording.span(phase)
    assert span is not None
    return span.start


def layer(view_state: ViewState, name: str) -> Layer:
    return next(y for y in view_state.cursor.recording.layers.layers if y.name == name)


def column(view: NetworkView, name: str) -> int:
    return [y.name for y in view.canvas.layers].index(name)


def colors(view: NetworkView) -> set[str]:
    image = view.canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint32)
    return {f"#{int(pixel) & 0xFFFFFF:06x}" for pixel in np.unique(pixels)}


# -- what is shown ---------------------------------------------------------------------------


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


def test_kernels_lie_as_they_are() -> None:
    weight = np.arange(4 * 6 * 3 * 2, dtype=np.float32).reshape(4, 6, 3, 2)
    recording = Recording(1, (Parameter("c.weight", weight, None),))
    made = Layer(0, "c", (0,), (4, 8, 8), ("c.weight",))
    (block,) = blocks(recording.at(0), made, "weights")
    assert block.size == Size(Look.KERNELS, 4, 6, 6)
    assert block.kernel == (3, 2)
    maps = block.maps
    assert maps is not None
    for row in range(6):
        for col in range(6):
            source, y, x = block.place(row, col)
            assert maps[2, row, col] == weight[2, source, y, x]


@pytest.mark.parametrize(("count", "grid"), [(1, (1, 1)), (6, (2, 3)), (7, (1, 7)), (16, (4, 4))])
def test_kernel_grid_has_no_holes(count: int, grid: tuple[int, int]) -> None:
    assert kernel_grid(count) == grid


@pytest.mark.parametrize(
    "shape", [(3,), (), (2, 3), (2, 3, 4), (2, 3, 4, 5), (2, 3, 2, 3, 3), (0, 4)]
)
def test_any_parameter_shape(shape: tuple[int, ...]) -> None:
    value = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    recording = Recording(1, (Parameter("p", value, None),))
    (block,) = blocks(recording.at(0), Layer(0, "a", (0,), (3,), ("p",)), "weights")
    if value.size:
        assert block.maps is not None
        assert sorted(block.maps.flat) == sorted(value.flat)
    else:
        assert block.size.look is Look.NOTHING


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
    owners = {
        e.op: layer_name_of(recording, e) for e in recording.events if e.phase is Phase.FORWARD
    }
    assert owners["conv2d"] == "conv2"  # the last of that name
    backward = [e for e in recording.events if e.phase is Phase.BACKWARD]
    by_op = [(e.op, layer_name_of(recording, e)) for e in backward]
    assert by_op[:3] == [
        ("NllLossBackward0", "loss"), ("LogSoftmaxBackward0", "loss"), ("AddmmBackward0", "fc3"),
    ]  # fmt: skip
    assert ("TBackward0", "fc3") in by_op
    update = next(e for e in recording.events if e.parameter == "fc2.bias")
    assert layer_name_of(recording, update) == "fc2"


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


def test_a_strip_shows_its_numbers_in_order(make_view_state: MakeViewState) -> None:
    view_state = make_view_state(DIGITS)
    own = layer(view_state, "fc3")
    (block,) = blocks(view_state.cursor, own, "activations")
    ((grid,),) = (c.grids for c in columns_of(view_state, (block,), own))
    span = color_range((block.numbers,)) if block.numbers is not None else None
    image = mosaic(block, grid, span, DARK, 1.0)
    assert block.numbers is not None
    largest = int(np.abs(block.numbers).argmax())
    center = grid.tile(largest).translated(-grid.x, -grid.y).center()
    end = DARK.positive if block.numbers[largest] > 0 else DARK.negative
    assert image.pixelColor(int(center.x()), int(center.y())) == QColor(end)


def columns_of(
    view_state: ViewState, own: tuple[Block, ...], one: Layer
) -> tuple[NetworkColumn, ...]:
    return place_columns((one,), (tuple(b.size for b in own),), (40,), 200, 300)


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_a_mosaic_is_as_large_as_its_grid(make_view_state: MakeViewState, ratio: float) -> None:
    view_state = make_view_state(DIGITS)
    for own in view_state.cursor.recording.layers.layers:
        for mode in MODES:
            shown = blocks(view_state.cursor, own, mode)
            (placed,) = columns_of(view_state, shown, own)
            for block, grid in zip(shown, placed.grids, strict=True):
                if block.size.look in (Look.SCALAR, Look.NOTHING):
                    continue
                span = None if block.numbers is None else color_range((block.numbers,))
                image = mosaic(block, grid, span, LIGHT, ratio)
                size = image.deviceIndependentSize()
                assert size.width() == pytest.approx(grid.rect.width(), abs=grid.columns)
                assert size.height() == pytest.approx(grid.rect.height(), abs=grid.rows)


def test_zero_is_neutral_and_nan_is_seen() -> None:
    numbers = np.array([[[0.0, np.nan], [1.0, -1.0]]], np.float32)
    block = Block(Size(Look.MAPS, 1, 2, 2), numbers, True)
    (placed,) = place_columns((Layer(0, "a", (0,), (1, 2, 2)),), ((block.size,),), (20,), 200, 200)
    grid = placed.grids[0]
    image = mosaic(block, grid, color_range((numbers,)), DARK, 1.0)
    quarter, rest = int(grid.width * 0.25), int(grid.width * 0.75)
    seen = [image.pixelColor(x, y).name() for y in (quarter, rest) for x in (quarter, rest)]
    assert seen == [DARK.zero, DARK.error, DARK.positive, DARK.negative]


def test_a_lone_number_is_seen_in_a_small_map() -> None:
    numbers = np.zeros((1, 200, 200), np.float32)
    numbers[0, 77, 131] = -3.0
    block = Block(Size(Look.MAPS, 1, 200, 200), numbers, True)
    (placed,) = place_columns(
        (Layer(0, "a", (0,), (1, 200, 200)),), ((block.size,),), (20,), 90, 200
    )
    image = mosaic(block, placed.grids[0], color_range((numbers,)), DARK, 1.0)
    seen = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    assert image.width() < 100
    assert seen.count(QColor(DARK.negative)) == 1


# -- layout ----------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(676, 236), (852, 320), (1384, 480)])
def test_columns_do_not_overlap(make_view_state: MakeViewState, size: tuple[int, int]) -> None:
    view_state = make_view_state(DIGITS)
    layers = view_state.cursor.recording.layers.layers
    for mode in MODES:
        sizes = tuple(tuple(b.size for b in blocks(view_state.cursor, y, mode)) for y in layers)
        placed = place_columns(layers, sizes, (66,) * len(layers), *size)
        for before, after in pairwise(placed):
            assert before.content.right() + 10 < after.content.left()
        for one in placed:
            assert one.header.bottom() <= one.content.top()
            assert one.content.bottom() <= one.caption.top() + 1
            assert one.content.left() >= 0
            assert one.content.right() <= size[0]


def test_six_maps_are_a_column_and_sixteen_two_by_eight(make_view_state: MakeViewState) -> None:
    view_state = make_view_state(DIGITS)
    layers = view_state.cursor.recording.layers.layers
    sizes = tuple(
        tuple(b.size for b in blocks(view_state.cursor, y, "activations")) for y in layers
    )
    grids = [c.grids[0] for c in place_columns(layers, sizes, (66,) * len(layers), 852, 320)]
    assert [(g.rows, g.columns) for g in grids[1:5]] == [(6, 1), (6, 1), (8, 2), (8, 2)]
    assert grids[1].width > grids[2].width
    assert grids[3].width > grids[4].width


# -- modes -----------------------------------------------------------------------------------


def test_following_mode() -> None:
    assert following_mode("activations", Phase.LOSS, Phase.BACKWARD) == "gradients"
    assert following_mode("gradients", Phase.BACKWARD, Phase.LOSS) == "activations"
    assert following_mode("gradients", None, Phase.FORWARD) == "activations"
    assert following_mode("weights", Phase.BACKWARD, Phase.BACKWARD) == "weights"
    assert following_mode("gradients", Phase.BACKWARD, Phase.UPDATE) == "gradients"
    for before in (None, Phase.ZERO_GRAD, Phase.LOSS, Phase.BACKWARD, Phase.UPDATE):
        for mode in MODES:
            assert following_mode(mode, before, Phase.FORWARD) == "activations"
    assert following_mode("activations", Phase.FORWARD, Phase.UPDATE) == "gradients"
    assert following_mode("gradients", Phase.BACKWARD, None) == "activations"


def test_training_and_its_end_leave_the_mode_alone(
    view: NetworkView, make_view_state: MakeViewState
) -> None:
    view_state = make_view_state(DIGITS)
    assert view.mode == "activations"
    view.show_view_state(replace(view_state, training=True))
    view.show_view_state(view_state)
    assert view.mode == "activations"
    view.show_view_state(at(view_state, begin(view_state, Phase.BACKWARD) + 1))
    assert view.mode == "gradients"


def test_backward_shows_gradients_unless_a_mode_is_pinned(
    view: NetworkView, make_view_state: MakeViewState
) -> None:
    view_state = make_view_state(DIGITS)
    forward, backward = begin(view_state, Phase.FORWARD) + 1, begin(view_state, Phase.BACKWARD) + 1
    view.show_view_state(at(view_state, forward))
    view.show_view_state(at(view_state, backward))
    assert view.mode == "gradients"
    assert checked(view) == "gradients"
    view.show_view_state(at(view_state, forward))
    assert checked(view) == "activations"
    button(view, "weights").click()
    view.show_view_state(at(view_state, backward))
    assert (view.mode, checked(view)) == ("weights", "weights")
    following = replace(
        view_state.cursor.recording, iteration=view_state.cursor.recording.iteration + 1
    )
    view.show_view_state(replace(view_state, cursor=following.at(forward)))
    assert view.mode == "activations"


def button(view: NetworkView, mode: str) -> QToolButton:
    found = view.findChild(QToolButton, f"{mode}Segment")
    assert isinstance(found, QToolButton)
    return found


def checked(view: NetworkView) -> str:
    return next(mode for mode in MODES if button(view, mode).isChecked())


def test_set_mode_pins_nothing(view: NetworkView, make_view_state: MakeViewState) -> None:
    view_state = make_view_state(DIGITS)
    view.show_view_state(at(view_state, begin(view_state, Phase.FORWARD) + 1))
    view.set_mode("weights")
    view.show_view_state(at(view_state, begin(view_state, Phase.BACKWARD) + 1))
    assert view.mode == "gradients"


# -- choosing --------------------------------------------------------------------------------


def test_a_click_picks_the_layer_and_enlarges_the_map(
    view: NetworkView, make_view_state: MakeViewState, qtbot: QtBot
) -> None:
    view_state = make_view_state(DIGITS)
    view.show_view_state(view_state)
    view.set_mode("activations")
    spot = Spot(column(view, "conv2"), 0, 5)
    with qtbot.waitSignal(view.picked) as picked:
        click(view, spot)
    assert picked.args == ["layer", "conv2"]
    large = open_map(view)
    assert large is not None
    assert large.heading.text() == "relu(conv2)[5] · 16 maps"
    activation = view_state.cursor.activation(layer(view_state, "conv2"))
    assert activation is not None
    own = activation[0, 5]
    for number in (own.min(), own.max(), own.mean(dtype=np.float64)):
        assert f"{number:+.4g}"[:5] in large.facts.text() or number == 0
    center = large.picture.cell(4, 7).center().toPoint()
    QTest.mouseMove(large.picture, center)
    assert large.readout.text().startswith("row 4, column 7: ")
    assert float(large.readout.text().split(": ")[1]) == pytest.approx(own[4, 7], rel=1e-3)


@pytest.mark.parametrize(
    ("block", "index", "parameter", "heading"),
    [
        (0, 3, "conv2.weight", "conv2.weight[3] · 16 maps"),
        (1, 7, "conv2.bias", "conv2.bias[7] · 16 units"),
    ],
)
def test_a_click_on_a_kernel_picks_its_weight(
    view: NetworkView,
    make_view_state: MakeViewState,
    qtbot: QtBot,
    block: int,
    index: int,
    parameter: str,
    heading: str,
) -> None:
    view_state = make_view_state(DIGITS)
    view.show_view_state(view_state)
    view.set_mode("weights")
    with qtbot.waitSignal(view.picked) as picked:
        click(view, Spot(column(view, "conv2"), block, index))
    assert picked.args == ["parameter", parameter]
    large = open_map(view)
    assert large is not None
    assert large.heading.text() == heading
    assert large.block is not None
    np.testing.assert_array_equal(large.block.source, view_state.cursor.value(parameter))


def click(view: NetworkView, spot: Spot) -> None:
    center = view.canvas.rect_of(spot).center().toPoint()
    QTest.mouseClick(view.canvas, Qt.MouseButton.LeftButton, pos=center)


def open_map(view: NetworkView) -> MapWindow | None:
    found = [w for w in view.window().findChildren(MapWindow) if w.isVisible()]
    return found[0] if found else None


def test_the_large_map_is_turned_by_keys_and_closed(
    view: NetworkView, make_view_state: MakeViewState
) -> None:
    view.show_view_state(make_view_state(DIGITS))
    click(view, Spot(1, 0, 5))
    large = open_map(view)
    assert large is not None
    QTest.keyClick(large, Qt.Key.Key_Right)
    assert large.index == 0
    QTest.keyClick(large, Qt.Key.Key_Left)
    assert large.index == 5
    QTest.keyClick(large, Qt.Key.Key_Escape)
    assert open_map(view) is None
    click(view, Spot(1, 0, 2))
    assert open_map(view) is not None
    QTest.mouseClick(view.window(), Qt.MouseButton.LeftButton, pos=QPoint(990, 690))
    assert open_map(view) is None


def test_the_large_map_lives_with_the_frames(
    view: NetworkView, make_view_state: MakeViewState
) -> None:
    view_state = make_view_state(DIGITS)
    before = layer(view_state, "conv1").operations[0]
    view.show_view_state(at(view_state, before))
    click(view, Spot(1, 0, 3))
    large = open_map(view)
    assert large is not None
    assert "Not computed yet" in large.facts.text()
    view.show_view_state(at(view_state, before + 2))
    assert "min" in large.facts.text()
    assert large.index == 3
    view.set_mode("weights")
    assert large.heading.text().startswith("conv1.weight[3]")
    empty = replace(view_state, cursor=Recording(1, ()).at(0))
    view.show_view_state(empty)
    assert "Not computed yet" in large.facts.text()


def test_keys_walk_over_the_maps(
    view: NetworkView, make_view_state: MakeViewState, qtbot: QtBot
) -> None:
    view.show_view_state(make_view_state(DIGITS))
    view.canvas.setFocus()
    chosen: list[Spot] = []
    view.canvas.chosen.connect(chosen.append)
    keys = [Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return]
    for key in keys:
        QTest.keyClick(view.canvas, key)
    assert chosen[-1].column == 1
    assert open_map(view) is not None


def test_moving_reaches_every_column(make_view_state: MakeViewState) -> None:
    view_state = make_view_state(DIGITS)
    layers = view_state.cursor.recording.layers.layers
    sizes = tuple(tuple(b.size for b in blocks(view_state.cursor, y, "weights")) for y in layers)
    placed = place_columns(layers, sizes, (66,) * len(layers), 852, 320)
    spot, seen = Spot(0, 0, 0), []
    for _ in range(60):
        seen.append(spot.column)
        spot = moved(placed, spot, 0, 1)
    assert sorted(set(seen)) == list(range(len(layers)))
    assert moved(placed, spot, 0, 1) == spot
    back = moved(placed, Spot(0, 0, 0), 0, -1)
    assert back == Spot(0, 0, 0)


def test_hints(view: NetworkView, make_view_state: MakeViewState) -> None:
    view_state = make_view_state(DIGITS)
    view.show_view_state(at(view_state, begin(view_state, Phase.FORWARD) + 1))

    def hint(spot: Spot) -> str:
        return view.canvas.hint(view.canvas.rect_of(spot).center())

    assert hint(Spot(1, 0, 2)).startswith("conv1[2] · conv2d: ")
    assert hint(Spot(3, 0, 2)) == "relu(conv2): not computed yet"
    header = view.canvas.columns()[1].header.center()
    assert view.canvas.hint(header).splitlines() == [
        "conv1: 6×30×30",
        "conv2d → relu: conv1 · conv2d is shown",
        "relu(conv1) has not run yet",
        "conv1.weight",
        "conv1.bias",
    ]
    view.set_mode("weights")
    assert hint(Spot(2, 0, 0)) == "pool1: no parameters"
    beside = view.canvas.columns()[1].content
    assert view.canvas.hint(QPointF(beside.right() + 12, beside.center().y())) == ""


def test_selection_is_marked(view: NetworkView, make_view_state: MakeViewState) -> None:
    view_state = make_view_state(DIGITS)
    view.show_view_state(at(view_state, 0))
    before = colors(view)
    view.select(select(view_state.cursor.recording, "parameter", "fc1.bias"))
    assert DARK.accent in colors(view)
    view.select(None)
    assert colors(view) == before


# -- edges -----------------------------------------------------------------------------------


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
    recorder = Recorder(trainer, samples=samples)
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


def test_before_forward_the_last_network_stays_empty(
    view: NetworkView, make_view_state: MakeViewState
) -> None:
    view.show_view_state(make_view_state(DIGITS))
    view.show_view_state(make_view_state(DIGITS, phases=1))
    assert len(view.canvas.layers) == 9
    assert all(view.canvas.blocks_of(i)[0].maps is None for i in range(9))
    view.canvas.grab()


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
        replace(
            event,
            outputs=tuple(None if a is None else np.full_like(a, value) for a in event.outputs),
        )
        for event in cursor.recording.events
    )
    return replace(cursor.recording, events=events).at(cursor.position)


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


def test_a_layers_menu_sets_a_breakpoint(qtbot: QtBot, make_view_state: MakeViewState) -> None:
    view = NetworkView()
    qtbot.addWidget(view)
    view.resize(900, 400)
    view.show()
    view_state = make_view_state()
    view.show_view_state(view_state)
    wanted = Breakpoint("layer", "conv2")
    action = view.canvas.menu_of("conv2").actions()[0]
    assert not action.isChecked()
    with qtbot.waitSignal(view.breakpoint_toggled) as told:
        action.trigger()
    assert told.args == [wanted]
    before = view.canvas.grab().toImage()
    view.show_view_state(replace(view_state, breakpoints=(wanted,)))
    assert view.canvas.menu_of("conv2").actions()[0].isChecked()
    assert view.canvas.grab().toImage() != before
