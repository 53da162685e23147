"""A transformer block and a residual block with batch norm, through ``recording.explain``."""

import copy
import random
from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase
from tests.capture.explaining.checks import faults, numbers_of
from tests.capture.recorded_nets import recorded_net
from tests.nightly import NIGHTLY
from tests.recording.streams import through_stream


class ResidualBlock(nn.Module):
    """As in ResNet: two convolutions with batch norm, and what went in added."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 4, 3, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(4)
        self.conv2 = nn.Conv2d(4, 4, 3, padding=1, stride=2, groups=2)
        self.norm2 = nn.BatchNorm2d(4)
        self.short = nn.Conv2d(3, 4, 1, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.norm1(self.conv1(x)), inplace=True)
        y = self.norm2(self.conv2(y))
        y += self.short(x)
        return F.adaptive_avg_pool2d(F.relu(y), 1).flatten(1)


class AttentionBlock(nn.Module):
    """As in nanoGPT: norm, causal attention, norm, two linear layers, dropout everywhere."""

    def __init__(self, dropout: float, fused: bool) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(8), nn.LayerNorm(8)
        self.qkv = nn.Linear(8, 24)
        self.out = nn.Linear(8, 8)
        self.up, self.down = nn.Linear(8, 16), nn.Linear(16, 8)
        self.dropout, self.fused = dropout, fused

    def forward(self, x: Tensor) -> Tensor:
        n, length, width = x.shape
        heads = (n, length, 2, width // 2)
        q, k, v = (t.view(heads).transpose(1, 2) for t in self.qkv(self.norm1(x)).split(8, dim=2))
        if self.fused:
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True, dropout_p=self.dropout)
        else:
            a = q @ k.transpose(-2, -1) / (width // 2) ** 0.5
            mask = torch.ones(length, length).tril() == 0
            a = F.softmax(a.masked_fill(mask, float("-inf")), dim=-1)
            y = F.dropout(a, self.dropout) @ v
        x = x + F.dropout(self.out(y.transpose(1, 2).reshape(x.shape)), self.dropout)
        return x + F.dropout(self.down(F.gelu(self.up(self.norm2(x)))), self.dropout)


BLOCKS: dict[str, Callable[[], tuple[nn.Module, Tensor]]] = {
    "residual": lambda: (ResidualBlock(), torch.randn(4, 3, 6, 6)),
    "residual, evaluating": lambda: (ResidualBlock().eval(), torch.randn(4, 3, 6, 6)),
    "attention": lambda: (AttentionBlock(0.2, False), torch.randn(2, 5, 8)),
    "scaled_dot_product_attention": lambda: (AttentionBlock(0.2, True), torch.randn(2, 5, 8)),
    "fused attention": lambda: (AttentionBlock(0.0, True), torch.randn(2, 5, 8)),
    "nn.TransformerEncoderLayer": lambda: (
        nn.TransformerEncoderLayer(8, 2, 16, dropout=0.2, batch_first=True),
        torch.randn(2, 5, 8),
    ),
}


def cubes(out: Tensor) -> Tensor:
    """A loss; the sum of squares of what a norm made never changes."""
    return (out**3).sum()


class Block:
    """A block that ran: its recording, and the same in float64, run by torch alone."""

    def __init__(self, name: str) -> None:
        torch.manual_seed(3)
        module, x = BLOCKS[name]()
        state, wide = torch.get_rng_state(), copy.deepcopy(module).double()
        self.recording = through_stream(recorded_net(module, x, cubes))
        torch.set_rng_state(state)
        cubes(wide(x.double())).backward()
        self.grads = {n: p.grad.numpy() for n, p in wide.named_parameters() if p.grad is not None}


@pytest.fixture(scope="module", params=BLOCKS)
def block(request: pytest.FixtureRequest) -> Block:
    return Block(request.param)


@pytest.mark.parametrize("layer", [nn.LSTM, nn.GRU, nn.RNN])
def test_a_recurrent_layer_is_explained_in_one_step(layer: type[nn.RNNBase]) -> None:
    torch.manual_seed(4)
    net, x = layer(3, 4), torch.randn(5, 2, 3)
    block = copy.deepcopy(net).double()
    recording = recorded_net(LastOutput(net), x, cubes)
    cubes(block(x.double())[0][-1]).backward()
    for name, parameter in block.named_parameters():
        assert parameter.grad is not None
        index = tuple(n - 1 for n in parameter.shape)
        found = recording.explain(explained_event(recording, f"layer.{name}"), 0, index)
        assert found.reason is None
        assert not [*faults(recording, found)]
        assert found.total == pytest.approx(parameter.grad[index].item(), rel=1e-4, abs=1e-7)


class LastOutput(nn.Module):
    """What a recurrent layer makes at the end."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x: Tensor) -> Tensor:
        return self.layer(x)[0][-1]


def explained_event(recording: Recording, parameter: str) -> int:
    return next(
        i
        for i, e in enumerate(recording.events)
        if e.phase is Phase.BACKWARD and e.parameter == parameter
    )


def test_every_number_of_a_block_is_the_sum_of_its_terms(block: Block) -> None:
    recording, wrong, without = block.recording, [], set()
    for number in numbers_of(recording, random.Random(0), 2 if NIGHTLY else 1):
        assert number.event is not None
        found = recording.explain(number.event, number.slot, number.index, arrived=number.arrived)
        wrong += [f"{number}: {fault}" for fault in faults(recording, found)]
        if found.reason is not None:
            without.add((found.op, found.reason))
    assert not wrong, "\n".join(wrong)
    # The mask has no derivative, nor what it is made of.
    unexplained = {(op, reason.code, *reason.values) for op, reason in without}
    assert {op for op, *_ in unexplained} <= {"ones", "tril", "eq", "zeros", "add_"}, unexplained


def test_every_gradient_of_a_block_is_that_of_the_block_in_float64(block: Block) -> None:
    draw = random.Random(1)
    assert len(block.grads) >= 4
    for name, grad in block.grads.items():
        event = explained_event(block.recording, name)
        for _ in range(3):
            index = tuple(draw.randrange(n) for n in grad.shape)
            found = block.recording.explain(event, 0, index)
            assert found.parts, (name, found.reason)
            size = np.abs(found.terms.values).sum()
            assert found.total == pytest.approx(grad[index], rel=1e-4, abs=1e-5 * size), name
