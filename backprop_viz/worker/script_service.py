"""Writes the run as a script, to be copied or saved, or as a notebook."""

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from backprop_viz.digits.data_sets import DATA_SETS
from backprop_viz.recording.errors import UserError
from backprop_viz.recording.files.atomic import write_atomically
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP
from backprop_viz.stream.messages import Scripted
from backprop_viz.training.script.notebook import notebook
from backprop_viz.training.script.script_data import run_data
from backprop_viz.training.script.standalone_script import Run, samples_taken, script
from backprop_viz.worker.channel import WorkerChannel
from backprop_viz.worker.run_state import RunState

# Of a run that has not begun, the script runs this many iterations.
FIRST = 10
# The most characters that go to the clipboard; of more samples than this not even packed ones fit.
LONGEST_SCRIPT = 1_000_000
MOST_SAMPLES = 20_000
# The most bytes of packed samples in a notebook, where one scrolls past them.
_MOST_IN_NOTEBOOK = 60_000
DATA = ".data"
NOTEBOOK = ".ipynb"


class ScriptService:
    """Makes scripts, and sends or saves them."""

    def __init__(self, state: RunState, channel: WorkerChannel) -> None:
        self._state, self._channel = state, channel

    # -- commands ----------------------------------------------------------------------------

    def copy(self) -> None:
        """Send the run so far as a script, if it is not too long for that."""
        if self._samples() > MOST_SAMPLES:
            self._channel.answer(Scripted(self._iterations, None, None, None))
            return
        run = self._run()
        text = script(run, beside=False)
        fits = len(text) <= LONGEST_SCRIPT
        self._channel.answer(Scripted(run.iterations, text if fits else None, None, run.foreign))

    def save(self, path: str, texts: Mapping[str, str]) -> None:
        """Write the script or notebook, and samples that are too many for it to a file beside it.

        Raises UserError, if that cannot be.
        """
        run, file = self._run(), Path(path)
        is_notebook = file.suffix == NOTEBOOK
        carried = run.data.carried
        most = _MOST_IN_NOTEBOOK if is_notebook else LONGEST_SCRIPT // 2
        beside = carried is not None and len(carried.packed) > most
        data = file.with_suffix(DATA) if carried is not None and beside else None
        if carried is not None and data is not None:
            # Whoever replaces a script means its samples too; who saves a new one does not.
            if data.exists() and not file.exists() and data.read_bytes() != carried.packed:
                raise UserError(
                    QT_TRANSLATE_NOOP(
                        "errors",
                        "{0} is there already, and would be replaced by the samples of the run; "
                        "choose another name.",
                    ),
                    data.name,
                )
            write_atomically(data, carried.packed)
        if is_notebook:
            text = notebook(run, None if data is None else data.name, texts)
        else:
            text = script(run, beside)
        write_atomically(file, text.encode())
        beside_it = None if data is None else str(data)
        self._channel.answer(Scripted(run.iterations, None, path, run.foreign, beside_it))

    # ----------------------------------------------------------------------------------------

    @property
    def _iterations(self) -> int:
        return self._state.trainer.iteration or FIRST

    def _given_batches(self) -> dict[int, tuple[Tensor, Tensor]]:
        trainer = self._state.trainer
        return {i: batch for i, batch in trainer.given_batches.items() if i < trainer.iteration}

    def _taken(self) -> int:
        """How many samples the loader gave."""
        size = len(self._state.trainer.samples("train"))
        return samples_taken(self._state.journal, self._iterations, self._given_batches(), size)

    def _samples(self) -> int:
        """How many samples the script has to take along."""
        if DATA_SETS[self._state.settings.data].script is not None:
            return 0
        return min(self._taken(), len(self._state.trainer.samples("train")))

    def _run(self) -> Run:
        state, trainer = self._state, self._state.trainer
        data = run_data(state.settings, trainer.source, self._taken())
        threads = torch.get_num_threads()
        return Run(
            trainer.model, state.journal, self._iterations, self._given_batches(), data, threads
        )
