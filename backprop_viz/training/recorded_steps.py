"""Records the steps of a trainer: it runs the five phases, and tells the recorder what they are."""

import copy
from collections.abc import Callable
from dataclasses import replace

from backprop_viz.capture.recorder import Recorder
from backprop_viz.capture.watches.module_tree import walked_once
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import GradientIntervention
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.training.five_phases import FivePhases


class RecordedSteps:
    """Runs the phases of one iteration of a trainer, whose zero_grad is due, and records them.

    ``samples``: how many samples of each batch to keep (None: all). ``unbroken``: nobody else
    changes anything that the trainer has until the recording is made.
    """

    def __init__(
        self,
        trainer: FivePhases,
        samples: int | None = None,
        intervention: GradientIntervention | None = None,
        *,
        unbroken: bool = False,
    ) -> None:
        self._trainer = trainer
        self._iteration = trainer.iteration
        with walked_once():
            self._recorder = Recorder(
                trainer.model,
                trainer.optimizer,
                iteration=trainer.iteration + 1,
                samples=samples,
                intervention=intervention,
            )
            self._recorder.cleared = trainer.clear_gradients
            if unbroken:
                self._recorder.runs_unbroken()

    def step(self) -> Phase:
        """Run the phase that is due and record it; of one that raises, nothing is kept."""
        phase = self._trainer.phase
        if phase is Phase.ZERO_GRAD:
            self._recorder.cleared = self._trainer.clear_gradients
        self._run(phase, self._trainer.step)
        return phase

    def backward_twice(self, retain_graph: bool) -> None:
        """Run backward, with the graph retained or not, and then once more from the same loss.

        If the graph is not retained, torch raises RuntimeError; the first backward stands.
        """
        self._run(Phase.BACKWARD, lambda: self._trainer.backward(retain_graph))
        self._run(Phase.BACKWARD, self._trainer.backward_again)

    def recording(self) -> Recording:
        """What has been recorded so far."""
        self._tell()
        return self._recorder.recording()

    def _run(self, phase: Phase, call: Callable[[], object]) -> None:
        self._tell()
        with self._recorder.phase(phase):
            call()

    def _tell(self) -> None:
        """Tell the recorder the trainer's batch and results as they are now."""
        trainer, recorder = self._trainer, self._recorder
        recorder.take_batch(
            trainer.batch[0],
            trainer.labels,
            single=trainer.input_form == "single",
            given=self._iteration in trainer.given_batches,
        )
        recorder.take_results(trainer.output, trainer.loss)
        recorder.rate = trainer.lr_now


def record_to_end(trainer: FivePhases) -> Recording:
    """Run a trainer to the end of the iteration and return what torch did in it."""
    steps = RecordedSteps(trainer)
    while steps.step() is not Phase.UPDATE:
        pass
    return steps.recording()


def preview(trainer: FivePhases) -> Recording:
    """What the due iteration's forward and loss will look like, run on a copy of the network.

    The trainer, its network and its random state stay as they are.
    """
    shadow = copy.copy(trainer)
    shadow.model = copy.deepcopy(trainer.model)
    shadow.optimizer = None  # its zero_grad would clear the real network's gradients
    if trainer.input_form == "single":
        shadow.input_form = "unsqueezed"  # a network may refuse the other: that is for forward
    steps = RecordedSteps(shadow)
    while steps.step() is not Phase.LOSS:
        pass
    return replace(steps.recording(), preview=True)
