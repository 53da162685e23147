"""Of several passes the panel shows the graph of the one at the cursor, as torch links it."""

from collections import Counter

import pytest
import torch
from pytestqt.qtbot import QtBot
from torch import Tensor, nn
from torch.nn import functional

import backprop_viz as bv
from backprop_viz.analysis.graph.graph_of_pass import graph_of_pass
from backprop_viz.analysis.phase_runs import phase_runs
from backprop_viz.desktop.panels.autograd.autograd_view import AutogradView
from backprop_viz.desktop.panels.autograd.node_states import NodeState
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase
from tests.foreign.conftest import state_at

PASSES = 3


def linked(root: Tensor) -> Counter[str]:
    """The names of the nodes that ``next_functions`` lead to."""
    found, waiting = set(), [root.grad_fn]
    while waiting:
        node = waiting.pop()
        if node is not None and node not in found:
            found.add(node)
            waiting += [other for other, _ in node.next_functions]
    return Counter(type(node).__name__ for node in found)


@pytest.fixture(scope="module")
def accumulated() -> tuple[Recording, list[Counter[str]]]:
    """Micro-batches with unlike losses, and the graph of each as torch had it."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    graphs = []
    with bv.record(model, optimizer) as recorded:
        optimizer.zero_grad()
        for number in range(PASSES):
            loss = functional.mse_loss(model(torch.rand(5, 3)), torch.rand(5, 2))
            for _ in range(number):
                loss = loss * 0.5
            graphs.append(linked(loss))
            loss.backward()
        optimizer.step()
    return recorded.recording, graphs


def shown_at(recording: Recording, position: int) -> Counter[str]:
    found = graph_of_pass(recording.at(position))
    assert found is not None
    return Counter(recording.graph.nodes[node].name for node in found.nodes)


def test_each_pass_has_the_nodes_that_torch_links(
    accumulated: tuple[Recording, list[Counter[str]]],
) -> None:
    recording, graphs = accumulated
    for run in (run for run in phase_runs(recording) if run.batch and run.name != "forward"):
        assert shown_at(recording, run.span.stop) == graphs[run.batch - 1]
        assert shown_at(recording, run.span.start + 1) == graphs[run.batch - 1]


def test_before_the_first_it_is_the_first_and_after_the_last_the_last(
    accumulated: tuple[Recording, list[Counter[str]]],
) -> None:
    recording, graphs = accumulated
    assert shown_at(recording, 0) == graphs[0]
    assert shown_at(recording, len(recording.events)) == graphs[-1]


def test_one_pass_is_the_whole_graph() -> None:
    with bv.record(model := nn.Linear(3, 2)) as recorded:
        model(torch.rand(5, 3)).sum().backward()
    recording = recorded.recording
    assert all(graph_of_pass(recording.at(i)) is None for i in range(len(recording.events) + 1))


def test_a_gan_shows_the_discriminators_passes_and_then_the_generators() -> None:
    torch.manual_seed(0)
    generator, discriminator = nn.Linear(2, 3), nn.Linear(3, 1)
    optimizers = [torch.optim.SGD(m.parameters(), lr=0.1) for m in (discriminator, generator)]
    graphs = []
    with bv.record(nn.ModuleList([discriminator, generator]), optimizers) as recorded:
        optimizers[0].zero_grad()
        fake = generator(torch.rand(4, 2))
        of_fake = linked(fake)
        loss = discriminator(torch.rand(4, 3)).mean() - discriminator(fake.detach()).mean()
        graphs.append(linked(loss))
        loss.backward()
        optimizers[0].step()
        optimizers[1].zero_grad()
        loss = discriminator(fake).mean()
        graphs.append(linked(loss))
        loss.backward()
        optimizers[1].step()
    recording = recorded.recording
    backwards = [run for run in phase_runs(recording) if run.name == "backward"]
    assert shown_at(recording, backwards[1].span.stop) == graphs[1]
    # The generator's nodes were made in the first pass, too; its backward does not reach them.
    assert shown_at(recording, backwards[0].span.stop) == graphs[0] + of_fake


def test_the_panel_shows_it_and_all_of_them_when_asked(
    qtbot: QtBot, accumulated: tuple[Recording, list[Counter[str]]]
) -> None:
    recording, graphs = accumulated
    view = AutogradView()
    qtbot.addWidget(view)
    view.resize(900, 300)
    view.show()
    second = next(r for r in phase_runs(recording) if r.batch == 2 and r.name == "backward")
    view.show_view_state(state_at(recording, second.span.start + 1))
    assert Counter(node.name for node in view.canvas.shown) == graphs[1]
    assert view.subtitle.text().endswith(f"· {graphs[1].total()} nodes · micro-batch 2")
    # A leaf that the pass before reached has not been reached by this one.
    leaves = [n.id for n in view.canvas.shown if n.parameter is not None]
    states = {view.canvas.item.states[leaf] for leaf in leaves}
    assert states == {NodeState.WAITING}
    view.show_view_state(state_at(recording, second.span.stop))
    states = {view.canvas.item.states[leaf] for leaf in leaves}
    assert states <= {NodeState.DONE, NodeState.CURRENT}
    assert view.all_passes.isVisible()
    view.all_passes.click()
    assert len(view.canvas.shown) == len(recording.graph.nodes)
    assert view.subtitle.text().endswith(f"{len(recording.graph.nodes)} nodes")
    view.all_passes.click()
    view.grab()
    for span in (span for span in recording.spans if span.phase is Phase.UPDATE):
        view.show_view_state(state_at(recording, span.stop))
        assert Counter(node.name for node in view.canvas.shown) == graphs[-1]


def test_before_the_next_forward_the_last_pass_stays(
    qtbot: QtBot, accumulated: tuple[Recording, list[Counter[str]]]
) -> None:
    recording, graphs = accumulated
    view = AutogradView()
    qtbot.addWidget(view)
    view.show()
    view.show_view_state(state_at(recording))
    with bv.record(nn.Linear(3, 2)) as nothing:
        pass
    view.show_view_state(state_at(nothing.recording))
    assert Counter(node.name for node in view.canvas.shown) == graphs[-1]
    assert set(view.canvas.item.states.values()) == {NodeState.WAITING}
