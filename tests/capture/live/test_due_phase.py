"""What a window is told to come next after a backward of which no iteration before tells."""

from pathlib import Path
from typing import Any

import pytest

from backprop_viz.capture.live.due_phase import DuePhase
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import PhaseSpan
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.stream.commands import Step, Train
from tests.capture.live.script_runs import Scripts

PLAIN = """
for i in range(1):
    loss.backward()
    clip()
    optimizer.step()
    scheduler.step()
"""
ON_ONE_LINE = """
import torch
net = torch.nn.Linear(3, 2)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for i in range(2):
    loss = net(torch.ones(4, 3)).square().mean()
    optimizer.zero_grad(); loss.backward(); optimizer.step()
"""
LOOPS = {
    "plain": (PLAIN, Phase.UPDATE),
    "a scaler": (PLAIN.replace("optimizer.step()", "scaler.step(optimizer)"), Phase.UPDATE),
    "in a with": (PLAIN.replace("    loss.", "    with context:\n        loss."), Phase.UPDATE),
    "in functions": (
        """
def run():
    loss.backward()
    return loss
def turn():
    run()
    optimizer.step()
for i in range(1):
    turn()
""",
        Phase.UPDATE,
    ),
    "on a condition": (
        PLAIN.replace("    optimizer", "    if (i + 1) % 2 == 0:\n        optimizer"),
        None,
    ),
    "in an inner loop": (
        """
for i in range(1):
    for _ in range(1):
        loss.backward()
    optimizer.step()
""",
        None,
    ),
    "two backwards": (PLAIN.replace("clip()", "other.backward()"), None),
    "nothing but a scheduler": (PLAIN.replace("    optimizer.step()\n", ""), None),
    "in a closure": (
        """
def closure():
    loss.backward()
    return loss
optimizer.step(closure)
""",
        None,
    ),
}


class _Told:
    """A loss whose first backward is told of, and whatever else a loop calls."""

    def __init__(self) -> None:
        self.due: list[Phase | None] = []

    def backward(self) -> None:
        due = DuePhase()
        for phase in (Phase.ZERO_GRAD, Phase.FORWARD, Phase.LOSS):
            due.ended(phase)
        due.ended(Phase.BACKWARD)
        self.due.append(due.phase)

    def step(self, closure: Any = None) -> None:
        if callable(closure):
            closure()

    def __call__(self) -> None: ...
    def __enter__(self) -> None: ...
    def __exit__(self, *_: object) -> None: ...


@pytest.mark.parametrize("kind", LOOPS)
def test_what_is_due_after_the_first_backward(kind: str, tmp_path: Path) -> None:
    source, due = LOOPS[kind]
    script, told = tmp_path / "train.py", _Told()
    script.write_text(source)
    names = ("loss", "other", "optimizer", "scheduler", "scaler", "clip", "context")
    exec(compile(source, str(script), "exec"), dict.fromkeys(names, told))
    assert told.due[0] is due


def test_a_loop_goes_on_as_the_iteration_before() -> None:
    """An accumulation over two batches."""
    ran = [Phase.ZERO_GRAD, *(Phase.FORWARD, Phase.LOSS, Phase.BACKWARD) * 2, Phase.UPDATE]
    due, said = DuePhase(), []
    for _ in range(2):
        due.begins()
        for phase in ran:
            due.ended(phase)
            said.append(due.phase)
        due.iteration_ended(None)
    assert (said[3], said[6]) == (None, None)
    assert said[len(ran) : -1] == ran[1:]


def test_the_update_that_ended_an_iteration_is_due_again() -> None:
    ran = (Phase.FORWARD, Phase.LOSS, Phase.ZERO_GRAD, Phase.BACKWARD)
    due = DuePhase()
    for _ in range(2):
        due.begins()
        for phase in ran:
            due.ended(phase)
        said = due.phase
        due.iteration_ended(Recording(1, (), spans=(PhaseSpan(Phase.UPDATE, 0, 0, 0.0),)))
    assert said is Phase.UPDATE


def test_what_ran_before_the_model_was_found_is_of_the_first_iteration() -> None:
    due = DuePhase()
    for number in range(2):
        due.begins()
        due.have_run([Phase.ZERO_GRAD]) if number == 0 else due.ended(Phase.ZERO_GRAD)
        for phase in (Phase.FORWARD, Phase.LOSS, Phase.BACKWARD):
            due.ended(phase)
        said = due.phase
        due.iteration_ended(Recording(1, (), spans=(PhaseSpan(Phase.UPDATE, 0, 0, 0.0),)))
    assert said is Phase.UPDATE


def test_what_is_called_on_one_line_is_known_before_the_first_iteration_is_over(
    scripts: Scripts, tmp_path: Path
) -> None:
    script = tmp_path / "train.py"
    script.write_text(ON_ONE_LINE)
    with scripts.followed(str(script)) as window:
        held = window.held()
        due = [held.due]
        while (held := window.carried_out(Step())).iteration < 1:
            due.append(held.due)
        window.command(Train())
    assert due[1:] == [Phase.LOSS, Phase.ZERO_GRAD, Phase.BACKWARD, Phase.UPDATE]


def test_where_a_loop_always_steps_that_is_due() -> None:
    due = DuePhase(ours=True)
    due.ended(Phase.BACKWARD)
    assert due.phase is Phase.UPDATE
