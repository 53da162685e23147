"""A term is said to be of a sample only where its tensor has one for each of its rows."""

import numpy as np
import torch
from torch import Tensor, nn

from backprop_viz.capture.explaining.explainer import Explainer
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.tensors import Array
from tests.capture.recorded_nets import recorded_net


class Placed(nn.Module):
    """As many places as samples, and a square weight of as many rows."""

    def __init__(self) -> None:
        super().__init__()
        self.scale, self.places = nn.Parameter(torch.randn(4, 4)), nn.Embedding(4, 4)
        self.last = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        return self.last((x + self.places(torch.arange(4)) * 0.5) * self.scale)


def same_in(other: Recording, recording: Recording, tensor: int) -> Array:
    """The tensor of another recording that is at the same place."""
    for event, twin in zip(recording.events, other.events, strict=True):
        ids, twins = (*event.input_ids, *event.output_ids), (*twin.input_ids, *twin.output_ids)
        if tensor in ids:
            found = twins[ids.index(tensor)]
            assert found is not None
            return other.tensors[found]
    raise AssertionError(tensor)


def test_of_weights_and_places_no_row_is_a_sample() -> None:
    torch.manual_seed(0)
    net, x = Placed(), torch.randn(4, 4, 4)
    recording = recorded_net(net, x)
    # What a change of one sample changes, by torch alone: nothing else is of samples.
    other = recorded_net(net, torch.cat([x[:3], x[3:] + 1]))
    explainer, seen = Explainer(recording), 0
    for i, event in enumerate(recording.events):
        for slot, tensor in enumerate(event.output_ids):
            if tensor is None:
                continue
            found = explainer.explain(
                Number(tensor, (0,) * recording.tensors[tensor].ndim, i, slot)
            )
            for column in (one for part in found.parts for one in part.factors):
                if column.axes[:1] != ("sample",) or column.tensor is None:
                    continue
                one, two = (
                    recording.tensors[column.tensor],
                    same_in(other, recording, column.tensor),
                )
                seen += 1
                assert len(one) == 4, (event.op, column.axes)
                assert np.array_equal(one[:3], two[:3]), (event.op, column.role)
                # Of the sum of squares each element's gradient is 1.
                assert (one == 1).all() or not np.array_equal(one[3], two[3]), event.op
    assert seen > 5
