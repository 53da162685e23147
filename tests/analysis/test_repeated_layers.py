"""Loops in ``forward``: which layers repeat, and how they are folded."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.analysis.folded_network import Folding
from backprop_viz.analysis.module_tree import ModuleTree
from backprop_viz.analysis.repeated_layers import Pass, Repeat, repeats
from backprop_viz.recording.iteration import Recording


class Decoder(nn.Module):
    """Tokens (N, T) to logits (N, T, 9): a cell that attends to what an encoder made."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding, self.encoder = nn.Embedding(9, 4), nn.GRU(4, 5, batch_first=True)
        self.cell, self.out = nn.GRUCell(4, 5), nn.Linear(10, 9)

    def forward(self, tokens: Tensor) -> Tensor:
        memory, state = self.encoder(self.embedding(tokens))
        state, made = state[0], []
        for place in range(tokens.shape[1]):
            state = self.cell(self.embedding(tokens[:, place]), state)
            weights = torch.softmax(torch.einsum("nd,ntd->nt", state, memory), -1)
            context = (weights.unsqueeze(-1) * memory).sum(1)
            made.append(self.out(torch.cat([state, context], -1)))
        return torch.stack(made, 1)


class Shared(nn.Module):
    """Rows (N, 4), through one block several times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.begin, self.end, self.times = nn.Linear(4, 4), nn.Linear(4, 2), times
        self.block = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 4), nn.Tanh())

    def forward(self, rows: Tensor) -> Tensor:
        rows = self.begin(rows).tanh()
        for _ in range(self.times):
            rows = rows + self.block(rows)
        return self.end(rows)


class Triplet(nn.Module):
    """Three times the same encoder, side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 3))

    def forward(self, rows: Tensor) -> Tensor:
        one, other, third = (self.encoder(part) for part in rows.unbind(1))
        return (one - other).pow(2).sum(1) - (one - third).pow(2).sum(1)


def recorded(net: nn.Module, *given: Tensor) -> Recording:
    with bv.record(net) as recording:
        net(*given).square().mean().backward()
    return recording.recording


TOKENS = torch.arange(14).view(2, 7) % 9


def decoder() -> Recording:
    return recorded(Decoder(), TOKENS)


def test_a_decoder_is_one_loop_over_its_tokens() -> None:
    recording = decoder()
    (found,) = repeats(recording.layers)
    layers = recording.layers.layers
    for one in found.passes():
        names = [layer.module for layer in layers[one.first : one.stop]]
        assert names[:2] == ["embedding", "cell"]
        assert names[-1] == "out"
        assert layers[one.carried].module == "cell"
    assert found.count == 7
    # As often as forward's own loop ran, and nothing beside it.
    calls = [event.module for event in recording.events if event.op == "gru_cell"]
    assert len(calls) == found.count
    assert layers[found.first - 1].module == "encoder"
    assert layers[found.stop].name == "stack"


@pytest.mark.parametrize("times", [1, 2, 3, 6])
def test_two_calls_are_no_loop_yet(times: int) -> None:
    found = repeats(recorded(Shared(times), torch.ones(2, 4)).layers)
    assert [each.count for each in found] == ([times] if times >= 3 else [])


class Pooled(nn.Module):
    """Images (N, 1, 16, 16), three times as small."""

    def forward(self, rows: Tensor) -> Tensor:
        for _ in range(3):
            rows = nn.functional.avg_pool2d(rows, 2)
        return rows


def test_one_operation_several_times_is_shown_as_it_is() -> None:
    assert repeats(recorded(Pooled(), torch.ones(1, 1, 16, 16, requires_grad=True)).layers) == ()
    again = recorded(nn.Sequential(*[nn.Linear(4, 4)] * 3), torch.ones(2, 4))
    assert [(each.length, each.count) for each in repeats(again.layers)] == [(1, 3)]


@pytest.mark.parametrize(
    "net", [Triplet, lambda: nn.Sequential(*(nn.Linear(3, 3) for _ in range(9)))]
)
def test_what_is_called_side_by_side_or_has_weights_of_its_own_is_no_loop(
    net: Callable[[], nn.Module],
) -> None:
    made = net()
    rows = torch.ones(2, 3, 4) if isinstance(made, Triplet) else torch.ones(2, 3)
    assert repeats(recorded(made, rows).layers) == ()


def test_a_loop_is_one_box_and_unfolds_to_its_passes() -> None:
    recording = decoder()
    folding = Folding(recording.layers, ModuleTree(recording))
    folded = folding.fold(folding.spread(12), frozenset())
    (loop,) = (row for box in folded.boxes for row in box.rows if row.repeat is not None)
    repeat = loop.repeat
    assert repeat is not None
    assert (loop.first, loop.stop) == (repeat.first, repeat.stop)
    assert len(folded.boxes) == 6, "tokens, embedding, encoder, loop, stack, loss"
    third = repeat.passes()[2]
    opened = folding.fold(folding.spread(12), frozenset({repeat, third}))
    (box,) = (box for box in opened.boxes if box.rows[0].group == repeat)
    assert [row.group for row in box.rows if row.depth == 1] == list(repeat.passes())
    inside = [row for row in box.rows if row.depth == 2]
    assert [row.first for row in inside] == list(range(third.first, third.stop))


def test_a_module_that_only_loops_is_what_each_pass_calls() -> None:
    net = nn.Sequential(nn.Linear(4, 4), Again(), nn.Linear(4, 2))
    recording = recorded(net, torch.ones(2, 4))
    folding = Folding(recording.layers, ModuleTree(recording))
    boxes = folding.fold(frozenset(), frozenset()).boxes
    loops = [box.rows[0].group for box in boxes if box.rows[0].group is not None]
    assert loops == [Repeat(first=2, length=2, count=4, carried=1)]


class Again(nn.Module):
    """One layer and a concatenation, four times."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 2)

    def forward(self, rows: Tensor) -> Tensor:
        for _ in range(4):
            rows = torch.cat([rows[:, :2], self.layer(rows)], 1)
        return rows


def test_a_loop_stays_the_same_while_its_passes_come_in() -> None:
    begun, over = Repeat(4, 8, 3, 1), Repeat(4, 8, 7, 1)
    assert Pass(begun, 2) == Pass(over, 2)
    assert len({begun, over}) == 1
