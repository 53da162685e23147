"""Racers against plain loops in torch: bit for bit what each setting does alone."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import nn

import backprop_viz as bv
from backprop_viz.analysis.race_standings import RaceStandings
from backprop_viz.recording.errors import ArgumentError
from backprop_viz.recording.requests.race import RaceLane, RaceRequest
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.training.race import Race

BASE = Settings(batch_size=16)


def raced(request: RaceRequest, every: int = 3) -> RaceStandings:
    """Run a race, and take its news now and then."""
    race, standings = Race(request), RaceStandings(request.lanes)
    shares = []
    for count, _ in enumerate(race.slices()):
        if count % every == 0:
            standings.take(race.news())
            shares.append(race.share)
    standings.take(race.news())
    assert shares == sorted(shares)
    assert race.share == 1
    return standings


def plain_losses(make: object, seed: int, iterations: int) -> list[float]:
    """The tutorial's loop, with a torch optimizer that ``make`` gives."""
    torch.manual_seed(seed)
    net = bv.LeNet()
    trainer = bv.Trainer(batch_size=16, seed=seed)
    optimizer = make(net.parameters())  # type: ignore[operator]
    samples, losses = trainer.samples("train"), []
    for k in range(iterations):
        images, labels = samples.batch(torch.arange(16 * k, 16 * k + 16))
        optimizer.zero_grad()
        loss = F.cross_entropy(net(images), labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def test_each_racer_is_the_plain_loop_bit_for_bit() -> None:
    lanes = (
        RaceLane(replace(BASE, optimizer="sgd", lr=0.1), (0, 3)),
        RaceLane(replace(BASE, optimizer="adam", lr=0.01), (0,)),
        RaceLane(
            replace(BASE, optimizer="rmsprop", lr=0.002, optimizer_options={"momentum": 0.5}), (0,)
        ),
    )
    standings = raced(RaceRequest(lanes, 6))
    makers = {
        (0, 0, 0): lambda p: torch.optim.SGD(p, lr=0.1),
        (0, 1, 3): lambda p: torch.optim.SGD(p, lr=0.1),
        (1, 0, 0): lambda p: torch.optim.Adam(p, lr=0.01),
        (2, 0, 0): lambda p: torch.optim.RMSprop(p, lr=0.002, momentum=0.5),
    }
    for (lane, place, seed), make in makers.items():
        assert standings.losses(lane, place).tolist() == plain_losses(make, seed, 6)


def test_the_accuracy_is_that_of_the_network_after_the_last_iteration() -> None:
    standings = raced(RaceRequest((RaceLane(replace(BASE, optimizer="adam", lr=0.003)),), 4))
    trainer = bv.Trainer(batch_size=16, optimizer="adam", lr=0.003)
    for _ in range(4):
        trainer.iterate()
    evaluation = trainer.evaluate()
    result = standings.result(0)
    assert result.accuracy == evaluation.accuracy
    assert result.iterations == 4
    assert result.seconds > 0


def test_one_that_diverges_stops_there_and_the_others_go_on() -> None:
    lanes = (RaceLane(replace(BASE, lr=1e6)), RaceLane(replace(BASE, lr=0.01)))
    standings = raced(RaceRequest(lanes, 8))
    losses = standings.losses(0, 0)
    (at,) = standings.result(0).diverged
    assert len(losses) == at < 8
    assert not math.isfinite(losses[-1])
    assert np.isfinite(losses[:-1]).all()
    assert math.isnan(standings.result(0).accuracy)
    assert standings.result(1).diverged == ()
    assert len(standings.losses(1, 0)) == 8
    alone = bv.Trainer(batch_size=16, lr=0.01)
    assert standings.losses(1, 0).tolist() == [alone.iterate().loss for _ in range(8)]


def test_torchs_random_state_is_left_alone() -> None:
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    raced(RaceRequest((RaceLane(BASE), RaceLane(replace(BASE, seed=2))), 2))
    assert torch.equal(torch.rand(3), expected)


def test_settings_that_torch_refuses_are_refused() -> None:
    lane = RaceLane(replace(BASE, optimizer="adam", optimizer_options={"betas": (2.0, 0.9)}))
    with pytest.raises(ArgumentError, match="adam"):
        raced(RaceRequest((lane,), 2))


def test_a_network_is_each_racers_own() -> None:
    race = Race(RaceRequest((RaceLane(BASE, (0, 1)),), 1))
    for _ in race.slices():
        pass
    first, second = (racer.trainer.model for racer in race.racers)
    assert isinstance(first, nn.Module)
    assert first is not second
    assert not torch.equal(first.conv1.weight, second.conv1.weight)
