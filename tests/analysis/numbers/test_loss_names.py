"""What a loss written by hand computes on its way is called by its operation and its line."""

from collections.abc import Callable
from types import CodeType

import torch
from torch import nn
from torch.nn.functional import mse_loss, relu

import backprop_viz as bv
from backprop_viz.analysis.numbers.number_names import NumberNames
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.trace.phases import Phase


def contrastive(za: torch.Tensor, zb: torch.Tensor, same: torch.Tensor) -> torch.Tensor:
    d = (za - zb).pow(2).sum(1).sqrt()
    return (same * d.pow(2) + (1 - same) * relu(2 - d).pow(2)).mean()


def in_two_parts(za: torch.Tensor, zb: torch.Tensor, same: torch.Tensor) -> torch.Tensor:
    return mse_loss(za, same[:, None] + zb.detach()) + za.abs().sum().mul(0.01)


# What each line of the losses above calls, in Python's order; "loss" is what is returned.
CONTRASTIVE = {
    1: "sub pow sum sqrt",
    2: "pow mul rsub rsub:2 relu pow:2 mul:2 add",
}


def record(loss: Callable[..., torch.Tensor]) -> bv.Recording:
    torch.manual_seed(0)
    model = nn.Linear(4, 3)
    a, b, same = torch.randn(6, 4), torch.randn(6, 4), torch.tensor([1.0, 0, 1, 0, 1, 0])
    with bv.record(model) as recorded:
        loss(model(a), model(b), same).backward()
    return recorded.recording


def of_lines(code: CodeType, calls: dict[int, str]) -> list[str]:
    """The names of what the lines call: the second of an operation in a line has a number."""
    first, found = code.co_firstlineno, []
    for line, ops in calls.items():
        for op, _, count in (called.partition(":") for called in ops.split()):
            found.append(f"{op}:{first + line}" + (f" ({count})" if count else ""))
    return found


def made_in_loss(recording: bv.Recording) -> list[tuple[str, Number]]:
    names = NumberNames(recording)
    numbers = (
        Number(tensor, (), i, place)
        for i, event in enumerate(recording.events)
        for place, tensor in enumerate(event.output_ids)
        if event.phase is Phase.LOSS and tensor is not None
    )
    return [(names.tensor(number), number) for number in numbers]


def test_each_intermediate_is_called_by_its_operation_and_its_line() -> None:
    recording = record(contrastive)
    found = [name for name, _ in made_in_loss(recording)]
    assert found == [*of_lines(contrastive.__code__, CONTRASTIVE), "loss"]
    assert len(set(found)) == len(found) == 13


def test_the_short_names_of_the_chain_tell_them_apart_too() -> None:
    recording = record(contrastive)
    names = NumberNames(recording)
    steps = [names.step(number) for _, number in made_in_loss(recording)]
    assert steps == [*of_lines(contrastive.__code__, CONTRASTIVE), "loss"]


def test_a_gradient_is_called_by_the_intermediate_that_it_is_of() -> None:
    recording = record(contrastive)
    names = NumberNames(recording)
    called = {
        recording.events[number.event or 0].node: name for name, number in made_in_loss(recording)
    }
    arrived = [
        (names.tensor(Number(event.input_ids[0] or 0, (), i, arrived=True)), called[event.node])
        for i, event in enumerate(recording.events)
        if event.phase is Phase.BACKWARD and event.node is not None and event.node in called
    ]
    assert len({name for name, _ in arrived}) == 12  # the 1 - same has no gradient
    assert [name for name, _ in arrived] == [f"∂L/∂{name}" for _, name in arrived]


def test_a_loss_of_parts_keeps_the_names_of_losses_that_torch_has() -> None:
    found = [name for name, _ in made_in_loss(record(in_two_parts))]
    assert found[-1] == "loss"
    assert found.count("loss") == 1
    assert "mse_loss" in found
    assert len(set(found)) == len(found)


def test_a_loss_that_torch_has_is_called_loss() -> None:
    recording = bv.Trainer(data="random", loss="mse", batch_size=2).record()
    assert [name for name, _ in made_in_loss(recording)] == ["loss"]
