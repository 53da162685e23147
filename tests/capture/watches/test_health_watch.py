"""The health of an iteration: numbers of tensors that plain hooks saw, and training as without."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from backprop_viz.capture.watches.health_watch import HealthWatch
from backprop_viz.recording.format.frames import header, read_header, read_record
from backprop_viz.recording.format.reader import RecordingReader
from backprop_viz.recording.format.writer import health_pieces
from backprop_viz.recording.trace.health import IterationHealth, TensorHealth

Seen = list[tuple[str, str, np.ndarray[Any, Any]]]


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.act = nn.Conv2d(2, 3, 3, padding=1), nn.ReLU(inplace=True)
        self.norm = nn.BatchNorm2d(3)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(self.act(self.conv(x))) + x.sum(1, keepdim=True)


class Two(nn.Module):
    """Two outputs; its head is shared by both."""

    def __init__(self) -> None:
        super().__init__()
        self.block, self.head = Block(), nn.Linear(12, 2)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        h = F.max_pool2d(self.block(x), 2).flatten(1)
        return {"a": self.head(h), "b": self.head(h.tanh())}


def by_hand(model: nn.Module, seen: Seen) -> None:
    """Hooks as anybody would write them, that copy what passes."""
    for name, module in model.named_modules():
        if list(module.children()):
            continue

        def made(_: Any, __: Any, out: Tensor, name: str = name) -> None:
            seen.append(("output", name, out.detach().numpy().copy()))
            out.register_hook(
                lambda grad, name=name: seen.append(("output_grad", name, grad.numpy().copy()))
            )

        module.register_forward_hook(made)


def iterate(model: nn.Module, optimizer: torch.optim.Optimizer, passes: int) -> float:
    optimizer.zero_grad()
    for k in range(passes):
        x = torch.arange(64, dtype=torch.float32).sub(30 + k).sin().view(2, 2, 4, 4)
        out = model(x)
        loss = out["a"].square().mean() + (out["b"] - 1).relu().sum()
        loss.backward()
    optimizer.step()
    return loss.item()


def checked(row: TensorHealth, told: np.ndarray[Any, Any]) -> None:
    exact = told.astype(np.float64)
    assert row.shape == told.shape
    assert row.zeros == np.mean(told == 0)
    assert (row.low, row.high) == (exact.min(), exact.max())
    scale = np.abs(exact).max()
    assert row.mean == pytest.approx(exact.mean(), rel=1e-5, abs=1e-6 * scale)
    assert row.norm == pytest.approx(np.linalg.norm(exact), rel=1e-5)


@pytest.mark.parametrize("passes", [1, 2])
def test_its_numbers_are_those_that_plain_hooks_saw(passes: int) -> None:
    torch.manual_seed(0)
    model, seen = Two(), Seen()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
    by_hand(model, seen)
    plain = iterate(model, optimizer, passes)
    grads = {n: p.grad.numpy() for n, p in model.named_parameters() if p.grad is not None}
    weights = {n: p.detach().numpy() for n, p in model.named_parameters()}

    torch.manual_seed(0)
    watched = Two()
    watch = HealthWatch(watched)
    with watch.watching():
        assert iterate(watched, torch.optim.Adam(watched.parameters(), lr=0.1), passes) == plain
    for name, parameter in watched.named_parameters():
        assert parameter.detach().numpy().tobytes() == weights[name].tobytes()
        assert parameter.grad is not None
        assert parameter.grad.numpy().tobytes() == grads[name].tobytes()

    health = watch.health(7, plain)
    assert (health.iteration, health.loss, health.finite) == (7, plain, True)
    leaves = [row for row in health.tensors if row.role.startswith("output")]
    mine = [row for row in leaves if row.name in ("block.conv", "block.act", "block.norm", "head")]
    assert [(row.role, row.name) for row in mine] == [(role, name) for role, name, _ in seen]
    for row, (_, _, told) in zip(mine, seen, strict=True):
        checked(row, told)
    # The block's own output is a sum that none of its modules made; the network's is the head's.
    assert {row.name for row in leaves} - {row.name for row in mine} == {"block"}
    for role, told in (("grad", grads), ("weight", weights)):
        rows = {row.name: row for row in health.tensors if row.role == role}
        assert rows.keys() == told.keys()
        for name, row in rows.items():
            checked(row, told[name])


def test_a_closure_is_told_of_after_its_last_gradient() -> None:
    model = nn.Linear(3, 1)
    optimizer = torch.optim.LBFGS(model.parameters(), lr=0.1, max_iter=3)
    x, y = torch.arange(12.0).view(4, 3), torch.ones(4, 1)

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = F.mse_loss(model(x), y)
        loss.backward()
        return loss

    watch = HealthWatch(model, [optimizer])
    with watch.watching():
        optimizer.step(closure)
    rows = watch.health(1).tensors
    grads = {row.name: row for row in rows if row.role == "grad"}
    assert [row.name for row in rows if row.role == "grad"] == ["weight", "bias"]
    assert model.weight.grad is not None
    checked(grads["weight"], model.weight.grad.numpy())
    assert sum(row.role == "output" for row in rows) >= 3


def test_only_the_optimizers_and_the_passes_that_count() -> None:
    one, other = nn.Linear(2, 2), nn.Linear(2, 2)
    mine = torch.optim.SGD(one.parameters(), lr=0.1)
    others = torch.optim.SGD([*other.parameters(), *one.parameters()], lr=0.1)
    watch = HealthWatch(one, [mine])
    with watch.watching():
        with torch.no_grad():
            one(torch.ones(1, 2))
        (one(torch.ones(1, 2)) + other(torch.ones(1, 2))).sum().backward()
        others.step()
        mine.step()
    rows = watch.health(1).tensors
    names = [(row.role, row.name) for row in rows]
    assert names[:2] == [("output", ""), ("output_grad", "")]
    assert sorted(names[2:]) == sorted(
        [(role, name) for role in ("grad", "weight") for name in ("weight", "bias")]
    )
    assert not one._forward_hooks


@dataclass
class Odd:
    whole: Tensor
    none: Tensor
    half: Tensor


class Strange(nn.Module):
    def __init__(self, make: Callable[[Tensor], Any]) -> None:
        super().__init__()
        self.weight, self.make = nn.Parameter(torch.ones(3)), make

    def forward(self, x: Tensor) -> Any:
        return self.make(x * self.weight)


def outputs_of(make: Callable[[Tensor], Any]) -> list[TensorHealth]:
    model = Strange(make)
    watch = HealthWatch(model)
    with watch.watching():
        model(torch.tensor([1.0, 0.0, 5.0]))
    return list(watch.health(1).tensors)


def test_numbers_that_are_not_finite() -> None:
    (inf,) = outputs_of(lambda x: 1 / x)
    assert not inf.finite
    assert inf.high == np.inf
    (nan,) = outputs_of(lambda x: (x - 5).sqrt())
    assert not nan.finite
    assert np.isnan(nan.low)


def test_other_kinds_of_tensors() -> None:
    none, half = outputs_of(lambda x: Odd(x.long(), x[:0], x.bfloat16() / 3))
    assert (none.missing, none.shape, none.number) == ("empty", (0,), 1)
    assert (half.dtype, half.number) == ("bfloat16", 2)
    assert (half.high, half.zeros) == (torch.tensor(5 / 3).bfloat16().item(), 1 / 3)
    (sparse,) = outputs_of(lambda x: x.to_sparse())
    assert sparse.missing == "no_numbers"
    (nested,) = outputs_of(lambda x: torch.nested.nested_tensor([x[:1], x], layout=torch.jagged))
    assert nested.missing == "nested"


def test_it_is_the_same_after_the_stream() -> None:
    row = TensorHealth("grad", "a.b", (2, 3), "float32", 1, False, 0.5, -np.inf, 2.0, 0.1, 9.0)
    health = IterationHealth(3, (row, TensorHealth("output", "", (), "float64")), 0.25)
    stream = io.BytesIO(header() + b"".join(health_pieces(health)))
    read_header(stream)
    reader = RecordingReader()
    assert reader.take(*read_record(stream))
    assert reader.health == [health]
    assert reader.recording() is None
