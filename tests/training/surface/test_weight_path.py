"""The kept weights of a run."""

from itertools import count

import numpy as np
import torch
from torch import nn

from backprop_viz.training.surface.weight_path import MOST_ON_PATH, WeightPath
from tests.nightly import by_night


def stand(model: nn.Linear, iteration: int) -> None:
    with torch.no_grad():
        model.weight.fill_(iteration)


def walked(iterations: int, a_second: int = 10) -> tuple[WeightPath, nn.Linear]:
    clock = count(step=1 / a_second)
    path, model = WeightPath(clock.__next__), nn.Linear(3, 1, bias=False)
    stand(model, 0)
    path.begin(0, model)
    for i in range(1, iterations + 1):
        stand(model, i)
        path.add(i, model)
    return path, model


def kept(path: WeightPath, iteration: int) -> list[int]:
    iterations, weights = path.points(iteration, np.full(3, iteration, np.float32))
    assert (weights == iterations[:, None]).all()  # each point is of its iteration
    return iterations.tolist()


def test_a_short_run_is_kept_whole() -> None:
    path, _ = walked(20)
    assert kept(path, 20) == list(range(21))


def test_a_long_run_is_thinned_out_evenly_and_its_last_steps_stay() -> None:
    path, _ = walked(1000)
    iterations = kept(path, 1000)
    assert iterations[0] == 0
    assert iterations[-8:] == list(range(993, 1001))
    assert MOST_ON_PATH / 2 < len(iterations) <= MOST_ON_PATH + 8
    steps = np.diff(iterations[:-8])
    assert len(set(steps.tolist())) <= 2


def test_where_iterations_go_by_quickly_few_of_the_last_are_kept() -> None:
    path, _ = walked(1000, a_second=1000)
    iterations = kept(path, 1000)
    assert iterations[-1] == 1000
    assert iterations[-2] < 993
    assert set(np.diff(iterations[: MOST_ON_PATH // 2])) <= {16, 32}
    assert MOST_ON_PATH / 2 < len(iterations) <= MOST_ON_PATH + 8


def test_what_a_rewind_takes_back_is_forgotten() -> None:
    path, model = walked(30)
    stand(model, 10)
    path.rewind(10, model)
    assert kept(path, 10) == list(range(11))
    stand(model, 11)
    path.add(11, model)
    assert kept(path, 11) == list(range(12))


@by_night
def test_large_weights_are_kept_less_often() -> None:
    path, model = WeightPath(count().__next__), nn.Linear(3_000_000, 1, bias=False)
    path.begin(0, model)
    for i in range(1, 40):
        path.add(i, model)
    now = model.weight.detach().numpy().ravel()
    iterations, _ = path.points(39, now)
    assert iterations[-8:].tolist() == list(range(32, 40))
    assert 1 < len(iterations[:-8]) <= 3


def test_another_run_begins_anew() -> None:
    path, model = walked(30)
    stand(model, 7)
    path.begin(7, model)
    assert kept(path, 7) == [7]
