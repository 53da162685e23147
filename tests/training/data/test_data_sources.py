from dataclasses import replace
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import nn
from torch.utils.data import Dataset, TensorDataset

import backprop_viz as bv
from backprop_viz.training.data.data_sources import Loader, LoaderState, open_source
from tests.nightly import by_night

MNIST = Path(__file__).resolve().parents[4] / "shared" / "data" / "mnist"


def numbered(size: int) -> TensorDataset:
    """Samples that can be told apart: the label is the sample's number."""
    return TensorDataset(torch.zeros(size, 1, 32, 32), torch.arange(size))


def test_the_last_tenth_is_the_validation_set() -> None:
    source = open_source(numbered(50))
    assert (len(source.train), len(source.validation)) == (45, 5)
    _, labels = source.validation.batch(torch.arange(5))
    assert labels.tolist() == [45, 46, 47, 48, 49]


def test_a_tiny_set_is_evaluated_on_itself() -> None:
    source = open_source(numbered(3))
    assert len(source.train) == len(source.validation) == 3


def test_each_epoch_has_every_sample_once_in_another_order() -> None:
    loader = Loader(open_source(numbered(20)), seed=0)
    epochs = []
    for _ in range(2):
        batches = [loader.next(8)[1].tolist() for _ in range(3)]
        assert [len(b) for b in batches] == [8, 8, 2]
        epochs.append([label for batch in batches for label in batch])
    assert sorted(epochs[0]) == sorted(epochs[1]) == list(range(18))
    assert epochs[0] != epochs[1]
    assert epochs[0] == Loader(open_source(numbered(20)), seed=0).next(18)[1].tolist()


def test_strokes_come_in_their_own_order_first() -> None:
    source = open_source("strokes")
    images, labels = Loader(source, seed=5).next(10)
    expected = source.train.batch(torch.arange(10))
    assert torch.equal(images, expected[0])
    assert torch.equal(labels, expected[1])


@pytest.mark.parametrize("in_order_first", [False, True])
@pytest.mark.parametrize("before", range(9))  # three epochs of three batches each
def test_a_loader_goes_on_from_any_state(before: int, in_order_first: bool) -> None:
    source = replace(open_source(numbered(20)), in_order_first=in_order_first)
    loader = Loader(source, seed=3)
    for _ in range(before):
        loader.next(8)
    state = loader.state()
    followed = [loader.next(8)[1].tolist() for _ in range(8)]
    other = Loader(source, seed=4)
    for again in (loader, other):
        again.restore(state)
        assert [again.next(8)[1].tolist() for _ in range(8)] == followed


def test_a_state_does_not_grow_with_the_data() -> None:
    source = open_source(numbered(20_000))
    state = Loader(source, seed=0).state()
    numbers = [getattr(state, name) for name in LoaderState.__slots__]
    assert sum(n.nbytes for n in numbers if isinstance(n, torch.Tensor)) < 10_000


@by_night
@pytest.mark.skipif(not MNIST.is_dir(), reason="the MNIST files for development are not here")
def test_mnist_from_a_folder() -> None:
    trainer = bv.Trainer("mnist", root=str(MNIST), batch_size=32)
    images, labels = trainer.batch
    assert images.shape == (32, 1, 32, 32)
    assert 0 <= images.min() <= images.max() <= 1
    assert labels.unique().numel() > 1
    first = trainer.evaluate().loss
    for _ in range(30):
        trainer.iterate()
    assert trainer.evaluate().loss < first


class Failing(Dataset[tuple[torch.Tensor, int]]):
    """Thirty samples; the next one that is asked for raises where that is wanted."""

    fails = False

    def __len__(self) -> int:
        return 30

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        if self.fails:
            raise RuntimeError("broken on purpose")
        return torch.full((1, 32, 32), index / 30), index % 10


@pytest.mark.parametrize("after", [1, 4, 9])
def test_data_that_raised_gives_the_same_batches_afterwards(after: int) -> None:
    data = Failing()
    whole, cut = (bv.Trainer(data, batch_size=8, seed=2) for _ in range(2))
    for i in range(12):
        if i == after:
            data.fails = True
            with pytest.raises(RuntimeError, match="broken on purpose"):
                cut.iterate()
            data.fails = False
        one, other = whole.iterate(), cut.iterate()
        assert (one.number, one.loss, one.accuracy) == (other.number, other.loss, other.accuracy)
    pairs = zip(whole.model.parameters(), cut.model.parameters(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)


@pytest.mark.parametrize("size", [1, 2, 7, 100])
def test_random_data_is_as_many_inputs_and_targets_as_a_batch(size: int) -> None:
    torch.manual_seed(3)
    x, y = torch.randn(size, 1, 32, 32), torch.randn(size, 10)
    trainer = bv.Trainer("random", "mse", batch_size=size, seed=3, model=FirstNumbers())
    for _ in range(3):
        trainer.zero_grad()
        assert torch.equal(trainer.batch[0], x)
        assert torch.equal(trainer.batch[1], y)
        assert torch.equal(trainer.labels, y.argmax(1))
        trainer.forward()
        assert trainer.compute_loss().item() == F.mse_loss(x[:, 0, 0, :10] * 1.0, y).item()
        trainer.backward()
        trainer.update()
    assert trainer.evaluate().loss == pytest.approx(F.mse_loss(x[:, 0, 0, :10], y).item())


class FirstNumbers(nn.Module):
    """Gives the first ten numbers of each input back, times a parameter that stays 1."""

    def __init__(self) -> None:
        super().__init__()
        self.factor = nn.Parameter(torch.ones(()))
        self.factor.register_hook(torch.zeros_like)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x[:, 0, 0, :10] * self.factor


@pytest.mark.parametrize("loss", ["mse", "cross_entropy"])
@pytest.mark.parametrize("size", [1, 5, 64])
def test_training_on_random_data_is_the_plain_loops(loss: str, size: int) -> None:
    torch.manual_seed(7)
    net = bv.LeNet()
    x, y = torch.randn(size, 1, 32, 32), torch.randn(size, 10)
    criterion, target = (nn.MSELoss(), y) if loss == "mse" else (nn.CrossEntropyLoss(), y.argmax(1))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
    plain = []
    for _ in range(4):
        optimizer.zero_grad()
        out = criterion(net(x), target)
        out.backward()
        optimizer.step()
        plain.append(out.item())
    trainer = bv.Trainer("random", loss, lr=0.01, batch_size=size, seed=7)
    assert [trainer.iterate().loss for _ in range(4)] == plain
    for name, parameter in net.named_parameters():
        assert torch.equal(parameter, dict(trainer.model.named_parameters())[name])


def test_a_state_is_a_copy_of_its_own() -> None:
    """What becomes of a state, as of a checkpoint in a file, does not reach the loader."""
    loader = Loader(open_source(numbered(20)), seed=0)
    plain = Loader(open_source(numbered(20)), seed=0)
    state = loader.state()
    state.generator.zero_()
    begun = loader.state()
    expected = [plain.next(8)[1].tolist() for _ in range(9)]
    assert [loader.next(8)[1].tolist() for _ in range(9)] == expected
    loader.restore(begun)
    assert [loader.next(8)[1].tolist() for _ in range(9)] == expected
