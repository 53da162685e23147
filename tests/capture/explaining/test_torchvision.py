"""Operations of torchvision are made again, and their numbers told."""

import random

import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.capture.function_names import function_of
from backprop_viz.recording.trace.phases import Phase

ops = pytest.importorskip("torchvision.ops", reason="torchvision is not installed")


class Deformed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.offset = nn.Conv2d(2, 18, 3, padding=1)
        self.conv = ops.DeformConv2d(2, 4, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        made: Tensor = self.conv(x, self.offset(x) * 0.1)
        return made


class Pooled(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(2, 3, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        boxes = torch.tensor([[0.0, 0.5, 0.5, 4.0, 4.5], [1.0, 1.0, 0.0, 5.0, 3.0]])
        made: Tensor = ops.roi_align(self.conv(x), boxes, 2)
        return made


@pytest.mark.parametrize("net", [Deformed, Pooled])
def test_each_number_is_the_sum_of_its_terms(net: type[nn.Module]) -> None:
    torch.manual_seed(1)
    model, draw = net(), random.Random(2)
    with bv.record(model) as recording:
        model(torch.randn(2, 2, 6, 6)).square().sum().backward()
    for i, event in enumerate(recording.events):
        for slot, made in enumerate(event.outputs):
            nodes = recording.graph.nodes
            goes_nowhere = event.node is not None and nodes[event.node].sends[slot : slot + 1] == (
                None,
            )
            if made is None or not made.size or (event.phase is Phase.BACKWARD and goes_nowhere):
                continue
            index = tuple(draw.randrange(size) for size in made.shape)
            found = recording.explain(i, slot, index)
            if found.reason is not None and found.reason.code in ("constant", "no_derivative"):
                continue
            assert found.reason is None, (event.op, slot, found.reason)
            assert abs(found.residual) <= 1e-4 * max(1.0, abs(found.value)), (event.op, slot)


def test_no_other_function_of_it_is_looked_up() -> None:
    assert function_of("torchvision.roi_align") is not None
    assert function_of("torchvision.read_file") is None
