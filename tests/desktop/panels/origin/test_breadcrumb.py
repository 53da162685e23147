"""The way from the loss to a number: each step once, and what is no module by its operation."""

import torch
from torch import nn
from torch.nn import functional

import backprop_viz as bv
from backprop_viz.analysis.numbers.number_names import NumberNames
from backprop_viz.capture.explaining.chains import chain
from backprop_viz.desktop.panels.origin.breadcrumb import crumbs
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording


class Net(nn.Module):
    """Two layers; what its output goes through is in the column of the second."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(3, 4), nn.Linear(4, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        hidden = functional.dropout(functional.relu(self.fc1(x)), 0.2)
        return functional.log_softmax(self.fc2(hidden), 1)


def recorded() -> Recording:
    torch.manual_seed(1)
    net, x, target = Net(), torch.rand(8, 3) + 1, torch.zeros(8, dtype=torch.long)
    with torch.no_grad():
        net.fc1.weight.abs_()  # no relu is 0
    optimizer = torch.optim.SGD(net.parameters(), 0.1)
    with bv.record(net, optimizer) as step:
        optimizer.zero_grad()
        functional.nll_loss(net(x), target).backward()
        optimizer.step()
    return step.recording


def path(recording: Recording, number: Number) -> list[str]:
    return [crumb.text for crumb in crumbs(chain(recording, number), NumberNames(recording))]


def test_a_gradients_path_has_each_operation_once() -> None:
    recording = recorded()
    accumulated = recording.happened_to["fc1.bias"][1]
    gradient = recording.events[accumulated].output_ids[0]
    assert gradient is not None
    assert path(recording, Number(gradient, (0,), accumulated)) == [
        *("loss", "log_softmax", "fc2", "dropout", "relu", "fc1", "fc1.bias.grad[0]")
    ]


def test_the_loss_stands_once_at_the_end_of_its_path() -> None:
    recording = recorded()
    made = next(i for i, e in enumerate(recording.events) if e.op == "nll_loss")
    loss = recording.events[made].output_ids[0]
    assert loss is not None
    found = path(recording, Number(loss, (), made))
    assert found[-4:] == ["fc2", "Σ exp", "log_softmax", "loss"]
    assert found.count("fc2") == found.count("loss") == 1
