"""Gradients altered on purpose, against plain torch with a hook of the test's own."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

import backprop_viz as bv
from backprop_viz.desktop.run.session import Session
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.notices.notice import Notice
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.events import GradientIntervention
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.stream.commands import AlterGradient, BackwardTwice
from backprop_viz.training.recorded_steps import RecordedSteps

TUTORIAL = Settings(data="random", loss="mse", lr=0.01, batch_size=1)
CHANGES: dict[str, Callable[[Tensor, float], Tensor]] = {
    "scale": lambda g, v: g * v,
    "clip": lambda g, v: torch.clip(g, -v, v),
    "zero": lambda g, v: g * 0,
}


def relu_node(recording: bv.Recording) -> int:
    """The ReLU behind fc1."""
    return [n.id for n in recording.graph.nodes if n.name == "ReluBackward0"][1]


@pytest.mark.parametrize("kind", CHANGES)
def test_what_follows_is_computed_from_the_altered_gradient(kind: str) -> None:
    trainer = bv.Trainer.from_settings(TUTORIAL)
    node = relu_node(bv.Trainer.from_settings(TUTORIAL).record())
    recorder = RecordedSteps(trainer, intervention=GradientIntervention(node, kind, 0.001))
    while recorder.step() is not Phase.UPDATE:
        pass
    recording = recorder.recording()

    torch.manual_seed(0)
    net = bv.LeNet()
    x, target = torch.randn(1, 1, 32, 32), torch.randn(10).view(1, -1)
    loss = torch.nn.MSELoss()(net(x), target)
    relus = []
    walk = [loss.grad_fn]
    for step in walk:
        if step.name() == "ReluBackward0":
            relus.append(step)
        walk += [n for n, _ in step.next_functions if n is not None and n not in walk]
    relus[1].register_hook(lambda sent, _: tuple(CHANGES[kind](g, 0.001) for g in sent))
    loss.backward()

    assert recording.intervention == GradientIntervention(node, kind, 0.001)
    end = recording.at(len(recording.events))
    for name, parameter in net.named_parameters():
        assert np.array_equal(end.grad(name), parameter.grad.numpy()), name


OpenSession = Callable[..., Session]


@pytest.fixture
def session(open_session: OpenSession) -> Session:
    return open_session(TUTORIAL)


def shown(session: Session) -> ViewState:
    assert session.wait_idle(30)
    assert session.view_state is not None
    return session.view_state


@pytest.mark.parametrize("phases", [4, 5])
def test_altering_and_going_back_to_the_truth(session: Session, phases: int) -> None:
    session.iterate()
    for _ in range(phases):
        session.shown.step()
    truth = shown(session)
    node = relu_node(truth.cursor.recording)
    session.send(AlterGradient(GradientIntervention(node, "noise", 0.1)))
    intervention = shown(session)
    assert intervention.cursor.recording.intervention == GradientIntervention(node, "noise", 0.1)
    assert (intervention.iteration, intervention.due) == (truth.iteration, truth.due)
    session.send(AlterGradient(None))
    again = shown(session)
    assert again.cursor.recording.intervention is None
    assert (again.iteration, again.due) == (truth.iteration, truth.due)
    for name in truth.cursor.recording.by_parameter:
        grad = truth.cursor.grad(name)
        assert np.array_equal(again.cursor.grad(name), grad)
        assert np.array_equal(again.cursor.value(name), truth.cursor.value(name))
        if name.startswith("conv"):
            assert not np.array_equal(intervention.cursor.grad(name), grad)
    assert again.curves.loss.tolist() == truth.curves.loss.tolist()


def test_a_node_chosen_after_forward_is_altered_though_the_graph_has_grown(
    session: Session,
) -> None:
    for _ in range(2):
        session.shown.step()
    recording = shown(session).cursor.recording
    relu = recording.graph.nodes[[e.node for e in recording.events if e.op == "relu"][2]]
    session.send(AlterGradient(GradientIntervention(relu.key, "zero")))
    for _ in range(2):
        session.shown.step()
    intervention = shown(session).cursor
    grads = {name: intervention.grad(name) for name in intervention.recording.by_parameter}
    # Behind the third ReLU lie the convolutions and fc1, before it fc2 and fc3.
    assert {name for name, grad in grads.items() if not grad.any()} == {
        f"{layer}.{kind}" for layer in ("conv1", "conv2", "fc1") for kind in ("weight", "bias")
    }


def test_nothing_to_alter_is_told(session: Session) -> None:
    told: list[Notice] = []
    session.told.connect(told.append)
    session.send(AlterGradient(GradientIntervention(3, "zero")))
    assert shown(session).iteration == 0
    assert told[0].code == "refused"


def test_a_second_backward_is_refused_in_torchs_words(session: Session) -> None:
    told: list[Notice] = []
    session.told.connect(told.append)
    session.send(BackwardTwice(retain_graph=False))
    view_state = shown(session)
    assert "backward through the graph a second time" in told[0].values[0]
    assert (view_state.due, view_state.iteration) == (Phase.ZERO_GRAD, 0)
    assert view_state.cursor.recording.preview


def test_with_the_graph_retained_gradients_add_up(session: Session) -> None:
    session.send(BackwardTwice(retain_graph=True))
    view_state = shown(session)
    assert view_state.cursor.recording.backwards == 2
    plain = bv.Trainer.from_settings(TUTORIAL)
    plain.iterate()
    grad = plain.model.fc1.bias.grad.numpy()
    assert np.array_equal(view_state.cursor.grad("fc1.bias"), 2 * grad)
    assert view_state.due is Phase.UPDATE
