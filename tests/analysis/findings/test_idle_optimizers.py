"""An optimizer that a loop only clears is found; one that may step in another turn is not."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import nn

import backprop_viz as bv
from tests.analysis.findings.broken_loops import X
from tests.analysis.findings.loops_of_steps import LABELS, one_never_steps
from tests.capture.live.script_runs import Scripts

Optimizers = tuple[torch.optim.Optimizer, torch.optim.Optimizer]


def network() -> nn.Sequential:
    torch.manual_seed(4)
    return nn.Sequential(nn.Linear(5, 6), nn.Tanh(), nn.Linear(6, 3))


def of_parts(net: nn.Sequential) -> Iterator[torch.optim.Optimizer]:
    return (torch.optim.SGD(one.parameters(), lr=0.1) for one in (net[0], net[2]))


def found(made: bv.Recording) -> list[tuple[object, ...]]:
    return [one.values for one in made.findings() if one.code == "one_never_steps"]


def test_the_weights_stay_as_they_are() -> None:
    """What the finding says, of the plain loop."""
    assert found(one_never_steps()) == [("SGD", "2.weight", 2)]
    net = network()
    moved, stays = of_parts(net)
    before = net[2].weight.clone()
    for _ in range(2):
        moved.zero_grad()
        stays.zero_grad()
        F.cross_entropy(net(X), LABELS).backward()
        assert stays.param_groups[0]["params"][0].grad.any()
        moved.step()
    assert torch.equal(net[2].weight, before)


def test_a_turn_of_its_own_is_meant() -> None:
    net, made = network(), []
    critic, player = of_parts(net)
    for turn in range(4):
        optimizer = player if turn == 2 else critic
        with bv.record(net, [critic, player]) as recording:
            critic.zero_grad()
            player.zero_grad()
            F.cross_entropy(net(X), LABELS).backward()
            optimizer.step()
        made.append(recording.recording)
    assert [found(one) for one in made] == [[], [], [], []]


def test_a_part_that_steps_every_other_time_is_meant() -> None:
    net, made = network(), []
    often, seldom = of_parts(net)
    for turn in range(2):
        with bv.record(net, [often, seldom]) as recording:
            often.zero_grad()
            F.cross_entropy(net(X), LABELS).backward()
            often.step()
            if turn:
                seldom.step()
                seldom.zero_grad()
        made.append(recording.recording)
    assert [found(one) for one in made] == [[], []]


def test_one_of_a_list_may_step_in_turn() -> None:
    net = network()
    several = list(of_parts(net))
    with bv.record(net, several) as recording:
        for cleared in several:
            cleared.zero_grad()
        F.cross_entropy(net(X), LABELS).backward()
        several[0].step()
    assert found(recording.recording) == []


def stepped_elsewhere(waiting: list[torch.optim.Optimizer]) -> None:
    for one in waiting:
        one.step()


def test_one_that_is_handed_on_may_step_there() -> None:
    net = network()
    goes, handed_on = of_parts(net)
    with bv.record(net, [goes, handed_on]) as recording:
        goes.zero_grad()
        handed_on.zero_grad()
        F.cross_entropy(net(X), LABELS).backward()
        goes.step()
    stepped_elsewhere([handed_on])
    assert found(recording.recording) == []


class Trainer:
    """Has its optimizers as attributes, and forgets one."""

    def __init__(self, net: nn.Sequential) -> None:
        self.net = net
        self.known, self.left_alone = of_parts(net)

    def iterate(self) -> None:
        self.known.zero_grad()
        self.left_alone.zero_grad()
        F.cross_entropy(self.net(X), LABELS).backward()
        self.known.step()


def test_an_attribute_that_is_only_cleared() -> None:
    trainer = Trainer(network())
    with bv.record(trainer.net, [trainer.known, trainer.left_alone]) as recording:
        trainer.iterate()
    assert found(recording.recording) == [("SGD", "2.weight", 2)]


SCRIPT = """
import torch
from torch import nn
torch.manual_seed(0)

def train(encoder, head, opt_encoder, opt_head):
    for _ in range(3):
        opt_encoder.zero_grad()
        opt_head.zero_grad()
        head(encoder(torch.ones(4, 3))).square().mean().backward()
        opt_encoder.step(){rest}

encoder, head = nn.Linear(3, 4), nn.Linear(4, 2)
opt_encoder = torch.optim.SGD(encoder.parameters(), lr=0.1)
opt_head = torch.optim.SGD(head.parameters(), lr=0.1)
schedule = torch.optim.lr_scheduler.StepLR(opt_head, 5)
train(encoder, head, opt_encoder, opt_head)
"""


@pytest.mark.parametrize(("rest", "expected"), [("", 3), ("\n        opt_head.step()", 0)])
def test_in_a_script(scripts: Scripts, tmp_path: Path, rest: str, expected: int) -> None:
    script, file = tmp_path / "two.py", tmp_path / "two.bprec"
    script.write_text(SCRIPT.replace("{rest}", rest))
    scripts.recorded("--to", str(file), str(script))
    with bv.load(file) as loaded:
        said = [one for recording in loaded for one in found(recording)]
    assert len(said) == expected
