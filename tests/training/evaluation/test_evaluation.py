"""Each sample's loss and reading, and their means, against a plain loop of torch."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

import backprop_viz as bv
from backprop_viz.training.evaluation.evaluate import EVALUATION_BATCH

SIZE = 2 * EVALUATION_BATCH + 22  # the last slice is a small one


class Noise(torch.utils.data.Dataset[tuple[Tensor, int]]):
    """Ten times SIZE samples, of which the last SIZE are the validation set."""

    def __len__(self) -> int:
        return 10 * SIZE

    def __getitem__(self, i: int) -> tuple[Tensor, int]:
        if not 0 <= i < len(self):
            raise IndexError
        return torch.rand(1, 32, 32, generator=torch.Generator().manual_seed(i)), i * 7 % 10


def plain(trainer: bv.Trainer, first: int, size: int) -> tuple[Tensor, Tensor, Tensor, float]:
    """Labels, readings, losses one by one, and the mean loss, in slices of 64."""
    labels, predicted, losses, total = [], [], [], 0.0
    data = Noise()
    for start in range(first, first + size, 64):
        items = [data[i] for i in range(start, min(start + 64, first + size))]
        x, y = torch.stack([x for x, _ in items]), torch.tensor([y for _, y in items])
        with torch.no_grad():
            out = trainer.model(x)
        if trainer.loss_name == "mse":
            hot = F.one_hot(y, 10).float()
            losses.append(((out - hot) ** 2).mean(1))
            total += F.mse_loss(out, hot).item() * len(y)
        else:
            losses.append(F.cross_entropy(out, y, reduction="none"))
            total += F.cross_entropy(out, y).item() * len(y)
        labels.append(y)
        predicted.append(out.argmax(1))
    return torch.cat(labels), torch.cat(predicted), torch.cat(losses), total / size


@pytest.mark.parametrize("loss", ["cross_entropy", "mse"])
def test_every_sample_has_the_numbers_of_a_plain_loop(loss: str) -> None:
    trainer = bv.Trainer(Noise(), loss=loss, seed=3)
    for _ in range(3):
        trainer.iterate()
    evaluation = trainer.evaluate()
    labels, predicted, losses, mean = plain(trainer, 9 * SIZE, SIZE)
    assert np.array_equal(evaluation.scores.predicted, predicted.numpy())
    assert np.array_equal(evaluation.scores.loss, losses.numpy())
    assert evaluation.loss == mean
    assert evaluation.accuracy == (predicted == labels).sum().item() / SIZE


def test_scoring_reads_the_first_samples_with_the_network_as_it_was() -> None:
    trainer = bv.Trainer(Noise(), seed=1)
    trainer.iterate()
    count = EVALUATION_BATCH + 10
    _, predicted, losses, mean = plain(trainer, 0, count)
    scoring = trainer.scoring("train", count)
    assert (scoring.done, scoring.total, scoring.finished) == (0, count, False)
    scoring.go_on()
    trainer.iterate()  # the network moves on, the scores do not
    scoring.go_on()
    assert scoring.finished
    evaluation = scoring.evaluation()
    assert np.array_equal(evaluation.scores.predicted[:count], predicted.numpy())
    assert np.array_equal(evaluation.scores.loss[:count], losses.numpy())
    assert evaluation.loss == mean
    assert (evaluation.scores.predicted[count:] == -1).all()
    assert np.isnan(evaluation.scores.loss[count:]).all()


def test_scoring_changes_nothing_in_training() -> None:
    losses = []
    for scored in (False, True):
        trainer = bv.Trainer(Noise(), optimizer="adam", lr=1e-3, seed=2)
        trainer.iterate()
        scoring = trainer.scoring("validation")
        for _ in range(3):
            if scored:
                scoring.go_on()
            trainer.iterate()
        losses.append([trainer.iterate().loss for _ in range(3)])
    assert losses[0] == losses[1]


def test_without_a_loss_samples_are_read_all_the_same() -> None:
    evaluation = bv.Trainer(Noise(), loss="output_gradient").evaluate()
    assert math.isnan(evaluation.loss)
    assert np.isnan(evaluation.scores.loss).all()
    assert (evaluation.scores.predicted >= 0).all()


def test_the_tutorials_one_sample_is_scored_against_its_own_target() -> None:
    trainer = bv.Trainer("random", loss="mse", batch_size=1)
    evaluation = trainer.evaluate()
    x, target = trainer.batch
    with torch.no_grad():
        assert evaluation.scores.loss.tolist() == [F.mse_loss(trainer.model(x), target).item()]
    assert trainer.samples("train").labels.tolist() == target.argmax(1).tolist()


def test_labels_are_known_of_any_data_set() -> None:
    trainer = bv.Trainer(Noise())
    assert trainer.samples("validation").labels.tolist() == [
        i * 7 % 10 for i in range(9 * SIZE, 10 * SIZE)
    ]
