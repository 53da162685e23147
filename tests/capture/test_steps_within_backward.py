"""Optimizers that step within a backward, one for each parameter, and what a zero_grad clears."""

import numpy as np
import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.phases import Phase


def a_net() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))


def stepping_in_backward(net: nn.Module) -> list[torch.optim.Optimizer]:
    optimizers = {p: torch.optim.Adam([p], lr=0.01, foreach=False) for p in net.parameters()}

    def step(parameter: Tensor) -> None:
        optimizers[parameter].step()
        optimizers[parameter].zero_grad()

    for parameter in net.parameters():
        parameter.register_post_accumulate_grad_hook(step)
    return list(optimizers.values())


def of(recording: Recording, phase: Phase, name: str | None = None) -> list[Event]:
    """Its events of a phase, of one parameter or of any."""
    found = [event for event in recording.events if event.phase is phase]
    return [event for event in found if name is None or event.parameter == name]


def test_each_step_within_a_backward_is_told_with_the_gradient_that_it_used() -> None:
    net, plain = a_net(), a_net()
    optimizers = stepping_in_backward(net)
    by_hand = torch.optim.Adam(plain.parameters(), lr=0.01, foreach=False)
    for i in range(3):
        x = torch.randn(5, 4, generator=torch.Generator().manual_seed(i))
        with bv.record(net, optimizers) as recording:
            net(x).square().sum().backward()
        by_hand.zero_grad()
        plain(x).square().sum().backward()
        grads = {name: p.grad for name, p in plain.named_parameters()}
        by_hand.step()
        for name, parameter in plain.named_parameters():
            (update,) = of(recording, Phase.UPDATE, name)
            assert update.op == "Adam"
            assert np.array_equal(update.inputs[1], grads[name])
            assert np.array_equal(update.outputs[0], parameter.detach())


def test_a_zero_grad_is_told_of_what_it_clears() -> None:
    first, second = nn.Linear(3, 3), nn.Linear(3, 1)
    optimizers = [torch.optim.SGD(one.parameters(), lr=0.1) for one in (first, second)]
    models = nn.ModuleDict({"first": first, "second": second})
    for _ in range(2):
        with bv.record(models, optimizers) as recording:
            optimizers[0].zero_grad()
            second.zero_grad()
            second(first(torch.ones(2, 3))).sum().backward()
            for optimizer in optimizers:
                optimizer.step()
        told = [event.parameter for event in of(recording, Phase.ZERO_GRAD)]
        assert told == [name for name, _ in models.named_parameters()]
