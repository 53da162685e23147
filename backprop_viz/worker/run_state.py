"""The run as it stands, and the ways to another one: begin, adopt, go back."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.run.program import Program
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.training.data.prefetch import Ahead
from backprop_viz.training.five_phases import Iteration
from backprop_viz.training.live_settings import continues, live_settings
from backprop_viz.training.recorded_steps import RecordedSteps, preview
from backprop_viz.training.script.program_text import program
from backprop_viz.training.script.run_journal import WEIGHTS, RunJournal
from backprop_viz.training.state.checkpoints import Checkpoint, Checkpoints
from backprop_viz.training.trainer import Trainer


@dataclass(frozen=True, slots=True, eq=False)
class StoredState:
    """A run that waits while another one is shown."""

    trainer: Trainer
    settings: Settings
    recording: Recording
    recorder: RecordedSteps | None
    checkpoints: Checkpoints
    journal: RunJournal
    weights_given: bool
    settings_changed: bool


class RunState:
    """What the parts of the worker share; it knows none of them.

    ``recorder`` is that of the iteration in progress, ``recording`` what was recorded last.
    ``branch`` numbers the runs: a new one keeps the first ``kept`` iterations of the one before.

    Parts that have to know add a function to ``on_begin``, which is called when another run has
    begun, to ``on_rewind``, called with the iteration that the run goes on from, or to
    ``on_iteration``, called with each iteration that is finished.
    """

    def __init__(self) -> None:
        self.trainer: Trainer
        self.settings: Settings
        self.recording: Recording
        self.recorder: RecordedSteps | None = None
        self.checkpoints: Checkpoints
        self.journal: RunJournal
        self.program: Program
        self.training = False
        self.evaluation_due = False
        self.branch = self.kept = 0
        self.on_begin: list[Callable[[], None]] = []
        self.on_rewind: list[Callable[[int], None]] = []
        self.on_iteration: list[Callable[[Iteration], None]] = []
        self._ahead = Ahead()
        self._weights_given = False
        # Whether the next finished iteration needs a checkpoint: one before it may not be run
        # again with settings that were changed after it.
        self._settings_changed = False

    @property
    def trained(self) -> bool:
        """Whether the network has learnt anything, or was given weights."""
        return self.trainer.iteration > 0 or self._weights_given

    def stop(self) -> None:
        """Stop training and evaluating."""
        self.training = self.evaluation_due = False

    # -- another run -------------------------------------------------------------------------

    def begin(self, settings: Settings) -> None:
        """Start a run from a fresh network; if it cannot be made, the run before goes on."""
        trainer = Trainer.from_settings(settings)
        self.adopt(settings, trainer, preview(trainer))

    def reset(self) -> None:
        """Start again with the same settings, from a fresh network."""
        self.begin(self.settings)

    def configure(self, settings: Settings) -> None:
        """Take over changed settings: at once where they are live, else from a fresh network."""
        trainer = self.trainer
        untouched = not self.trained and self.recorder is None
        if untouched or not continues(settings, self.settings):
            self.begin(settings)
            return
        trainer.take_over(settings)
        self.journal = self.journal.changed(trainer.iteration, settings, trainer.phase)
        self._settings_changed = self.recorder is not None
        if not self._settings_changed:
            self.checkpoints.add(trainer.checkpoint())
        self.settings = settings
        # Without changes that come too late for the iteration in progress.
        self.program = program(self.journal.at(trainer.iteration), trainer.model)

    def adopt(
        self,
        settings: Settings,
        trainer: Trainer,
        recording: Recording,
        recorder: RecordedSteps | None = None,
        checkpoints: Checkpoints | None = None,
        journal: RunJournal | None = None,
    ) -> None:
        """Go on with another run; ``recorder`` is that of its iteration in progress."""
        trainer.batches.read_ahead(self._ahead)
        trainer.random.be_torchs_own()
        self.trainer, self.settings = trainer, settings
        self.recorder, self.recording = recorder, recording
        self.checkpoints = checkpoints or Checkpoints(trainer.checkpoint())
        self.journal = journal or RunJournal({0: settings})
        self.program = program(settings, trainer.model)
        self._weights_given = self._settings_changed = False
        self.stop()
        self.branch += 1
        self.kept = 0
        for call in self.on_begin:
            call()

    def stored(self) -> StoredState:
        """The run as it stands, to be taken up again by ``take_up``."""
        return StoredState(
            self.trainer,
            self.settings,
            self.recording,
            self.recorder,
            self.checkpoints,
            self.journal,
            self._weights_given,
            self._settings_changed,
        )

    def take_up(self, stored: StoredState) -> None:
        """Go on with a run just where it was."""
        self.adopt(
            stored.settings,
            stored.trainer,
            stored.recording,
            stored.recorder,
            stored.checkpoints,
            stored.journal,
        )
        self._weights_given = stored.weights_given
        self._settings_changed = stored.settings_changed

    def renew(self, recording: Recording) -> None:
        """The network was given other weights: no iteration before can be run again."""
        self.checkpoints = Checkpoints(self.trainer.checkpoint())
        self._weights_given = True
        self.journal = self.journal.came_in(self.trainer.iteration, WEIGHTS)
        self.recording = recording
        self.program = program(self.settings, self.trainer.model)

    # -- iterations --------------------------------------------------------------------------

    def record_iteration(self, *, unbroken: bool = False) -> RecordedSteps:
        """The recorder of the iteration in progress, or of the one that begins.

        ``unbroken``: nothing else happens until it has ended or failed.
        """
        if self.recorder is None:
            self.checkpoints.add(self.trainer.checkpoint())
            self.recorder = RecordedSteps(self.trainer, unbroken=unbroken)
        return self.recorder

    def abandon(self) -> bool:
        """Leave the iteration in progress, to begin it again; whether there was one."""
        self.training = False
        if self.recorder is None:
            return False
        self.trainer.restart_iteration()
        self.recorder = None
        return True

    def note_iteration(self, recording: Recording | None = None) -> None:
        """An iteration is finished; ``recording`` tells of an experiment in it, if it has one."""
        done = self.trainer.finished()
        if recording is not None:
            intervention, twice = recording.intervention is not None, recording.backwards > 1
            self.journal = self.journal.ran(done.number - 1, intervention=intervention, twice=twice)
        for call in self.on_iteration:
            call(done)
        if self._settings_changed or self.checkpoints.wants(done.number):
            self.checkpoints.add(self.trainer.checkpoint())
        if self._settings_changed:
            self._settings_changed = False
            self.program = program(self.settings, self.trainer.model)

    # -- going back --------------------------------------------------------------------------

    def continue_from(self, iteration: int) -> None:
        """Go back to the end of an iteration, and go on from there."""
        if self.checkpoints.at(iteration) is not None:
            self._rewind(iteration)
        else:
            with self.trainer.undone_if_it_fails():
                self.bring_trainer_to(iteration - 1)
                start, recorder = self.trainer.checkpoint(), RecordedSteps(self.trainer)
                while recorder.step() is not Phase.UPDATE:
                    pass
            self.ran_again(start, recorder, branch=True)
        self._forget_given_batches(iteration)

    def go_back_to(self, iteration: int, recording: Recording | None) -> None:
        """Go back to the end of an iteration, with what was shown then, if it is known."""
        self._rewind(iteration)
        self._forget_given_batches(iteration)
        self.recording = recording or self.recording

    def bring_trainer_to(self, iteration: int) -> None:
        """Bring the trainer, and nothing else yet, to the end of an iteration."""
        self.trainer.restore(self.checkpoints.before(iteration + 1))
        while self.trainer.iteration < iteration:
            self.trainer.iterate()

    def ran_again(self, start: Checkpoint, recorder: RecordedSteps, branch: bool) -> None:
        """The trainer ran an iteration anew; with ``branch`` in the place of a finished one."""
        self.stop()
        if branch:
            self._branch_off(start.iteration)
        self.checkpoints.add(start)
        self.recorder, self.recording = recorder, recorder.recording()
        if self.trainer.phase is Phase.ZERO_GRAD:
            self.recorder = None
            self.note_iteration(self.recording)

    def _rewind(self, iteration: int) -> None:
        with self.trainer.undone_if_it_fails():
            self.bring_trainer_to(iteration)
        self._branch_off(iteration)

    def _branch_off(self, iteration: int) -> None:
        """What comes after an iteration takes the place of what came before."""
        trainer = self.trainer
        self.stop()
        self.recorder = None
        self.checkpoints.forget_after(iteration)
        live = {name: getattr(trainer, name) for name in live_settings(self.settings)}
        self.settings = replace(self.settings, **live)
        self.program = program(self.settings, trainer.model)
        self.journal = self.journal.up_to(iteration, self.settings)
        self.branch += 1
        self.kept = iteration
        for call in self.on_rewind:
            call(iteration)

    def _forget_given_batches(self, iteration: int) -> None:
        """Drop the batches given to iterations that will not be run."""
        self.trainer.batches.forget_given(iteration)
        # In place of a checkpoint that may still hold such a batch.
        self.checkpoints.add(self.trainer.checkpoint())
