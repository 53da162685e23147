"""The worker's part that writes the run out as a script, to be copied or saved."""

from pathlib import Path
from typing import TYPE_CHECKING

import torch

from .core.files.atomic import write_atomically
from .core.script import Run, samples_taken, script
from .core.script_data import run_data
from .link import Mailbox
from .messages import Scripted

if TYPE_CHECKING:
    from .worker import Worker

# Of a run that has not begun, the script runs so many iterations.
FIRST = 10
# The most characters that go to the clipboard.
LONGEST = 1_000_000
DATA = ".data"


class Scripts:
    """Makes scripts; the methods under "commands" are those that the window may name."""

    def __init__(self, worker: "Worker", mailbox: Mailbox) -> None:
        self._worker, self._mailbox = worker, mailbox

    # -- commands ----------------------------------------------------------------------------

    def copy(self) -> None:
        """Send the run so far as a script, if it is not too long for that."""
        run = self._run()
        text = script(run, beside=False)
        fits = len(text) <= LONGEST
        self._mailbox.answer(Scripted(run.iterations, text if fits else None, None, run.foreign))

    def save(self, path: str) -> None:
        """Write the script to a file, and samples that are too many for it to one beside it.

        Raises ValueError, a sentence, if that cannot be.
        """
        run, file = self._run(), Path(path)
        text, carried = script(run, beside=False), run.data.carried
        if carried is not None and len(text) > LONGEST:
            write_atomically(file.with_suffix(DATA), carried.packed)
            text = script(run, beside=True)
        write_atomically(file, text.encode())
        self._mailbox.answer(Scripted(run.iterations, None, path, run.foreign))

    # ----------------------------------------------------------------------------------------

    def _run(self) -> Run:
        worker, trainer = self._worker, self._worker.trainer
        iterations = trainer.iteration or FIRST
        lessons = {i: batch for i, batch in trainer.lessons.items() if i < trainer.iteration}
        taken = samples_taken(worker.journal, iterations, lessons, len(trainer.samples("train")))
        data = run_data(worker.settings, trainer.source, taken)
        threads = torch.get_num_threads()
        return Run(trainer.model, worker.journal, iterations, lessons, data, threads)
