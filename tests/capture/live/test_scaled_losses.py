"""The curve has each loss as it was before a GradScaler scaled it, or as it is without one."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv

Step = Callable[[list[nn.Linear], list[torch.optim.Optimizer], int], Tensor]


def scalers() -> list[torch.amp.GradScaler]:
    return [torch.amp.GradScaler("cpu", init_scale=2.0**power) for power in (8, 12)]


def two_scalers() -> Step:
    """A GAN's, one for each network."""
    for_generator, for_critic = scalers()

    def step(nets: list[nn.Linear], optimizers: list[torch.optim.Optimizer], _: int) -> Tensor:
        fake = nets[0](torch.ones(4, 3))
        optimizers[1].zero_grad()
        for_critic.scale(nets[1](fake.detach()).square().mean()).backward()
        for_critic.step(optimizers[1])
        for_critic.update()
        optimizers[0].zero_grad()
        loss: Tensor = (nets[1](fake) - 1).square().mean()
        for_generator.scale(loss).backward()
        for_generator.step(optimizers[0])
        for_generator.update()
        return loss.detach()

    return step


def now_and_then() -> Step:
    """One that scales the loss of every second iteration alone."""
    scaler, _ = scalers()

    def step(nets: list[nn.Linear], optimizers: list[torch.optim.Optimizer], i: int) -> Tensor:
        for optimizer in optimizers:
            optimizer.zero_grad()
        loss: Tensor = nets[1](nets[0](torch.ones(4, 3))).square().mean()
        if i % 2:
            scaler.scale(loss).backward()
            scaler.step(optimizers[0])
            scaler.step(optimizers[1])
            scaler.update()
        else:
            loss.backward()
            optimizers[0].step()
            optimizers[1].step()
        return loss.detach()

    return step


def in_parts() -> Step:
    """A loss in two parts, each divided by how many they are, and of no power of two."""
    scaler = torch.amp.GradScaler("cpu", init_scale=3000.0, growth_interval=2, growth_factor=1.7)

    def step(nets: list[nn.Linear], optimizers: list[torch.optim.Optimizer], _: int) -> Tensor:
        for part in range(2):
            loss: Tensor = nets[1](nets[0](torch.ones(4, 3) * part)).square().mean() / 2
            scaler.scale(loss).backward()
        for optimizer in optimizers:
            scaler.step(optimizer)
        scaler.update()
        for optimizer in optimizers:
            optimizer.zero_grad()
        return loss.detach()

    return step


@pytest.mark.parametrize("every", [1, 1000])
@pytest.mark.parametrize("made", [two_scalers, now_and_then, in_parts])
def test_it_is_the_loss_itself(made: Callable[[], Step], every: int, tmp_path: Path) -> None:
    torch.manual_seed(3)
    nets, step = [nn.Linear(3, 3), nn.Linear(3, 1)], made()
    optimizers: list[torch.optim.Optimizer] = [
        torch.optim.SGD(net.parameters(), lr=0.1) for net in nets
    ]
    watch = bv.watch(nets, optimizers, tmp_path / "run.bprec", every=every)
    losses = [step(nets, optimizers, i).item() for i in range(6)]
    watch.close()
    run = bv.load(tmp_path / "run.bprec")
    assert run.losses[1].tolist() == losses
    assert [recording.loss for recording in run] == (losses if every == 1 else [])
