"""What is recorded without a copy is what torch computed, whoever writes to it afterwards."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

import backprop_viz as bv
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Array
from backprop_viz.recording.trace.phases import Phase
from tests.capture.cloning import Cloning, bits


class Net(nn.Module):
    """Two linear layers, and between them what a test is about."""

    def __init__(self, between: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.a, self.b, self.between = nn.Linear(6, 8), nn.Linear(8, 3), between

    def forward(self, x: Tensor) -> Tensor:
        return self.b(self.between(self.a(x)))


class Doubled(torch.autograd.Function):
    """Writes in place, and says so; its backward writes into the gradient that it is given."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.mark_dirty(x)
        return x.mul_(2)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Tensor:
        return grads[0].mul_(2)


def view_written(h: Tensor) -> Tensor:
    h = h * 1
    h.view(-1)[3:].mul_(2)
    return h.tanh()


def relu_in_place(h: Tensor) -> Tensor:
    h = F.relu(h, inplace=True) * 2
    return F.dropout(h, 0.5, True, True).relu_()


def data_written(h: Tensor) -> Tensor:
    h = h.sigmoid()
    h.data.mul_(3)
    return h + 1


def detached_written(h: Tensor) -> Tensor:
    h.detach().add_(1)
    part = h.detach()[:, 2:5]
    part += 1
    return h.exp()


def written_as_out(h: Tensor) -> Tensor:
    with torch.no_grad():
        place = h * 2
        torch.add(h, 1, out=place)
        torch.mul(place, 3, out=place)
    return h * place


def written_by_foreach(h: Tensor) -> Tensor:
    with torch.no_grad():
        one, other = h * 2, h * 3
        torch._foreach_mul_([one, other], 2)
        torch._foreach_add_([one, other.view(-1)], 1)
    return h * one * other


def written_by_numpy(h: Tensor) -> Tensor:
    array = h.detach().numpy()
    array[0] = 7
    h = h * 2
    later = h.detach().numpy()
    g = h + 1
    later[1] = 5
    array[2] = 3
    return g * h


def memory_replaced(h: Tensor) -> Tensor:
    with torch.no_grad():
        other = h * 5
        other.data = torch.ones_like(h)
        other.add_(1)
    return h * other


def of_numpys_memory(h: Tensor) -> Tensor:
    array = np.ones((4, 8), np.float32)
    factor = torch.from_numpy(array)
    doubled = factor.view(32).view(4, 8)
    h = h * doubled
    array[:] = 2
    return h * factor


def dirty_function(h: Tensor) -> Tensor:
    return Doubled.apply(h * 1).tanh()  # type: ignore[no-any-return,no-untyped-call]


def hook_in_place(h: Tensor) -> Tensor:
    h = h.tanh()
    h.register_hook(lambda grad: grad.mul_(2))  # type: ignore[no-untyped-call]
    return h.exp().view(2, 16).view(4, 8)


def hook_through_data(h: Tensor) -> Tensor:
    h = h.tanh()

    def change(grad: Tensor) -> None:
        grad.data.mul_(2)
        h.data.mul_(2)

    h.register_hook(change)  # type: ignore[no-untyped-call]
    return h.exp() + 1


def node_hook(h: Tensor) -> Tensor:
    h = h.tanh()
    assert h.grad_fn is not None

    def change(grads: tuple[Tensor, ...]) -> None:
        grads[0].data.mul_(2)

    h.grad_fn.register_prehook(change)  # type: ignore[arg-type]
    return (h + 1).view(32).view(4, 8)


def several_consumers(h: Tensor) -> Tensor:
    return h * 2 + h.exp() + h.sin() + h.view(32).view(4, 8) + h


def saved_by_hooks(h: Tensor) -> Tensor:
    def pack(tensor: Tensor) -> Tensor:
        saved = tensor.clone()
        if tensor.dtype == torch.float32 and not tensor.requires_grad:
            tensor.data.mul_(1)
        return saved

    g = h.tanh()
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda saved: saved):
        return g.exp() * g


def checkpointed(h: Tensor) -> Tensor:
    found: Tensor = checkpoint(lambda t: t.tanh().exp(), h, use_reentrant=False)
    return found


def looked_up_with_a_largest_norm(h: Tensor) -> Tensor:
    with torch.no_grad():
        table = h * 10
        F.embedding(torch.tensor([0, 2]), table, max_norm=1.0)
        again = table * 1
    return h * again


def normed(h: Tensor) -> Tensor:
    mean, var = torch.zeros(8), torch.ones(8)
    mean = mean * 2
    h = F.batch_norm(h, mean, var, training=True)
    return h + mean * 3


CASES = (
    *(view_written, relu_in_place, data_written, detached_written, written_as_out),
    *(written_by_foreach, written_by_numpy, memory_replaced, of_numpys_memory),
    *(hook_in_place, hook_through_data, node_hook, several_consumers, saved_by_hooks),
    *(checkpointed, looked_up_with_a_largest_norm, normed, dirty_function),
)


def batch() -> Tensor:
    return torch.randn(4, 6, generator=torch.Generator().manual_seed(1))


def numbers(array: Array | None) -> bytes | None:
    return None if array is None else np.ascontiguousarray(array).tobytes()


def forward_of(recording: Recording) -> Iterator[bytes | None]:
    for event in recording.events:
        if event.phase in (Phase.FORWARD, Phase.LOSS):
            yield from map(numbers, event.outputs)


def backward_of(recording: Recording) -> list[list[bytes | None]]:
    return [
        [numbers(array) for array in event.outputs]
        for event in recording.events
        if event.phase is Phase.BACKWARD and event.node is not None and event.parameter is None
    ]


@pytest.mark.parametrize("between", CASES, ids=lambda case: case.__name__)
def test_every_number_is_what_a_clone_made_then_has(between: Callable[[Tensor], Tensor]) -> None:
    def run(net: Net) -> None:
        torch.manual_seed(2)
        loss = net(batch()).square().mean()
        loss.backward(retain_graph=True)
        loss.backward()

    plain, cloning = Net(between), Cloning()
    x = batch()
    with cloning:
        torch.manual_seed(2)
        loss = plain(x).square().mean()
        made = len(cloning.made)
        loss.backward(retain_graph=True)
        loss.backward()
    net = Net(between)
    with bv.record(net) as recorded:
        run(net)
    recording = recorded.recording
    missing = [event.missing for event in recording.events if event.missing]
    assert not missing
    assert list(forward_of(recording)) == cloning.made[:made]
    assert backward_of(recording) == cloning.sent
    for ours, other in zip(net.parameters(), plain.parameters(), strict=True):
        assert ours.grad is not None
        assert other.grad is not None
        assert bits(ours.grad) == bits(other.grad)
