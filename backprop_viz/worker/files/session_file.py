"""A run as it stands, in one file, from which it goes on as if it had never stopped."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path

from backprop_viz.digits.data_sets import DATA_SETS
from backprop_viz.recording.errors import UserError
from backprop_viz.recording.files.kinds import Wrong, described
from backprop_viz.recording.files.raw import Raw
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.kept import Kept
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP
from backprop_viz.training.parts.network_source import NetworkError
from backprop_viz.training.recorded_steps import RecordedSteps, preview
from backprop_viz.training.session_files.upgrade import upgraded
from backprop_viz.training.trainer import Trainer
from backprop_viz.worker.files.container import read_container, write_container
from backprop_viz.worker.files.schema import session_kind
from backprop_viz.worker.files.stored_run import StoredRun

__all__ = [
    "SUFFIX",
    "ResumedRun",
    "StoredRun",
    "load_session",
    "record_again",
    "resume",
    "save_session",
]

SUFFIX = ".bpviz"
_KIND = "session"


@dataclass(frozen=True, slots=True, eq=False)
class ResumedRun:
    """A run to go on with; ``recorder`` is the one of the iteration under way, if one is."""

    trainer: Trainer
    recorder: RecordedSteps | None
    recording: Recording


def save_session(path: Path, run: StoredRun, about: Mapping[str, str] | None = None) -> None:
    """Write a run, atomically, for its owner alone to read.

    ``read_about`` tells ``about`` of the file, and of the run its data, loss, optimizer and how
    many iterations are done. Raises UserError, if it cannot be written.
    """
    try:
        session_kind(run.settings).read(run)
    except Wrong as wrong:  # it could not be opened again
        raise UserError(
            QT_TRANSLATE_NOOP("errors", "{0} cannot be saved: {1}."), path.name, wrong
        ) from wrong
    value = {f.name: getattr(run, f.name) for f in fields(run)}
    write_container(path, _KIND, value, {**(about or {}), **_about(run)})


def _about(run: StoredRun) -> dict[str, str]:
    """What is told of the very run that is written, whatever the window showed by then."""
    settings = run.settings
    return {
        "data": settings.data,
        "loss": settings.loss,
        "optimizer": settings.optimizer,
        "iterations": str(run.checkpoint.iteration),
    }


def load_session(path: Path) -> StoredRun:
    """Read a run. Raises UserError, if the file holds none.

    All of it is looked at, every field against its type, its range and its size.
    """
    found = read_container(path, _KIND)
    try:
        if not isinstance(found, dict):
            raise Wrong(f"it is {described(found)}, not a run")
        stored = upgraded(found)
        kind = session_kind(stored.get("settings"))
        run: StoredRun = kind.read(Raw(StoredRun.__name__, stored))
    except Wrong as wrong:
        raise _unusable(path, str(wrong)) from wrong
    return _as_it_ran(run)


def _as_it_ran(run: StoredRun) -> StoredRun:
    """In old files random data was one input, whatever the batch size."""
    if not DATA_SETS[run.settings.data].one_batch:
        return run
    _, (images, _) = run.checkpoint.fetched
    return replace(run, settings=replace(run.settings, batch_size=len(images)))


def resume(run: StoredRun, path: Path) -> ResumedRun:
    """Bring a run back to where it was. Raises UserError, if that cannot be.

    What ran of the newest iteration is run and recorded once more.
    """
    try:
        trainer = Trainer.from_settings(run.settings)
        _expect_all_options(run, trainer)
        # One iteration more shows that all fits together before anything is replaced by it.
        trainer.restore(run.checkpoint)
        trainer.input_form = "batch"  # what the network refuses was no fault of the file
        trainer.iterate()
        recording = _newest(run, trainer)
        trainer.restore(run.checkpoint)
        recorder = _replay(run, trainer)
    except MemoryError:
        raise
    except NetworkError as error:
        text = QT_TRANSLATE_NOOP(
            "errors",
            "{0} cannot be opened: the code of its network fails ({1}); choose another file.",
        )
        raise UserError(text, path.name, error) from error
    except UserError as error:
        text = QT_TRANSLATE_NOOP("errors", "{0} cannot be opened. {1}")
        raise UserError(text, path.name, error) from error
    except Exception as error:
        text = QT_TRANSLATE_NOOP(
            "errors",
            "{0} cannot be opened: its parts do not fit together ({1}: {2}); choose another file.",
        )
        said = " ".join(str(error)[:100].split()).rstrip(".")
        raise UserError(text, path.name, type(error).__name__, said) from error
    trainer.take_over(run.settings)
    trainer.given_batches.update(run.given_batches)
    if recorder is not None:
        recording = recorder.recording()
    return ResumedRun(trainer, recorder, recording)


def _newest(run: StoredRun, trainer: Trainer) -> Recording:
    """The iteration that was finished last, if it can be run once more; else what comes next."""
    if run.due is Phase.ZERO_GRAD and run.before is not None:
        trainer.restore(run.before)
        kept = Kept(trainer.iteration + 1, None, run.intervention, run.backwards)
        return record_again(trainer, kept)
    trainer.restore(run.checkpoint)
    return preview(trainer)


def _replay(run: StoredRun, trainer: Trainer) -> RecordedSteps | None:
    if run.due is Phase.ZERO_GRAD:
        return None
    recorder = RecordedSteps(trainer, intervention=run.intervention)
    _run_until(run.due, run.backwards, recorder, trainer)
    return recorder


def record_again(trainer: Trainer, kept: Kept) -> Recording:
    """Run the iteration that is due as it was run before, and record it."""
    recorder = RecordedSteps(trainer, kept.samples, kept.intervention)
    _run_until(Phase.ZERO_GRAD, kept.backwards, recorder, trainer)
    return recorder.recording()


def _run_until(due: Phase, backwards: int, recorder: RecordedSteps, trainer: Trainer) -> None:
    recorder.step()
    while trainer.phase is not due:
        if trainer.phase is Phase.BACKWARD and backwards > 1:
            recorder.backward_twice(retain_graph=True)
        else:
            recorder.step()


def _expect_all_options(run: StoredRun, trainer: Trainer) -> None:
    """Raise UserError for an option that torch goes by and the file has not."""
    for checkpoint in (run.checkpoint, run.before):
        if trainer.optimizer is not None and checkpoint is not None and checkpoint.optimizer:
            known = checkpoint.optimizer["param_groups"][0]
            missing = trainer.optimizer.param_groups[0].keys() - known.keys()
            if missing - {"initial_lr"}:
                text = QT_TRANSLATE_NOOP("errors", "Its {0} optimizer has no {1}.")
                raise UserError(text, run.settings.optimizer, sorted(missing)[0])


def _unusable(path: Path, what: str) -> UserError:
    what = " ".join(what.split()).rstrip(".")
    return UserError(
        QT_TRANSLATE_NOOP("errors", "{0} cannot be opened: {1}; choose another file."),
        path.name,
        what,
    )
