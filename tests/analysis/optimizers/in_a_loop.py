"""Each element of each update of a recorded loop, against the same loop without a recording."""

from typing import Any

import numpy as np
import torch
from torch import nn

import backprop_viz as bv
from backprop_viz.analysis.update_breakdown import explain_update
from backprop_viz.capture.explaining.explainer import explain_number
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.trace.phases import Phase
from tests.capture.explaining.checks import faults


def made(kind: Any, options: dict[str, Any]) -> tuple[nn.Module, torch.optim.Optimizer]:
    torch.manual_seed(3)
    net = nn.Linear(3, 2)
    return net, kind(net.parameters(), lr=0.05, **options)


def iterate(net: nn.Module, optimizer: torch.optim.Optimizer, iteration: int) -> None:
    torch.manual_seed(iteration)
    optimizer.zero_grad()
    net(torch.randn(4, 3)).tanh().square().sum().backward()
    optimizer.step()


def check_each_element(kind: Any, options: dict[str, Any], iterations: int = 4) -> None:
    """Weights and states are those of the plain loop; each number of them is explained by terms."""
    net, optimizer = made(kind, options)
    watched, watched_optimizer = made(kind, options)
    for iteration in range(iterations):
        iterate(net, optimizer, iteration)
        with bv.record(watched, watched_optimizer) as record:
            iterate(watched, watched_optimizer, iteration)
        recording = record.recording
        for name, parameter in net.named_parameters():
            end = recording.at(len(recording.events))
            event = end.last(name, Phase.UPDATE)
            assert event is not None
            at = recording.events.index(event)
            group = recording.options_of(name, kind.__name__)
            plain = {None: parameter.detach(), **optimizer.state[parameter]}
            for state, tensor in plain.items():
                told = event.output_ids[0] if state is None else event.state_ids[state][1]
                assert told is not None
                assert np.array_equal(recording.tensors[told], tensor.numpy())
                if tensor.dim() == 0:
                    continue
                for index in np.ndindex(tuple(tensor.shape)):
                    found = explain_number(recording, Number(told, index, at))
                    assert found.reason is None
                    assert list(faults(recording, found)) == []
            elements = range(parameter.numel())
            inexact = [one for one in elements if not explain_update(event, group, one).exact]
            assert inexact == [], (name, iteration)
