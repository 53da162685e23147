"""Before which event the cursor stands when a line is about to run."""

import sys
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import TensorDataset

import backprop_viz as bv
from backprop_viz.analysis.cursor.breakpoints import first_stop
from backprop_viz.analysis.cursor.line_stops import due_stop, line_stops
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.run.program import Line
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.training.script.program_text import program

TUTORIAL = Settings(data="random", loss="mse", lr=0.01, batch_size=1)
# The operations in each line of LeNet's forward, and in its return.
OPERATIONS = (3, 3, 1, 2, 2, 1, 0)


def run(settings: Settings, iterations: int = 1) -> tuple[Recording, tuple[Line, ...]]:
    trainer = bv.Trainer.from_settings(settings)
    for _ in range(iterations - 1):
        trainer.iterate()
    return trainer.record(), program(settings, trainer.model).lines


def cursors(recording: Recording, line: Line, lines: tuple[Line, ...]) -> list[int]:
    found = line_stops(recording, [Breakpoint("line", line.key)], lines)
    return [position for position, _ in found]


def test_each_line_of_the_forward_stops_before_its_first_operation() -> None:
    recording, lines = run(TUTORIAL)
    inside = [line for line in lines if line.source_line is not None and line.runs]
    assert len(inside) == len(OPERATIONS)
    for i, line in enumerate(inside):
        assert cursors(recording, line, lines) == [10 + sum(OPERATIONS[:i])]
    others = [line for line in lines if line.source_line is not None and not line.runs]
    for line in others:  # def and docstring
        assert cursors(recording, line, lines) == []


@pytest.mark.parametrize("optimizer", ["manual", "sgd"])
@pytest.mark.parametrize("schedule", ["none", "cosine", "step"])
@pytest.mark.parametrize("iteration", [1, 2])
def test_each_line_of_the_loop_stops_where_it_is_about_to_run(
    optimizer: str, schedule: str, iteration: int
) -> None:
    options = {"step_size": 2} if schedule == "step" else {}
    settings = replace(TUTORIAL, optimizer=optimizer, schedule=schedule, schedule_options=options)
    recording, lines = run(settings, iteration)
    # 10 gradients cleared, 12 operations, the loss, and a node for each of the graph's.
    forward, loss, backward = 10, 22, 23
    update = backward + len(recording.graph.nodes)
    end = update + 10
    expected = {
        "for x, y in loader:": [0],
        "net.zero_grad()" if optimizer == "manual" else "optimizer.zero_grad()": [0],
        "out = net(x)": [forward],
        "loss = criterion(out, y)": [loss],
        "loss.backward()": [backward],
        "optimizer.step()": [update],
        "with torch.no_grad():": [update],
        "for p in net.parameters():": list(range(update, end)),
        "p.sub_(p.grad * lr)": list(range(update, end)),
        "scheduler.step()": [end],
        "iteration += 1": [end],
        "if iteration % 2 == 0:": [end],
        "lr *= 0.1": [end] if iteration % 2 == 0 else [],
    }
    for line in lines:
        if line.name and not line.text.strip().startswith("lr = "):
            assert cursors(recording, line, lines) == expected[line.text.strip()]


class Looping(nn.Module):
    """A line that runs three times, one that runs in no iteration, one with no operation."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(1024, 8), nn.Linear(8, 8), nn.Linear(8, 10)])

    def forward(self, x: Tensor) -> Tensor:
        x = x.flatten(1)
        for layer in self.layers:
            x = layer(x)
            if x.shape[1] == 7:
                x = x.relu()
        size = x.shape
        return x.view(size)


def test_a_line_stops_each_time_it_runs_and_never_where_it_does_not() -> None:
    data = TensorDataset(torch.rand(10, 1, 32, 32), torch.arange(10))
    trainer = bv.Trainer(data, model=Looping(), batch_size=4)
    before = sys.gettrace()
    recording = trainer.record()
    assert sys.gettrace() is before
    lines = program(TUTORIAL, trainer.model).lines
    by_text = {line.text.strip(): line for line in lines}
    first = recording.span(Phase.FORWARD).start
    assert cursors(recording, by_text["x = layer(x)"], lines) == [first + 1, first + 2, first + 3]
    assert cursors(recording, by_text["x = x.relu()"], lines) == []
    assert cursors(recording, by_text["size = x.shape"], lines) == [first + 4]
    assert cursors(recording, by_text["return x.view(size)"], lines) == [first + 4]


def test_what_begins_where_the_recording_ends_is_due() -> None:
    _, lines = run(TUTORIAL)
    for name, due in (("loader", Phase.ZERO_GRAD), *((p.value, p) for p in Phase)):
        breakpoint_ = Breakpoint("line", name)
        for phase in Phase:
            assert due_stop(phase, [breakpoint_], lines) == (breakpoint_ if phase is due else None)


def test_the_line_at_which_the_cursor_stands_is_not_stopped_at_again() -> None:
    recording, lines = run(TUTORIAL)
    inside = [line for line in lines if line.source_line is not None and line.runs]
    both = [Breakpoint("line", "forward"), Breakpoint("line", inside[0].key)]
    where = (recording, both, lines)
    assert first_stop(*where, 0, Phase.ZERO_GRAD) == (10, both[0])
    # Forward has just run, from the line that calls it: the first line inside comes next.
    assert first_stop(*where, 10, Phase.ZERO_GRAD) == (10, both[1])
    assert first_stop(*where, 10, Phase.ZERO_GRAD, ran=False) is None
    after = Breakpoint("parameter", "fc3.bias")
    position, found = first_stop(recording, [*both, after], lines, 11, Phase.ZERO_GRAD)
    assert found == after
    assert recording.events[position - 1].parameter == "fc3.bias"
