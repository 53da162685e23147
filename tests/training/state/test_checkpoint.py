"""Going back and on again must give what went on without a stop, bit for bit."""

from typing import Any

import pytest
import torch

import backprop_viz as bv
from tests.analysis.optimizers.plain_optimizer import unusual_options
from tests.nightly import NIGHTLY


def make(optimizer: str, options: dict[str, Any], **more: Any) -> bv.Trainer:
    return bv.Trainer("strokes", "mse", optimizer, 0.001, 8, 2, optimizer_options=options, **more)


def same(one: bv.Trainer, other: bv.Trainer) -> bool:
    pairs = zip(one.model.parameters(), other.model.parameters(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


@pytest.mark.parametrize(("optimizer", "options"), unusual_options().items())
def test_many_more_iterations_repeat(optimizer: str, options: dict[str, Any]) -> None:
    trainer = make(optimizer, options)
    start = trainer.checkpoint()
    for _ in range(7):
        trainer.iterate()
    middle = trainer.checkpoint()
    more = 50 if NIGHTLY else 5
    losses = [trainer.iterate().loss for _ in range(more)]
    again = make(optimizer, options)
    for checkpoint, first in ((middle, 0), (start, 7)):
        trainer.restore(checkpoint)
        for _ in range(first):
            trainer.iterate()
        assert trainer.iteration == 7
        assert [trainer.iterate().loss for _ in range(more)] == losses
    for _ in range(7 + more):
        again.iterate()
    assert same(again, trainer)


def test_accumulated_gradients_and_the_position_in_the_data_come_back() -> None:
    images = torch.rand(23, 1, 32, 32, generator=torch.Generator().manual_seed(0))
    data = torch.utils.data.TensorDataset(images, torch.arange(23) % 10)
    trainer = bv.Trainer(data, batch_size=8, clear_gradients=False, lr=0.001)
    for _ in range(4):
        trainer.iterate()
    checkpoint = trainer.checkpoint()
    losses = [trainer.iterate().loss for _ in range(10)]
    grad = trainer.model.conv1.bias.grad.clone()
    trainer.restore(checkpoint)
    assert [trainer.iterate().loss for _ in range(10)] == losses
    assert torch.equal(trainer.model.conv1.bias.grad, grad)


def test_random_gradients_come_again() -> None:
    trainer = bv.Trainer("random", "output_gradient", lr=0.001)
    checkpoint = trainer.checkpoint()
    trainer.iterate()
    weight = trainer.model.fc3.weight.detach().clone()
    trainer.restore(checkpoint)
    trainer.iterate()
    assert torch.equal(trainer.model.fc3.weight, weight)


def test_not_in_the_middle_of_an_iteration() -> None:
    trainer = bv.Trainer("random", "mse")
    trainer.step()
    with pytest.raises(bv.PhaseError):
        trainer.checkpoint()


@pytest.mark.parametrize("phases", [1, 3, 4])
@pytest.mark.parametrize(
    "options", [{}, {"set_to_none": False}, {"clear_gradients": False}], ids=str
)
def test_an_iteration_can_begin_again(options: dict[str, bool], phases: int) -> None:
    plain = bv.Trainer("random", "mse", "manual", 0.01, **options)
    again = bv.Trainer("random", "mse", "manual", 0.01, **options)
    for trainer in (plain, again):
        trainer.iterate()
    for _ in range(phases):
        again.step()
    again.restart_iteration()
    plain.iterate()
    again.iterate()
    assert same(plain, again)
    assert torch.equal(plain.model.fc2.weight.grad, again.model.fc2.weight.grad)
