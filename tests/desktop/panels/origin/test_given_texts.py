"""What is said of a number that no recorded call has made."""

import pytest
import torch
from torch import nn

import backprop_viz as bv
from backprop_viz.capture.explaining.explainer import explain_number
from backprop_viz.desktop.panels.origin.no_terms_texts import given_text
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording

Y = torch.tensor([0, 1, 1])


@pytest.fixture(scope="module")
def recording() -> Recording:
    """A penalty on a gradient: its backward reads what operations have kept for it."""
    torch.manual_seed(1)
    net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
    with bv.record(net) as record:
        loss = nn.functional.cross_entropy(net(torch.eye(3)), Y)
        slopes = torch.autograd.grad(loss, list(net.parameters()), create_graph=True)
        torch.stack([slope.square().sum() for slope in slopes]).sum().backward()
    return record.recording


def said_of_input(recording: Recording, op: str, place: int) -> str:
    """What is said of what an operation of the penalty's backward has read."""
    event = next(e for e in recording.events if e.op == op and e.call and e.call.inner)
    tensor = event.input_ids[place]
    assert tensor is not None
    number = Number(tensor, tuple(0 for _ in recording.tensors[tensor].shape))
    assert explain_number(recording, number).kind == "given"
    return given_text(recording, number)


def test_what_was_kept_says_so(recording: Recording) -> None:
    assert said_of_input(recording, "t", 0) == (
        "It is 2.weight, transposed, as torch has kept it for a gradient of the gradient."
    )
    # The logarithms of the probabilities, inside the cross-entropy.
    assert said_of_input(recording, "nll_loss_backward", 1).startswith("An operation computed it")


def test_what_the_loop_gives_is_a_constant(recording: Recording) -> None:
    labels = next(e for e in recording.events if e.op == "cross_entropy").input_ids[1]
    assert labels is not None
    assert given_text(recording, Number(labels, (0,))).startswith("Nothing that was recorded")


def test_what_a_step_by_hand_keeps_is_said_to_be_kept() -> None:
    w = torch.tensor([0.3, -1.7], requires_grad=True)
    velocity = torch.tensor([4.0, 2.0])
    with bv.record({"w": w}) as record:
        w.square().sum().backward()
        with torch.no_grad():
            velocity[:] = 0.9 * velocity + w.grad
            w[:] -= 0.01 * velocity
    made = record.recording
    decayed = next(event for event in made.events if event.is_of_step and event.op == "mul")
    (kept,) = decayed.input_ids
    assert kept is not None
    assert made.tensors[kept].tolist() == [4.0, 2.0]
    assert "as a momentum is" in given_text(made, Number(kept, (0,)))


def test_what_an_optimizer_keeps_is_said_to_be_kept() -> None:
    net = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    for _ in range(2):
        with bv.record(net, optimizer) as record:
            optimizer.zero_grad()
            net(torch.ones(1, 2)).sum().backward()
            optimizer.step()
    made = record.recording
    update = next(event for event in made.events if event.parameter == "weight" and event.state_ids)
    before, _ = update.state_ids["momentum_buffer"]
    assert before is not None
    assert given_text(made, Number(before, (0, 0))).startswith("The optimizer keeps it")
