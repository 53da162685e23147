"""Nothing is found in loops that train several networks in turn, as GANs and SAC do."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv


def codes(recording: bv.Recording) -> set[str]:
    return {finding.code for finding in recording.findings()}


def network() -> tuple[nn.Module, torch.optim.Optimizer]:
    net = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 4))
    return net, torch.optim.Adam(net.parameters(), lr=1e-3)


def test_a_discriminator_that_is_frozen_while_the_generator_trains_is_meant_to_move() -> None:
    torch.manual_seed(0)
    (generator, for_generator), (critic, for_critic) = network(), network()
    both, x = nn.ModuleList([generator, critic]), torch.randn(16, 4)
    for _ in range(3):
        critic.requires_grad_(False)
        with bv.record(both, [for_generator, for_critic]) as recording:
            for_generator.zero_grad()
            fake = generator(torch.randn(16, 4))
            (critic(fake) - 1).square().mean().backward()
            for_generator.step()
            critic.requires_grad_(True)
            for_critic.zero_grad()
            loss = (critic(x) - 1).square().mean() + critic(fake.detach()).square().mean()
            loss.backward()
            for_critic.step()
        assert "frozen_moved" not in codes(recording.recording)


def test_a_member_of_a_population_that_takes_anothers_weights_need_not_be_reached() -> None:
    torch.manual_seed(0)
    (best, for_best), (worst, for_worst) = network(), network()
    with bv.record(nn.ModuleList([best, worst]), [for_best, for_worst]) as recording:
        worst.load_state_dict(best.state_dict())
        for_best.zero_grad()
        best(torch.randn(16, 4)).square().mean().backward()
        for_best.step()
    assert "never_reached" not in codes(recording.recording)


def test_a_step_that_a_line_search_tries_again_need_not_reach_anything() -> None:
    torch.manual_seed(0)
    net = nn.Linear(4, 1)
    optimizer = torch.optim.SGD(net.parameters(), lr=1e-2)
    before = {name: value.clone() for name, value in net.state_dict().items()}
    net(torch.randn(16, 4)).square().mean().backward()
    optimizer.step()
    with bv.record(net, optimizer) as recording:
        net.load_state_dict(before)
        optimizer.param_groups[0]["lr"] /= 2
        optimizer.step()
    assert "nothing_reached" not in codes(recording.recording)


# Each at another pace, in variables of their own.
VARIABLES = """
for step in range(9):
    with bv.record(net, optimizer) as recording:
        optimizer.zero_grad()
        critic_loss = net(x).square().mean()
        critic_loss.backward()
        if step % 2 == 0:
            actor_loss = net(x).abs().mean()
            actor_loss.backward()
        if step % 3 == 0:
            alpha_loss = net(x).mean()
            alpha_loss.backward()
        if step % 4 == 0:
            entropy_loss = net(x).exp().mean()
            entropy_loss.backward()
        optimizer.step()
    found |= codes(recording.recording)
"""


def test_losses_that_variables_still_have_are_not_kept() -> None:
    torch.manual_seed(0)
    net, optimizer = network()
    found: set[str] = set()
    names = {"bv": bv, "net": net, "optimizer": optimizer, "x": torch.randn(16, 4)}
    exec(VARIABLES, {**names, "found": found, "codes": codes})
    assert "losses_kept" not in found


def found_while(keep: Callable[[Any, int, list[Tensor]], object]) -> set[str]:
    """What is found in eight iterations, each with three losses that the script keeps somehow."""
    torch.manual_seed(0)
    net, optimizer = network()
    x, kept, found = torch.randn(16, 4), dict[Any, Any](), set[str]()
    for step in range(8):
        with bv.record(net, optimizer) as recording:
            optimizer.zero_grad()
            losses = [net(x).square().mean(), net(x).abs().mean(), net(x).exp().mean()]
            for loss in losses:
                loss.backward()
            optimizer.step()
        found |= codes(recording.recording)
        keep(kept, step, losses)
    return found


def by_name(kept: dict[Any, Any], step: int, losses: list[Tensor]) -> None:
    kept.update(zip(("content", "style", "total"), losses, strict=True))


def by_step(kept: dict[Any, Any], step: int, losses: list[Tensor]) -> None:
    kept[step] = losses[0]


@pytest.mark.parametrize(("keep", "grows"), [(by_name, False), (by_step, True)])
def test_losses_are_kept_where_there_are_more_with_each_iteration(
    keep: Callable[[Any, int, list[Tensor]], object], grows: bool
) -> None:
    assert ("losses_kept" in found_while(keep)) is grows


def test_what_a_critics_loss_sends_to_a_generator_that_it_does_not_move_need_not_be_large() -> None:
    torch.manual_seed(0)
    (generator, for_generator), (critic, for_critic) = network(), network()
    both, x = nn.ModuleList([generator, critic]), torch.randn(16, 4)
    with bv.record(both, [for_generator, for_critic]) as recording:
        fake = generator(torch.randn(16, 4))  # as WGAN-GP's, which is not detached
        penalty = (critic(x).norm(dim=1) - 1).square().mean()
        loss = 1e-6 * (critic(fake).mean() - critic(x).mean()) + 10 * penalty
        critic.zero_grad()
        loss.backward()
        for_critic.step()
    grads = [net[0].weight.grad.norm() for net in (generator, critic)]
    assert grads[0] < 1e-5 * grads[1]
    assert not codes(recording.recording)
