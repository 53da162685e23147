"""What torch warns of names the line of the network that it is about, and is said once."""

import warnings

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import backprop_viz as bv


class Warned(nn.Module):
    """torch warns of two of its operations: one warning is of C++, the other of Python."""

    def __init__(self) -> None:
        super().__init__()
        self.last = nn.Linear(1024, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = x.flatten(2).T.permute(2, 1, 0).flatten(1)
        return functional.log_softmax(self.last(x))


def test_a_trainers_recording_warns_at_the_networks_lines() -> None:
    trainer = bv.Trainer(data="random", model=Warned(), batch_size=2)
    with pytest.warns(UserWarning, match="x.T|Implicit dim") as seen:
        trainer.record()
    first = Warned.forward.__code__.co_firstlineno
    places = [(warning.filename, warning.lineno - first) for warning in seen]
    assert places == [(__file__, 1), (__file__, 2)]


def test_explaining_a_number_warns_of_nothing() -> None:
    net = Warned()
    with pytest.warns(UserWarning, match="x.T|Implicit dim"), bv.record(net) as recorded:
        net(torch.ones(2, 1, 1024)).square().mean().backward()
    recording = recorded.recording
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        for i, event in enumerate(recording.events):
            made = event.outputs[0] if event.outputs else None
            if made is not None:
                recording.explain(event=i, output=0, index=(0,) * made.ndim)
    assert seen == []
