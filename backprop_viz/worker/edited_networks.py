"""Begins runs with networks that were edited in the window."""

import copy
from dataclasses import replace

import torch

from backprop_viz.recording.notices.notice import notice_of
from backprop_viz.stream.messages import NetworkTried
from backprop_viz.training.parts.network_source import NetworkError, try_forward
from backprop_viz.training.recorded_steps import preview
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
            trainer = Trainer.from_settings(replace(settings, input_form="batch"))
            if source is not None:
                _try(source, trainer)
            trainer.take_over(settings)
            self._state.adopt(settings, trainer, preview(trainer))
        except NetworkError as mistake:
            self._channel.answer(NetworkTried(source, notice_of(mistake), mistake.line))
        else:
            self._channel.answer(NetworkTried(source))


def _try(source: str, trainer: Trainer) -> None:
    """Run the forward of a copy of its network on the first batch. Raises NetworkError.

    On a copy: calling ``__init__`` again would count, print or download once more.
    """
    classes = len(trainer.source.classes)
    with torch.random.fork_rng(devices=[]):
        try_forward(source, copy.deepcopy(trainer.model), trainer.batch[0], classes)
