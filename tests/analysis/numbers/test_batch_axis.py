"""Which numbers are of one sample, where a network is given several tensors."""

import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.analysis.numbers.batch_axis import is_of_sample
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.trace.phases import Phase


class Conditioned(nn.Module):
    """Reads a batch and its times; and as many places as there are samples."""

    def __init__(self) -> None:
        super().__init__()
        self.read, self.times, self.places = nn.Linear(4, 4), nn.Embedding(9, 4), nn.Embedding(3, 4)

    def forward(self, x: Tensor, times: Tensor) -> Tensor:
        shifted = torch.tanh(self.read(x) + self.times(times)[:, None])
        return shifted + self.places(torch.arange(3))


def test_what_comes_of_any_tensor_that_is_given_is_of_samples() -> None:
    torch.manual_seed(0)
    with bv.record(net := Conditioned()) as told:
        net(torch.randn(3, 3, 4), torch.tensor([1, 5, 2])).square().sum().backward()
    recording = told.recording
    made, sent = (
        [
            Number(tensor, (0,) * recording.tensors[tensor].ndim, i)
            for i, event in enumerate(recording.events)
            if event.op == op and event.phase is phase
            for tensor in event.output_ids
            if tensor is not None and recording.tensors[tensor].shape == (3, 4)
        ]
        for op, phase in (("embedding", Phase.FORWARD), ("EmbeddingBackward0", Phase.BACKWARD))
    )
    of_times, of_places = made
    assert is_of_sample(recording, of_times)
    assert not is_of_sample(recording, of_places)
    assert not any(is_of_sample(recording, number) for number in sent)
