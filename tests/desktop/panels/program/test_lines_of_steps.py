"""Which line of a script is marked while a step by hand is gone through."""

from dataclasses import replace
from pathlib import Path

import torch

import backprop_viz as bv
from backprop_viz.capture.live.source import script_program
from backprop_viz.desktop.panels.program.program_marks import marks
from backprop_viz.recording.run.run_origin import RunOrigin
from tests.foreign.conftest import state_at


def test_what_a_step_computes_is_marked_at_its_own_line() -> None:
    w = torch.tensor([0.3, -1.7], requires_grad=True)
    velocity = torch.tensor([4.0, 2.0])
    with bv.record({"w": w}) as told:
        w.square().sum().backward()
        with torch.no_grad():
            velocity[:] = 0.9 * velocity + w.grad
            w[:] -= 0.01 * velocity
    recording, source = told.recording, Path(__file__).read_text(encoding="utf-8")
    program = script_program(source, __file__)
    standing = next(
        i for i, line in enumerate(program.lines, 1) if "recording, source" in line.text
    )
    operations = [i for i, event in enumerate(recording.events) if event.is_of_step]
    found = []
    for i in operations:
        # It is told of when the script stands at a later line.
        part = replace(recording, events=recording.events[: i + 1])
        view_state = replace(
            state_at(part),
            program=program,
            origin=RunOrigin("script", "test", __file__),
            line=standing,
        )
        row = marks(view_state).line
        assert row is not None
        found.append(program.lines[row].text.strip())
    assert list(dict.fromkeys(found)) == [
        "velocity[:] = 0.9 * velocity + w.grad",
        "w[:] -= 0.01 * velocity",
    ]
    end = replace(state_at(recording), program=program, line=standing)
    end = replace(end, origin=RunOrigin("script", "test", __file__))
    assert marks(end).line == standing - 1
