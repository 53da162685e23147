"""Operations of tensors without an axis have the terms that the same have with one."""

import random
from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

import backprop_viz as bv
from tests.capture.explaining.checks import faults, numbers_of

OPERATIONS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "atan2": torch.atan2,
    "logaddexp": torch.logaddexp,
    "mul": torch.mul,
    "pow": torch.pow,
    "sigmoid": lambda a, b: torch.sigmoid(a) * b,
    "huber": lambda a, b: F.smooth_l1_loss(a, b),
    "gelu": lambda a, b: F.gelu(a) - b,
    "lerp": lambda a, b: torch.lerp(a, b, 0.3),
}


class Pair(nn.Module):
    """A function of two numbers."""

    def __init__(
        self, function: Callable[[Tensor, Tensor], Tensor], shape: tuple[int, ...]
    ) -> None:
        super().__init__()
        self.function = function
        self.a = nn.Parameter(torch.full(shape, 0.3))
        self.b = nn.Parameter(torch.full(shape, 0.7))

    def forward(self) -> Tensor:
        return self.function(self.a, self.b).sum()


def terms(name: str, shape: tuple[int, ...]) -> list[tuple[str, list[float]]]:
    with bv.record(net := Pair(OPERATIONS[name], shape)) as record:
        net().backward()
    recording = record.recording
    told = []
    for number in numbers_of(recording, random.Random(0)):
        assert number.event is not None
        if recording.events[number.event].op in ("sum", "SumBackward0"):
            continue
        found = recording.explain(number.event, number.slot, number.index, arrived=number.arrived)
        assert list(faults(recording, found)) == []
        told.append((found.op, [term.value for term in found.terms]))
    return told


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_single_number_has_the_terms_of_a_row_of_one(name: str) -> None:
    assert terms(name, ()) == terms(name, (1,))


@pytest.mark.parametrize(
    "function",
    [
        lambda a, b: F.prelu(a, b.reshape(())),
        lambda a, b: a * b.reshape(()),
        lambda a, b: torch.addcmul(a, b.reshape(()), b.reshape(())),
        lambda a, b: torch.addcmul(b.reshape(()), a, b.reshape(())),
    ],
    ids=["prelu", "mul", "addcmul", "addcmul_to_one"],
)
def test_a_single_number_takes_part_in_each_term(
    function: Callable[[Tensor, Tensor], Tensor],
) -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a = nn.Parameter(torch.linspace(-1, 1, 6).reshape(2, 3))
            self.b = nn.Parameter(torch.full((1,), 0.7))

        def forward(self) -> Tensor:
            return function(self.a, self.b).square().sum()

    with bv.record(net := Net()) as record:
        net().backward()
    recording = record.recording
    for number in numbers_of(recording, random.Random(0), 2):
        assert number.event is not None
        found = recording.explain(number.event, number.slot, number.index, arrived=number.arrived)
        assert found.reason is None
        assert list(faults(recording, found)) == []
