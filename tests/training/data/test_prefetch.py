"""Batches read ahead by another thread: the same ones, whatever happens in between."""

import random
import threading

import pytest
import torch
from torch import Tensor

import backprop_viz as bv
from backprop_viz.digits.strokes import training_strokes
from backprop_viz.training.data.data_sources import DataSource, Loader
from backprop_viz.training.data.prefetch import WORTHWHILE, Ahead

SIZE = 5 * WORTHWHILE + 17


class Numbered:
    """Samples whose label is their number; threads that it lists cannot read them."""

    def __init__(self) -> None:
        self.threads: list[str] = []
        self.failing: set[str] = set()
        self.labels = torch.arange(SIZE)

    def __len__(self) -> int:
        return SIZE

    def batch(self, index: Tensor) -> tuple[Tensor, Tensor]:
        name = threading.current_thread().name
        self.threads.append(name)
        if name in self.failing:
            raise OSError("The disk is gone.")
        return index.float().view(-1, 1, 1, 1).expand(-1, 1, 32, 32), index


@pytest.fixture(scope="module")
def ahead() -> Ahead:
    """One for all tests here: its thread lives as long as the process."""
    ahead = Ahead()
    ahead.take(ahead.begin(lambda: (torch.zeros(1), torch.zeros(1))))
    return ahead


def loaders(ahead: Ahead, seed: int) -> tuple[Loader, Loader, Numbered]:
    """One that reads ahead, and a plain one with the same batches to come."""
    samples = Numbered()
    reading = Loader(DataSource(samples, samples), seed)
    reading.read_ahead(ahead)
    return reading, Loader(DataSource(Numbered(), Numbered()), seed), samples


@pytest.mark.parametrize("seed", range(20))
def test_the_same_batches_whatever_happens_in_between(ahead: Ahead, seed: int) -> None:
    reading, plain, _ = loaders(ahead, seed)
    other, _, _ = loaders(ahead, seed)
    chance = random.Random(seed)
    states = [plain.state()]
    size = WORTHWHILE
    for _ in range(60):
        match chance.randrange(8):
            case 0:
                size = chance.choice([1, WORTHWHILE - 1, WORTHWHILE, WORTHWHILE + 5, SIZE])
            case 1:
                state = chance.choice(states)
                reading.restore(state)
                plain.restore(state)
            case 2:
                other.next(WORTHWHILE)  # another loader with the same thread, as of an earlier run
            case _:
                images, labels = reading.next(size)
                expected = plain.next(size)
                assert torch.equal(images, expected[0])
                assert torch.equal(labels, expected[1])
                states.append(plain.state())


def test_all_but_an_epochs_first_and_last_batch_are_read_by_the_other_thread(ahead: Ahead) -> None:
    reading, _, samples = loaders(ahead, 0)
    for _ in range(12):
        reading.next(WORTHWHILE)
    here = threading.current_thread().name
    assert samples.threads == [here, *["backprop_viz batches"] * 4, here] * 2


def test_small_batches_are_read_where_they_are_used(ahead: Ahead) -> None:
    reading, _, samples = loaders(ahead, 0)
    for _ in range(10):
        reading.next(WORTHWHILE - 1)
    assert set(samples.threads) == {threading.current_thread().name}


def test_what_the_other_thread_cannot_read_is_read_where_it_is_used(ahead: Ahead) -> None:
    reading, plain, samples = loaders(ahead, 0)
    samples.failing = {"backprop_viz batches"}
    for _ in range(8):
        assert torch.equal(reading.next(WORTHWHILE)[1], plain.next(WORTHWHILE)[1])


def test_what_cannot_be_read_raises_where_it_is_used_until_it_can(ahead: Ahead) -> None:
    reading, plain, samples = loaders(ahead, 0)
    samples.failing = {"backprop_viz batches"}
    reading.next(WORTHWHILE)
    plain.next(WORTHWHILE)
    samples.failing.add(threading.current_thread().name)
    for _ in range(2):
        with pytest.raises(OSError, match="The disk is gone"):
            reading.next(WORTHWHILE)
    samples.failing.clear()
    for _ in range(8):
        assert torch.equal(reading.next(WORTHWHILE)[1], plain.next(WORTHWHILE)[1])


def test_training_is_the_plain_loop_bit_for_bit(ahead: Ahead) -> None:
    trainer = bv.Trainer(batch_size=WORTHWHILE, lr=0.05, optimizer="nesterov", seed=3)
    trainer.batches.read_ahead(ahead)
    torch.manual_seed(3)
    net = bv.LeNet()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9, nesterov=True)
    for i in range(12):
        x, y = training_strokes().batch(torch.arange(i * WORTHWHILE, (i + 1) * WORTHWHILE))
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(net(x), y)
        loss.backward()
        optimizer.step()
        assert trainer.iterate().loss == loss.item()
        if i == 6:
            # Back and forth again, as when the run is taken up from there.
            checkpoint = trainer.checkpoint()
            trainer.iterate()
            trainer.restore(checkpoint)
    for ours, theirs in zip(trainer.model.parameters(), net.parameters(), strict=True):
        assert torch.equal(ours, theirs)
