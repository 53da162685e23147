"""An iteration on a drawing must be torch's own, and leave the data where it was."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812

import backprop_viz as bv

CHOICES: list[tuple[str, dict[str, Any]]] = [
    ("manual", {}),
    ("sgd", {"momentum": 0.9, "weight_decay": 1e-3}),
    ("nesterov", {}),
    ("adam", {}),
    ("rmsprop", {"momentum": 0.5}),
]
LR = 0.002


def digits(count: int = 23) -> torch.utils.data.TensorDataset:
    images = torch.rand(count, 1, 32, 32, generator=torch.Generator().manual_seed(0))
    return torch.utils.data.TensorDataset(images, torch.arange(count) % 10)


def drawing() -> tuple[torch.Tensor, torch.Tensor]:
    return torch.rand(1, 1, 32, 32, generator=torch.Generator().manual_seed(7)), torch.tensor([7])


PLAIN: dict[str, Callable[..., torch.optim.Optimizer] | None] = {
    "manual": None,
    "sgd": torch.optim.SGD,
    "nesterov": partial(torch.optim.SGD, momentum=0.9, nesterov=True),
    "adam": torch.optim.Adam,
    "rmsprop": torch.optim.RMSprop,
}


def make(optimizer: str, options: dict[str, Any], loss: str = "cross_entropy") -> bv.Trainer:
    return bv.Trainer(digits(), loss, optimizer, LR, 8, 2, optimizer_options=options)


def plain(
    optimizer: str, options: dict[str, Any], loss: str, batches: list[tuple[Any, Any]]
) -> tuple[list[float], torch.nn.Module]:
    """The tutorial's loop over these batches."""
    torch.manual_seed(2)
    net = bv.LeNet()
    make_plain = PLAIN[optimizer]
    step = None if make_plain is None else make_plain(net.parameters(), lr=LR, **options)
    losses = []
    for x, y in batches:
        net.zero_grad()
        target = y if loss == "cross_entropy" else F.one_hot(y, 10).float()
        criterion = torch.nn.CrossEntropyLoss() if loss == "cross_entropy" else torch.nn.MSELoss()
        value = criterion(net(x), target)
        value.backward()
        losses.append(value.item())
        if step is not None:
            step.step()
        else:
            with torch.no_grad():
                for p in net.parameters():
                    p.sub_(p.grad * LR)
    return losses, net


def data_batches(count: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """The batches of a run that has no given batch in it."""
    trainer = bv.Trainer(digits(), lr=0.0, batch_size=8, seed=2)
    batches = []
    for _ in range(count):
        trainer.iterate()
        batches.append(trainer.batch)
    return batches


@pytest.mark.parametrize("loss", ["cross_entropy", "mse"])
@pytest.mark.parametrize(("optimizer", "options"), CHOICES)
def test_lessons_are_extra_steps_between_the_same_batches(
    optimizer: str, options: dict[str, Any], loss: str
) -> None:
    data = data_batches(6)
    order = [drawing(), *data[:3], drawing(), drawing(), *data[3:]]
    expected, net = plain(optimizer, options, loss, order)
    trainer = make(optimizer, options, loss)
    losses = []
    for i in range(len(order)):
        if i in (0, 4, 5):
            trainer.use_batch(*drawing())
        losses.append(trainer.iterate().loss)
    assert losses == expected
    assert trainer.iteration == len(order)
    for mine, theirs in zip(trainer.model.parameters(), net.parameters(), strict=True):
        assert torch.equal(mine, theirs)


@pytest.mark.parametrize(("optimizer", "options"), CHOICES)
def test_a_lesson_is_taken_back_bit_for_bit(optimizer: str, options: dict[str, Any]) -> None:
    untouched, taught = make(optimizer, options), make(optimizer, options)
    for trainer in (untouched, taught):
        for _ in range(4):
            trainer.iterate()
    before = taught.checkpoint()
    taught.use_batch(*drawing())
    taught.iterate()
    assert not torch.equal(taught.model.fc3.weight, untouched.model.fc3.weight)
    taught.restore(before)
    del taught.given_batches[4]
    for _ in range(6):
        assert taught.iterate().loss == untouched.iterate().loss
        assert torch.equal(taught.batch[0], untouched.batch[0])
    for mine, theirs in zip(taught.model.parameters(), untouched.model.parameters(), strict=True):
        assert torch.equal(mine, theirs)


def test_run_again_from_before_a_given_batch_it_takes_the_same() -> None:
    trainer = make("adam", {})
    start = trainer.checkpoint()
    losses = []
    for i in range(8):
        if i in (0, 3):
            trainer.use_batch(*drawing())
        losses.append(trainer.iterate().loss)
    trainer.restore(start)
    assert [trainer.iterate().loss for _ in range(8)] == losses


def test_a_checkpoint_tells_another_trainer_of_the_lesson_to_come() -> None:
    trainer, other = make("adam", {}), make("adam", {})
    trainer.iterate()
    trainer.use_batch(*drawing())
    checkpoint = trainer.checkpoint()
    losses = [trainer.iterate().loss for _ in range(3)]
    other.restore(checkpoint)
    assert [other.iterate().loss for _ in range(3)] == losses


def test_begun_data_waits_for_the_given_batch() -> None:
    """A batch that was fetched, but for whose iteration another was given, is the next one's."""
    trainer = make("sgd", {})
    trainer.iterate()
    trainer.step()
    fetched = trainer.batch[0]
    trainer.step()
    trainer.restart_iteration()
    trainer.use_batch(*drawing())
    trainer.iterate()
    assert torch.equal(trainer.batch[0], drawing()[0])
    trainer.iterate()
    assert trainer.batch[0] is fetched


def test_the_recording_tells_a_lesson_from_data() -> None:
    trainer = make("sgd", {})
    trainer.use_batch(*drawing())
    given_batch, data = trainer.record(), trainer.record()
    assert given_batch.given_batch
    assert given_batch.labels is not None
    assert given_batch.labels.tolist() == [7]
    assert np.array_equal(given_batch.input, drawing()[0].numpy())
    assert not data.given_batch


def test_where_there_is_nothing_to_learn_from_a_drawing() -> None:
    for trainer, word in (
        (bv.Trainer("random", "mse"), "Random data has no labels"),
        (bv.Trainer(digits(), "output_gradient"), r"backward\(random\)"),
    ):
        with pytest.raises(ValueError, match=word):
            trainer.use_batch(*drawing())
        assert not trainer.given_batches


def test_no_lesson_in_the_middle_of_an_iteration() -> None:
    trainer = make("sgd", {})
    trainer.step()
    with pytest.raises(bv.PhaseError):
        trainer.use_batch(*drawing())


@pytest.mark.parametrize("digit", [None, 0, 7])
@pytest.mark.parametrize("phases", range(5))
def test_saliency_is_autograds_and_leaves_no_trace(phases: int, digit: int | None) -> None:
    image = np.zeros((280, 280), np.float32)
    image[40:240, 120:150] = 1
    image[40:70, 60:150] = 1
    looked, untouched = make("adam", {}), make("adam", {})
    for trainer in (looked, untouched):
        trainer.iterate()
        for _ in range(phases):
            trainer.step()
    outside = torch.get_rng_state()
    grads = [None if p.grad is None else p.grad.clone() for p in looked.model.parameters()]
    found = looked.saliency(image, digit)
    assert torch.equal(torch.get_rng_state(), outside)
    x = torch.from_numpy(found.seen.copy()).view(1, 1, 32, 32).requires_grad_()
    net = bv.LeNet()
    net.load_state_dict(looked.model.state_dict())
    logits = net(x)[0]
    shown = int(logits.argmax()) if digit is None else digit
    (expected,) = torch.autograd.grad(logits[shown], x)
    assert found.digit == shown
    assert found.chosen == (digit is not None)
    assert np.array_equal(found.gradient, expected[0, 0].numpy())
    assert found.gradient.any()
    first = F.relu(net.conv1(x))
    second = F.relu(net.conv2(F.max_pool2d(first, 2)))
    for (name, maps), layer, value in zip(
        found.maps, ("conv1", "conv2"), (first, second), strict=True
    ):
        assert name == layer
        assert np.array_equal(maps, value[0].detach().numpy())
    for parameter, grad in zip(looked.model.parameters(), grads, strict=True):
        assert (parameter.grad is None) == (grad is None)
        assert grad is None or torch.equal(parameter.grad, grad)
    for _ in range(12):
        looked.step()
        untouched.step()
    assert looked.model.training
    for mine, theirs in zip(looked.model.parameters(), untouched.model.parameters(), strict=True):
        assert torch.equal(mine, theirs)
