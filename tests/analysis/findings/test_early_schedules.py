"""A schedule that steps before its optimizer ever did, as torch's own warning says; else not."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch.optim.lr_scheduler import LambdaLR, LRScheduler, StepLR

import backprop_viz as bv
from tests.analysis.findings.broken_loops import X, small
from tests.analysis.findings.loops_of_steps import LABELS
from tests.capture.live.script_runs import Scripts

Loop = Callable[[Callable[[], None], torch.optim.Optimizer, LRScheduler], None]


def first_of_all(step: Callable[[], None], _: torch.optim.Optimizer, schedule: LRScheduler) -> None:
    schedule.step()
    step()
    step()


def after_each(step: Callable[[], None], _: torch.optim.Optimizer, schedule: LRScheduler) -> None:
    for _turn in range(2):
        step()
        schedule.step()


def resumed(
    step: Callable[[], None], optimizer: torch.optim.Optimizer, schedule: LRScheduler
) -> None:
    schedule.load_state_dict({**schedule.state_dict(), "_step_count": 12, "last_epoch": 11})
    step()
    step()


def ahead_in(loop: Loop, schedule_of: Callable[[torch.optim.Optimizer], LRScheduler]) -> list[bool]:
    """Of each iteration, whether it is found."""
    net = small()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    found = []

    def step() -> None:
        with bv.record(net, optimizer) as made:
            optimizer.zero_grad()
            F.cross_entropy(net(X), LABELS).backward()
            optimizer.step()
        found.append("schedule_ahead" in {finding.code for finding in made.recording.findings()})

    loop(step, optimizer, schedule_of(optimizer))
    return found


@pytest.mark.filterwarnings("ignore:Detected call of")
@pytest.mark.parametrize(
    ("loop", "expected"),
    [(first_of_all, [True, False]), (after_each, [False, False]), (resumed, [False, False])],
)
def test_the_first_step_alone_tells_of_it(loop: Loop, expected: list[bool]) -> None:
    assert ahead_in(loop, lambda optimizer: StepLR(optimizer, 1)) == expected


def test_a_warm_up_whose_first_rate_is_another_is_meant() -> None:
    def warm_up(optimizer: torch.optim.Optimizer) -> LRScheduler:
        return LambdaLR(optimizer, lambda turn: (turn + 1) / 10)

    assert ahead_in(after_each, warm_up) == [False, False]


SCRIPT = """
import torch
from torch import nn
torch.manual_seed(0)
net = nn.Linear(3, 2)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
schedule = torch.optim.lr_scheduler.StepLR(optimizer, 1, 0.5)
for epoch in range(2):
    schedule.step()
    for _ in range(2):
        optimizer.zero_grad()
        net(torch.ones(4, 3)).square().mean().backward()
        optimizer.step()
"""


def test_in_a_script_that_steps_it_before_each_epoch(scripts: Scripts, tmp_path: Path) -> None:
    script, file = tmp_path / "epochs.py", tmp_path / "epochs.bprec"
    script.write_text(SCRIPT)
    scripts.recorded("--to", str(file), str(script))
    with bv.load(file) as loaded:
        found = [{one.code: one for one in recording.findings()} for recording in loaded]
    assert ["schedule_ahead" in codes for codes in found] == [True, False, False, False]
    assert found[0]["schedule_ahead"].values == ("SGD", 0.05)


def _warming_up(optimizer: torch.optim.Optimizer, factor: Callable[[int], float]) -> list[int]:
    """Of each of three iterations, how often it is said that the rate is 0."""
    net = optimizer.param_groups[0]["params"]
    schedule, found = LambdaLR(optimizer, factor), []
    model = torch.nn.ParameterList(net)
    for _ in range(3):
        with bv.record(model, optimizer) as made:
            optimizer.zero_grad()
            (X @ net[0].T).square().mean().backward()
            optimizer.step()
        schedule.step()
        codes = [finding.code for finding in made.recording.findings()]
        found.append(codes.count("rate_is_zero"))
    return found


def test_a_warm_up_that_begins_at_zero_is_none_that_stays_there() -> None:
    def groups() -> list[dict[str, object]]:
        weights = [torch.nn.Parameter(torch.randn(4, X.shape[1])) for _ in range(2)]
        return [{"params": weights[:1]}, {"params": weights[1:]}]

    adam = torch.optim.AdamW(groups(), lr=0.01)
    assert _warming_up(adam, lambda step: step / 3) == [0, 0, 0]
    adam = torch.optim.AdamW(groups(), lr=0.01)
    assert _warming_up(adam, lambda step: step // 3) == [0, 1, 1]
    assert _warming_up(torch.optim.AdamW(groups(), lr=0.0), lambda step: 1.0) == [1, 1, 1]


class _OwnRate(torch.optim.SGD):
    """Computes its rate itself, as Adafactor does, whatever its group has."""

    def step(self, closure: Callable[[], float] | None = None) -> float | None:
        for group in self.param_groups:
            for parameter in group["params"]:
                with torch.no_grad():
                    parameter.sub_(parameter.grad, alpha=0.01)
        return None


def test_a_rate_of_zero_that_the_optimizer_does_not_use() -> None:
    def weights() -> list[torch.nn.Parameter]:
        return [torch.nn.Parameter(torch.ones(4, X.shape[1]))]

    assert _warming_up(_OwnRate(weights(), lr=0.0), lambda _: 1.0) == [0, 0, 0]
    assert _warming_up(torch.optim.SGD(weights(), lr=0.0), lambda _: 1.0) == [1, 1, 1]
