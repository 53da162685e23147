"""What is recorded in one go is what the longer way records, and what clones made then hold."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

import backprop_viz as bv
from backprop_viz.capture.watches import plain_calls
from backprop_viz.capture.watches.plain_calls import NOT_PLAIN, PlainCalls
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.phases import Phase
from tests.capture.borrowing import borrows
from tests.capture.cloning import bits
from tests.capture.test_borrowed import CASES, Net, batch, numbers


class Reading(nn.Module):
    """Reads its weight, lets a test change it or what it is given, and reads both again."""

    def __init__(self, change: Callable[[nn.Parameter, Tensor], object]) -> None:
        super().__init__()
        self._change = change
        self.own = nn.Parameter(torch.linspace(-2, 2, 36).reshape(6, 6))

    def forward(self, x: Tensor) -> Tensor:
        h = x * 2 + (self.own * 3).sum() + x @ self.own.detach()
        self._change(self.own, x)
        h = h + (x @ self.own.detach())
        self._change(self.own, x)
        first, second = (h + (x @ self.own.detach())).split([2, 4], 1)
        return torch.cat([first.tanh(), second.contiguous().t().t()], 1).relu()


class Viewing(nn.Module):
    """Makes views of an array's memory, which is written to unseen between them."""

    def __init__(self) -> None:
        super().__init__()
        self.own = nn.Parameter(torch.linspace(-2, 2, 24))
        self.array = np.linspace(1, 2, 24, dtype=np.float32).reshape(4, 6)
        self.theirs = torch.from_numpy(self.array)

    def forward(self, x: Tensor) -> Tensor:
        flat, turned = self.theirs.flatten(), self.theirs.transpose(0, 1)
        first = flat * self.own
        self.array[0] = 9
        again, part = flat.view(2, -1), turned[1:, :2]
        self.array[:2] = 7
        second = (again * 3).sum() + (part * first[0]).sum() + flat[3]
        self.array[:] = 5
        first = first + flat
        x.mul_(2)
        self.array[:] = 3
        return first * second


def clamped(weight: nn.Parameter, x: Tensor) -> None:
    weight.data.clamp_(-0.5, 0.5)
    x.data.add_(1)


def replaced(weight: nn.Parameter, x: Tensor) -> None:
    weight.data = weight.data.t() * 2
    x.add_(1)


def through_numpy(weight: nn.Parameter, x: Tensor) -> None:
    array = weight.detach().numpy()
    array[:] = 4
    x.numpy()[:] = 5


def under_no_grad(weight: nn.Parameter, x: Tensor) -> None:
    with torch.no_grad():
        (weight * 1).copy_(x[:1])
        weight.mul_(x[0, 0])
        x[:, 1:3] = 7


def sparse(weight: nn.Parameter, x: Tensor) -> None:
    half = x.to_sparse() * 2
    x.add_((half + half).to_dense())


def of_inference(weight: nn.Parameter, x: Tensor) -> None:
    with torch.inference_mode():
        made = (x * 2).tanh()
    x.add_(made[:, 1:].sum() + made.view(-1)[0])


CHANGES = clamped, replaced, through_numpy, under_no_grad, of_inference
NETS: list[Callable[[], nn.Module]] = [
    *(lambda case=case: Net(case) for case in CASES),  # type: ignore[misc]
    *(lambda change=change: Reading(change) for change in CHANGES),  # type: ignore[misc]
]
NETS.append(Viewing)
IDS = [*(one.__name__ for one in (*CASES, *CHANGES)), "viewing"]
# A clone of a sparse tensor is in no order that the test could compare.
SPARSE: Callable[[], nn.Module] = lambda: Reading(sparse)  # noqa: E731


_IDS = "input_ids", "output_ids", "state_ids"


class Given(TorchFunctionMode):
    """The bits of what each function that makes tensors was given, before it ran."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[list[bytes]] = []

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        given = [bits(tensor) for tensor in _tensors((args, kwargs))]
        made = func(*args, **(kwargs or {}))
        if next(_tensors(made), None) is not None or getattr(func, "__name__", "") == "__setitem__":
            self.read.append(given)
        return made


def _tensors(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, dict):
        yield from _tensors(list(value.values()))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _tensors(item)


def recorded(make: Callable[[], nn.Module]) -> Recording:
    net, x = make(), batch()
    torch.manual_seed(2)
    with bv.record(net, torch.optim.SGD(net.parameters(), lr=0.1)) as recording:
        net(x).square().mean().backward()
    return recording.recording


def told(event: Event) -> list[object]:
    """All that an event says, and its numbers.

    Where a backward's gradients lie is the allocator's affair, and with it which share an id.
    """
    left_out = {"tensors"} if event.phase is Phase.FORWARD else {"tensors", *_IDS}
    named = [getattr(event, one.name) for one in fields(event) if one.name not in left_out]
    return [*named, *map(numbers, event.inputs), *map(numbers, event.outputs)]


@pytest.mark.parametrize("make", NETS, ids=IDS)
def test_what_is_read_is_as_it_was_before_the_call(make: Callable[[], nn.Module]) -> None:
    net, x, given = make(), batch(), Given()
    torch.manual_seed(2)
    with given:
        net(x).square().mean()
    events = [e for e in recorded(make).events if e.phase in (Phase.FORWARD, Phase.LOSS)]
    assert [list(map(numbers, event.inputs)) for event in events] == given.read


@borrows
@pytest.mark.parametrize("make", [*NETS, SPARSE], ids=[*IDS, "sparse"])
def test_the_longer_way_records_the_same(
    make: Callable[[], nn.Module], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, template = [], plain_calls.Template

    def seen(*given: Any) -> Any:
        plain.append(template(*given))
        return plain[-1]

    monkeypatch.setattr(plain_calls, "Template", seen)
    one = recorded(make)
    monkeypatch.setattr(PlainCalls, "run_plain", lambda *_: NOT_PLAIN)
    other = recorded(make)
    assert list(map(told, one.events)) == list(map(told, other.events))
    assert one.graph == other.graph
    assert [each.layers for each in one.passes] == [each.layers for each in other.passes]
    assert plain
