"""Parameters that the first batch makes are recorded as they were made, in that iteration."""

import io

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.recording.format import frames
from backprop_viz.recording.format.reader import RecordingReader
from backprop_viz.recording.format.writer import RecordingWriter
from backprop_viz.recording.iteration import Recording

pytestmark = pytest.mark.filterwarnings("ignore:Lazy modules")
X = torch.linspace(-1, 1, 24).reshape(6, 4)


class Mixed(nn.Module):
    """The second of its layers has its weights before the first has."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second, self.third = nn.LazyLinear(3), nn.Linear(3, 5), nn.LazyLinear(2)

    def forward(self, x: Tensor) -> Tensor:
        return self.third(self.second(self.first(x)).tanh())


def net_and_optimizer() -> tuple[nn.Module, torch.optim.Optimizer]:
    torch.manual_seed(0)
    net = Mixed()
    return net, torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)


def recorded() -> tuple[Recording, list[Recording]]:
    """The first iteration, and as it was at the end of each phase."""
    net, optimizer = net_and_optimizer()
    with bv.record(net, optimizer) as record:
        stages = [record.recording]
        optimizer.zero_grad()
        stages.append(record.recording)
        loss = net(X).square().mean()
        stages.append(record.recording)
        loss.backward()
        stages.append(record.recording)
        optimizer.step()
    return record.recording, stages


def test_their_numbers_are_those_of_the_plain_loop() -> None:
    net, optimizer = net_and_optimizer()
    optimizer.zero_grad()
    made = net(X)
    values = {name: p.detach().clone() for name, p in net.named_parameters()}
    made.square().mean().backward()
    optimizer.step()

    recording, _ = recorded()
    assert [p.name for p in recording.parameters] == list(values)
    assert all(p.grad is None for p in recording.parameters)
    end = recording.at(len(recording.events))
    for parameter in recording.parameters:
        now = net.get_parameter(parameter.name)
        assert now.grad is not None
        assert np.array_equal(parameter.value, values[parameter.name].numpy())
        assert np.array_equal(end.grad(parameter.name), now.grad.numpy())
        assert np.array_equal(end.value(parameter.name), now.detach().numpy())
    (group,) = recording.groups
    assert group.parameters == tuple(values)


def test_a_weight_of_theirs_is_a_factor_by_its_name() -> None:
    recording, _ = recorded()
    at = next(i for i, event in enumerate(recording.events) if event.op == "linear")
    told = recording.explain(event=at, output=0, index=(0, 0))
    (weight,) = (p for p in recording.parameters if p.name == "first.weight")
    numbers = [factor.number for term in told.terms for factor in term.factors]
    assert weight.value_id in {number.tensor for number in numbers if number is not None}


def test_who_reads_it_phase_by_phase_has_them_once_they_are_made() -> None:
    recording, stages = recorded()
    writer, reader = RecordingWriter(), RecordingReader()
    counts = []
    for stage in [*stages, recording]:
        opened = io.BytesIO(b"".join(writer.pieces(stage)))
        while opened.tell() < len(opened.getbuffer()):
            reader.take(*frames.read_record(opened))
        read = reader.recording()
        assert read is not None
        counts.append(len(read.parameters))
    assert counts[0] == 2
    assert counts[-1] == 6
    for one, other in zip(read.parameters, recording.parameters, strict=True):
        assert (one.name, one.value.tolist()) == (other.name, other.value.tolist())
