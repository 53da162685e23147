"""Begins runs with networks that were edited in the window."""

from dataclasses import replace

import torch

from backprop_viz.recording.notices import notice_of
from backprop_viz.recording.settings import Settings
from backprop_viz.stream.messages import NetworkTried
from backprop_viz.training.network_source import NetworkError, try_forward
from backprop_viz.training.trainer import Trainer
from backprop_viz.worker.channel import WorkerChannel
from backprop_viz.worker.run_state import RunState


class EditedNetworks:
    """Tries the source of a network; the run goes over to it only if it has no mistake."""

    def __init__(self, state: RunState, channel: WorkerChannel) -> None:
        self._state, self._channel = state, channel

    def run(self, source: str | None) -> None:
        """Begin a run of the same settings with this network; None: the built-in one.

        With a mistake in it, the run before goes on untouched, and the window is told the line.
        """
        settings = replace(self._state.settings, network=source)
        try:
            if source is not None:
                _try(source, settings)
            self._state.begin(settings)
        except NetworkError as mistake:
            self._channel.answer(NetworkTried(source, notice_of(mistake), mistake.line))
        else:
            self._channel.answer(NetworkTried(source))


def _try(source: str, settings: Settings) -> None:
    """Run the forward of another such network on the first batch. Raises NetworkError."""
    trial = Trainer.from_settings(replace(settings, input_form="batch"))
    with torch.random.fork_rng(devices=[]):
        try_forward(source, trial.model, trial.batch[0], len(trial.source.classes))
