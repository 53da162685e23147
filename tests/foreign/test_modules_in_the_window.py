"""The network folded into its modules, and the modules panel, in the real window."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from PySide6.QtCore import QSize, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.analysis.folded_network import Folding
from backprop_viz.analysis.selection import select
from backprop_viz.desktop.panels.modules.modules_view import ModulesView
from backprop_viz.desktop.panels.network.module_canvas import ModuleCanvas
from backprop_viz.desktop.panels.network.modules_page import maps_have_room
from backprop_viz.desktop.panels.network.network_layout import least_size
from backprop_viz.desktop.panels.network.network_state import NetworkState
from backprop_viz.desktop.panels.network.network_view import NetworkView
from backprop_viz.desktop.style.numbers import short
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.recording.iteration import Cursor, Recording, new_serial
from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.trace.phases import Phase
from tests.conftest import MakeViewState
from tests.foreign.conftest import recording_of, state_at


def canvas_of(window: MainWindow) -> ModuleCanvas:
    return window.panel(NetworkView).modules.canvas


def place_of(canvas: ModuleCanvas, name: str) -> tuple[int, int]:
    assert canvas.facts is not None
    return next(
        (b, r)
        for b, box in enumerate(canvas.network.boxes)
        for r, row in enumerate(box.rows)
        if canvas.facts.name(row) == name
    )


def plain_norm(cursor: Cursor, prefix: str) -> float:
    grads = [cursor.grad(p.name) for p in cursor.recording.parameters if p.name.startswith(prefix)]
    return math.sqrt(
        sum(float(np.square(g, dtype=np.float64).sum()) for g in grads if g is not None)
    )


def test_before_anything_is_recorded_there_is_no_row(window: MainWindow) -> None:
    state = state_at(recording_of("gpt"), 480)
    panel = window.panel(ModulesView)
    window.show_view_state(replace(state, cursor=Recording(0, ()).at(0)))
    assert panel.isVisible()
    assert (panel.rows.rowCount(), panel.subtitle.text()) == (0, "")
    assert window.panel(NetworkView).subtitle.text() == ""
    window.show_view_state(state)
    assert panel.rows.rowCount() == 1
    assert "parameters" in panel.subtitle.text()


def test_a_gpt_is_folded_and_says_the_norms_of_its_blocks(window: MainWindow) -> None:
    recording = recording_of("gpt")
    state = state_at(recording, 480)
    window.show_view_state(state)
    network = window.panel(NetworkView)
    assert network.is_folded
    canvas = canvas_of(window)
    assert canvas.facts is not None
    for name in ("blocks.0", "blocks.1"):
        row = canvas.row(place_of(canvas, name))
        expected = short(plain_norm(state.cursor, f"{name}."), 3)
        assert canvas.facts.norm_text(row) == f"‖g‖ {expected}"
        assert canvas.facts.caption(row) == "9 modules"
    # The next iteration has no layers yet: these norms are not its own.
    canvas.show_state(NetworkState(canvas.facts.layers, None, "gradients"), network.width())
    assert canvas.facts.norm_text(row) == ""
    assert canvas.facts.caption(row) == "9 modules"
    canvas.grab()


def test_another_network_is_not_shown_as_the_one_before(window: MainWindow) -> None:
    gpt = recording_of("gpt")
    window.show_view_state(state_at(gpt, 480))
    view = window.panel(NetworkView)
    text = view.subtitle.text()
    other = (replace(gpt.parameters[0], name="own.weight"),)
    begun = replace(gpt, model="Own", parameters=other, events=(), passes=(), spans=())
    window.show_view_state(state_at(replace(begun, serial=new_serial()), 0))
    assert view.canvas.layers == ()
    assert view.subtitle.text().startswith("Own · ")
    window.show_view_state(state_at(gpt, 480))
    assert canvas_of(window).network.boxes
    assert view.subtitle.text() == text


def test_lenet_looks_as_it_did(window: MainWindow, make_view_state: MakeViewState) -> None:
    window.show_view_state(make_view_state(phases=5))
    network = window.panel(NetworkView)
    assert not network.is_folded
    assert network.fold.isHidden()
    assert not window.panel(ModulesView).isVisible()


def test_boxes_lie_in_the_room_that_is_left_after_there_was_more(window: MainWindow) -> None:
    window.show_view_state(state_at(recording_of("gpt")))
    page = window.panel(NetworkView).modules
    for height in (1600, 400, 1600, 400):
        page.resize(page.width(), height)
        first = page.canvas.rect_of((0, 0))
        seen = page.viewport().rect().translated(0, page.verticalScrollBar().value())
        assert seen.top() <= first.top()
        assert first.bottom() <= seen.bottom()


def test_a_double_click_and_enter_unfold_in_place(window: MainWindow) -> None:
    window.show_view_state(state_at(recording_of("gpt")))
    canvas = canvas_of(window)
    before = len(canvas.network.boxes)
    box, _ = place_of(canvas, "blocks.0")
    QTest.mouseDClick(
        canvas, Qt.MouseButton.LeftButton, pos=canvas.rect_of((box, 0)).center().toPoint()
    )
    assert len(canvas.network.boxes[box].rows) == 7
    assert len(canvas.network.boxes) == before
    QTest.mouseClick(
        canvas,
        Qt.MouseButton.LeftButton,
        pos=canvas.rect_of(place_of(canvas, "blocks.0.attn")).center().toPoint(),
    )
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert place_of(canvas, "blocks.0.attn.qkv")[0] == box
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert len(canvas.network.boxes[box].rows) == 7


def test_what_was_selected_while_the_modules_were_hidden_is_in_sight_once_they_are_shown(
    window: MainWindow, qtbot: QtBot
) -> None:
    recording = recording_of("gpt")
    window.show_view_state(state_at(recording))
    panel, dock = window.panel(ModulesView), window.docks.dock_of(window.panel(NetworkView))
    panel.tree.scrollToTop()
    window.docks.toggle_maximized(dock)
    assert not panel.isVisible()
    window.select(select(recording, "layer", "blocks.1.attn.proj"))
    window.docks.toggle_maximized(dock)
    qtbot.waitUntil(panel.isVisible)
    current = panel.tree.currentIndex()
    assert panel.rows.row(current).name == "blocks.1.attn.proj.bias"
    qtbot.waitUntil(
        lambda: panel.tree.viewport().rect().contains(panel.tree.visualRect(current).center())
    )


def test_a_container_is_taken_apart_and_escape_folds_all(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.show_view_state(state_at(recording_of("gpt")))
    canvas = canvas_of(window)
    canvas.toggle(canvas.row(place_of(canvas, "blocks.0")))
    boxes = len(canvas.network.boxes)
    monkeypatch.setattr(Folding, "spread", lambda *_: frozenset())  # as if there were no room
    canvas.fold_all()
    monkeypatch.undo()
    canvas.toggle(canvas.row(place_of(canvas, "blocks")))
    assert len(canvas.network.boxes) == boxes
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert all(len(box.rows) == 1 for box in canvas.network.boxes)


def test_what_is_clicked_is_selected(window: MainWindow) -> None:
    window.show_view_state(state_at(recording_of("gpt")))
    canvas = canvas_of(window)
    picked: list[tuple[str, object]] = []
    window.picked.connect(lambda kind, key: picked.append((kind, key)))
    for name in ("blocks.1", "ln_f"):
        pos = canvas.rect_of(place_of(canvas, name)).center().toPoint()
        QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=pos)
    assert picked == [("module", "blocks.1"), ("layer", "ln_f")]


def test_what_is_unfolded_stays_so_in_the_next_micro_batch(window: MainWindow) -> None:
    recording = recording_of("gpt")
    window.show_view_state(state_at(recording, recording.passes[1].start + 9))
    canvas = canvas_of(window)
    canvas.toggle(canvas.row(place_of(canvas, "blocks.0")))
    boxes = [len(box.rows) for box in canvas.network.boxes]
    window.show_view_state(state_at(recording, recording.passes[2].start + 9))
    assert [len(box.rows) for box in canvas.network.boxes] == boxes


def test_the_tree_has_the_numbers_of_plain_torch(window: MainWindow) -> None:
    recording = recording_of("resnet")
    state = state_at(recording, recording.spans[3].stop)
    assert recording.spans[3].phase is Phase.BACKWARD
    window.show_view_state(state)
    view = window.panel(ModulesView)
    assert view.isVisible()
    for name in ("layer1", "layer1.0.bn1", "fc"):
        row = view.rows.row(view.rows.index_of("module", name))
        sizes = [p.value.size for p in recording.parameters if p.name.startswith(f"{name}.")]
        assert view.rows.text(row, 1) == f"{sum(sizes):,}"
        assert view.rows.text(row, 2) == short(plain_norm(state.cursor, f"{name}."), 3)


def test_the_tree_selects_and_follows_the_selection(window: MainWindow) -> None:
    recording = recording_of("gpt")
    window.show_view_state(state_at(recording))
    view = window.panel(ModulesView)
    picked: list[tuple[str, object]] = []
    view.picked.connect(lambda kind, key: picked.append((kind, key)))
    window.select(select(recording, "parameter", "blocks.1.mlp.2.bias"))
    row = view.rows.row(view.tree.currentIndex())
    assert (row.kind, row.name) == ("parameter", "blocks.1.mlp.2.bias")
    assert not picked, "the other panel has picked it"
    QTest.keyClick(view.tree, Qt.Key.Key_Up)
    assert picked == [("parameter", "blocks.1.mlp.2.weight")]


def test_finding_shows_only_what_is_found(window: MainWindow) -> None:
    window.show_view_state(state_at(recording_of("gpt")))
    view = window.panel(ModulesView)
    view.search.setText("attn")
    root = view.rows.index(0, 0)
    children = [
        view.rows.row(view.rows.index(i, 0, root)).name for i in range(view.rows.rowCount(root))
    ]
    assert children == ["blocks"]
    assert not view.rows.index_of("module", "blocks.0.mlp").isValid()
    view.search.clear()
    assert view.rows.index_of("module", "blocks.0.mlp").isValid()


@pytest.mark.parametrize("size", [(1600, 1000), (1280, 800)])
def test_the_folded_network_makes_the_window_no_wider(
    window: MainWindow, size: tuple[int, int]
) -> None:
    window.resize(*size)
    window.show_view_state(state_at(recording_of("gpt"), 480))
    window.grab()
    assert window.width() == size[0]


def test_without_classes_no_number_is_marked_as_the_largest_logit(window: MainWindow) -> None:
    recording = recording_of("regression")
    window.show_view_state(state_at(recording, recording.spans[1].stop))
    canvas = window.panel(NetworkView).canvas
    assert not window.panel(NetworkView).is_folded
    for layer in canvas.layers:
        assert canvas.state.marks(layer) == (None, None)
    assert window.panel(ModulesView).isVisible()


def test_a_row_offers_its_breakpoints(window: MainWindow) -> None:
    recording = recording_of("gpt")
    window.show_view_state(state_at(recording))
    view = window.panel(ModulesView)
    asked: list[Breakpoint] = []
    view.breakpoint_toggled.connect(asked.append)
    offered = {}
    for kind, name in (("module", "blocks.0"), ("module", ""), ("parameter", "lm_head.weight")):
        menu = view.menu_of(view.rows.index_of(kind, name))
        assert menu is not None
        for action in menu.actions():
            asked.clear()
            action.trigger()
            offered[action.text().replace("&", "")] = asked[0]
        menu.deleteLater()
    last = max(
        (e for e in recording.layers.layers if f"{e.module}.".startswith("blocks.0.")),
        key=lambda layer: layer.operations[-1],
    )
    assert offered["Break when blocks.0 is computed"] == Breakpoint("layer", last.name)
    whole = offered[f"Break when {recording.model} is computed"]
    (head,) = (each for each in recording.layers.layers if each.name == whole.key)
    assert head.module == "lm_head"
    assert set(offered.values()) >= {
        Breakpoint(kind, "lm_head.weight") for kind in ("parameter", "grad_zero", "grad_none")
    }


class Unrolled(nn.Module):
    """Rows (N, T, 4) to one number each, through a cell of its own lines."""

    def __init__(self) -> None:
        super().__init__()
        self.enter, self.keep, self.out = nn.Linear(4, 6), nn.Linear(6, 6), nn.Linear(6, 1)

    def forward(self, rows: Tensor) -> Tensor:
        self.states = [rows.new_zeros(len(rows), 6)]
        for row in rows.unbind(1):
            self.states.append(torch.tanh(self.enter(row) + self.keep(self.states[-1])))
        return self.out(self.states[-1])


def test_a_loop_is_one_box_that_shows_the_gradient_through_its_passes(window: MainWindow) -> None:
    torch.manual_seed(0)
    net, rows = Unrolled(), torch.randn(3, 8, 4)
    with bv.record(net) as recorded:
        net(rows).square().mean().backward()
    window.show_view_state(state_at(recorded.recording))
    view = window.panel(NetworkView)
    assert view.is_folded
    canvas, facts = canvas_of(window), canvas_of(window).facts
    assert facts is not None
    box, _ = place_of(canvas, "loop ×8")
    canvas.setFocus()
    QTest.mouseDClick(
        canvas, Qt.MouseButton.LeftButton, pos=canvas.rect_of((box, 0)).center().toPoint()
    )
    shown = {}
    for row in canvas.network.boxes[box].rows[1:]:
        assert facts.caption(row) == "3 layers"
        shown[facts.name(row)] = facts.norm(row)
    assert list(shown) == [f"pass {number}" for number in range(1, 9)]
    plain = plain_state_gradients(net, rows)
    assert list(shown.values()) == plain
    widest = canvas.network.boxes[box].rows[1 + plain.index(max(plain))]
    assert facts.part(widest) == 1.0
    canvas.toggle(canvas.row((box, 3)))
    assert [facts.name(row) for row in canvas.network.boxes[box].rows[4:7]] == [
        "enter (3)", "keep (3)", "add3",
    ]  # fmt: skip
    canvas.grab()
    assert "reads what the one before" in canvas.hint(canvas.row((box, 0)))


def test_a_loop_whose_passes_have_no_height_is_folded() -> None:
    with bv.record(net := Unrolled()) as recorded:
        net(torch.randn(3, 3, 4)).square().mean().backward()
    layers = recorded.recording.layers
    needed = least_size(layers)
    assert maps_have_room(layers, needed)
    assert not maps_have_room(layers, needed - QSize(0, 1))
    assert not maps_have_room(layers, needed - QSize(1, 0))
    straight = recording_of("lstm").layers
    assert maps_have_room(straight, least_size(straight) - QSize(0, 1)), "it is scrolled, as it was"


def plain_state_gradients(net: Unrolled, rows: Tensor) -> list[float]:
    """The norm of the loss's gradient of each state, by autograd alone."""
    loss = net(rows).square().mean()
    grads = torch.autograd.grad(loss, net.states[1:])
    return [math.sqrt(float(np.square(g.numpy(), dtype=np.float64).sum())) for g in grads]


def test_the_box_at_the_cursor_stays_in_sight_in_another_size(
    window: MainWindow, qtbot: QtBot
) -> None:
    recording = recording_of("gpt")
    window.show_view_state(state_at(recording, 480))
    page, layer = window.panel(NetworkView).modules, recording.layers.layers[-2].name
    page.reveal(layer)

    def in_sight() -> bool:
        box = page.canvas.box_of(layer)
        assert box is not None
        where = page.canvas.mapTo(page.viewport(), box.center().toPoint())
        return page.viewport().rect().contains(where)

    qtbot.waitUntil(in_sight)
    for width, height in ((420, 300), (900, 140), (300, 220)):
        page.resize(width, height)
        qtbot.waitUntil(in_sight, timeout=1000)
