"""What a gradient is of, and by what: named from recordings of plain torch code."""

import torch
from torch import nn

import backprop_viz as bv
from backprop_viz.analysis.numbers.number_names import NumberNames
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.trace.phases import Phase


def net() -> nn.Sequential:
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 5))


def names_sent(recording: bv.Recording) -> list[str]:
    """The names of the gradients that the nodes sent, of each the first element."""
    names = NumberNames(recording)
    return [
        names.name(Number(tensor, (0,) * recording.tensors[tensor].ndim, i, slot))
        for i, event in enumerate(recording.events)
        if event.phase is Phase.BACKWARD
        for slot, tensor in enumerate(event.output_ids)
        if tensor is not None
    ]


def test_an_elements_gradient_by_the_input() -> None:
    model, x = net(), torch.ones(1, 3, requires_grad=True)
    with bv.record(model) as recorded:
        torch.autograd.grad(model(x)[0][3], x)
    sent = names_sent(recorded.recording)
    assert sent[0] == "∂out[3]/∂out[0]"
    assert sent[-1] == "∂out[3]/∂input[0, 0]"


def test_an_elements_gradient_in_a_batch() -> None:
    model, x = net(), torch.ones(2, 3, requires_grad=True)
    with bv.record(model) as recorded:
        model(x)[1, 4].backward()
    names = names_sent(recorded.recording)
    assert "input.grad[0, 0]" in names
    assert "∂out[1, 4]/∂input[0, 0]" in names
    assert "0.weight.grad[0, 0]" in names


def test_a_loss_is_a_loss() -> None:
    model, x = net(), torch.ones(2, 3, requires_grad=True)
    with bv.record(model) as recorded:
        model(x).square().mean().backward()
    sent = names_sent(recorded.recording)
    assert "∂L/∂input[0, 0]" in sent
    assert not any("out[" in name for name in sent)


def test_a_part_of_the_output_is_no_single_element() -> None:
    model, x = net(), torch.ones(2, 3, requires_grad=True)
    with bv.record(model) as recorded:
        model(x)[0].backward(torch.ones(5))
    assert "∂L/∂input[0, 0]" in names_sent(recorded.recording)
