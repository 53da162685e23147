"""Runs the newest iteration again with a change: an experiment."""

from collections.abc import Callable
from dataclasses import replace

from backprop_viz.recording.errors import UserError
from backprop_viz.recording.notices.notice import notice_of, with_explanation
from backprop_viz.recording.trace.events import GradientIntervention
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP
from backprop_viz.stream.commands import AlterGradient, BackwardTwice
from backprop_viz.training.recorded_steps import RecordedSteps
from backprop_viz.worker.reported_faults import ReportedFaults
from backprop_viz.worker.run_state import RunState


class Experiments:
    """Experiments with the newest iteration's backward; one that fails leaves the run as it was."""

    def __init__(self, state: RunState, faults: ReportedFaults) -> None:
        self._state = state
        self._faults = faults
        self._recorder: RecordedSteps | None = None  # of the experiment that is tried

    def alter(self, intervention: GradientIntervention | None) -> None:
        """Run the iteration's backward again with a gradient altered; None: as it was."""
        trainer = self._state.trainer
        due = trainer.phase
        if due is Phase.ZERO_GRAD and not trainer.iteration:
            raise UserError(
                QT_TRANSLATE_NOOP(
                    "errors",
                    "There is no backward to change yet: press F11 to run an iteration.",
                )
            )

        def run() -> RecordedSteps:
            recorder = RecordedSteps(trainer, intervention=intervention)
            recorder.step()
            while trainer.phase is not due:
                recorder.step()
            return recorder

        self._try(AlterGradient.__name__, run)

    def backward_twice(self, retain_graph: bool) -> None:
        """Run the iteration's backward twice; torch refuses if the graph is not retained."""
        trainer = self._state.trainer

        def run() -> RecordedSteps:
            self._recorder = recorder = RecordedSteps(trainer)
            while trainer.phase is not Phase.BACKWARD:
                recorder.step()
            recorder.backward_twice(retain_graph)
            return recorder

        self._try(BackwardTwice.__name__, run)

    def _try(self, name: str, run: Callable[[], RecordedSteps]) -> None:
        """Run again from the start of the newest iteration, and keep the result if nothing fails.

        Until then only the trainer changes, which can be restored.
        """
        state, trainer = self._state, self._state.trainer
        finished = trainer.phase is Phase.ZERO_GRAD and trainer.iteration > 0
        try:
            with trainer.undone_if_it_fails():
                if finished:
                    state.bring_trainer_to(trainer.iteration - 1)
                else:
                    trainer.restart_iteration()
                start = trainer.checkpoint()
                recorder = run()
        except Exception as error:
            notice = notice_of(error)
            tried = None if self._recorder is None else self._recorder.recording().error
            notice, self._recorder = with_explanation(notice, tried), None
            code = {
                "explained": "explained_undone",
                "failed": "undone",
                "out_of_memory": "undone_memory",
            }
            notice = replace(notice, code=code.get(notice.code, notice.code))
            self._faults.tell(notice, name)
            return
        state.ran_again(start, recorder, branch=finished)
