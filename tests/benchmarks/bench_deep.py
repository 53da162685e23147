"""An iteration of a ResNet-152 in every panel of the window: its first frame, and cursor steps.

python tests/benchmarks/bench_deep.py
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import torch
from bench_graph import seconds
from deep_nets import ResNet
from PySide6.QtWidgets import QApplication
from report import Figure, print_figures
from windows import open_window

import backprop_viz as bv
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.run.history import History
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.training.recorded_steps import RecordedSteps
from backprop_viz.training.script.program_text import program

STEPS = 60


def recorded() -> ViewState:
    """A whole iteration of the network, narrow: hundreds of layers, 2,600 events."""
    torch.manual_seed(0)
    samples = [(torch.rand(1, 32, 32), i % 10) for i in range(8)]
    trainer = bv.Trainer(data=samples, batch_size=4, model=ResNet(width=8))
    recorder = RecordedSteps(trainer)
    while recorder.step() is not Phase.UPDATE:
        pass
    done, history = trainer.finished(), History()
    history.extend([(done.loss, done.accuracy)], [])
    recording, settings = recorder.recording(), Settings(batch_size=4)
    return ViewState(
        settings=settings,
        cursor=recording.at(len(recording.events)),
        program=program(settings, trainer.model),
        curves=history.curves(),
        iteration=1,
        due=trainer.phase,
    )


def figures() -> Iterator[Figure]:
    window, _ = open_window()
    view_state = recorded()

    def show(shown: ViewState) -> None:
        window.show_view_state(shown)
        QApplication.processEvents()

    yield Figure(
        "ResNet-152 in the window: first frame", seconds(lambda: show(view_state)), "s", 0.5
    )
    recording = view_state.cursor.recording
    for phase in (Phase.FORWARD, Phase.BACKWARD, Phase.UPDATE):
        span = recording.span(phase)
        assert span is not None
        middle = (span.start + span.stop - STEPS) // 2
        spent = []
        for position in range(middle, middle + STEPS):
            moved = replace(view_state, cursor=recording.at(position))
            spent.append(1e3 * seconds(lambda moved=moved: show(moved)))
        p95 = float(np.percentile(spent, 95))
        yield Figure(f"ResNet-152 in the window: a step in {phase}, p95", p95, "ms", 50)
    window.close()


if __name__ == "__main__":
    print_figures(figures())
