"""A run as it stands, in one file, from which it goes on as if it had never stopped."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from ..checkpoints import Checkpoint
from ..recorder import Recorder, preview
from ..records import Alteration, Curves, Kept, Phase, Recording, Settings
from ..trainer import Trainer
from .container import read_container, write_container

SUFFIX = ".bpviz"
_KIND = "session"


@dataclass(frozen=True, slots=True, eq=False)
class StoredRun:
    """All that a session file holds.

    ``checkpoint`` is the start of the iteration in which ``due`` comes next; ``before`` the
    start of the one before, where that is kept. ``altered`` and ``backwards`` tell how the
    newest iteration was run, ``earlier`` names the curves of runs before this one. ``window``
    is the window's own, a dict of plain values and arrays.

    ``kept`` are the iterations before the newest whose recordings the window has, ``past`` the
    checkpoints from which they can be recorded again, both in ascending order. ``lessons`` are the
    batches that were not the loader's, images (N, 1, 32, 32) float32 and labels (N,) int64, by the
    number of iterations done before. A file without these three has none.
    """

    settings: Settings
    due: Phase
    checkpoint: Checkpoint
    before: Checkpoint | None
    curves: Curves
    altered: Alteration | None
    backwards: int
    earlier: tuple[tuple[str, Curves], ...]
    window: Mapping[str, Any]
    kept: tuple[Kept, ...] = ()
    past: tuple[Checkpoint, ...] = ()
    lessons: Mapping[int, tuple[Tensor, Tensor]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class ResumedRun:
    """A run to go on with; ``recorder`` is the one of the iteration under way, if one is."""

    trainer: Trainer
    recorder: Recorder | None
    recording: Recording


def save_session(path: Path, run: StoredRun, about: Mapping[str, str] | None = None) -> None:
    """Write a run, atomically, for its owner alone to read.

    ``about`` is what ``read_about`` tells of the file. Raises ValueError, a sentence, if it cannot
    be written.
    """
    fields = {name: getattr(run, name) for name in StoredRun.__slots__}
    write_container(path, _KIND, fields, about or {})


def load_session(path: Path) -> StoredRun:
    """Read a run. Raises ValueError, a sentence for the user, if the file holds none."""
    fields = read_container(path, _KIND)
    try:
        run = StoredRun(**{**fields, "due": Phase(fields["due"])})
        plausible = _plausible(run)
    except (TypeError, ValueError, KeyError) as error:
        raise _unusable(path) from error
    if not plausible:
        raise _unusable(path)
    return run


def resume(run: StoredRun, path: Path) -> ResumedRun:
    """Bring a run back to where it was. Raises ValueError, a sentence, if that cannot be.

    What ran of the newest iteration is run and recorded once more.
    """
    try:
        trainer = Trainer.from_settings(run.settings)
    except (MemoryError, ValueError):
        raise
    except Exception as error:
        raise _unusable(path) from error
    try:
        # One iteration more shows that all fits together before anything is replaced by it.
        trainer.restore(run.checkpoint)
        trainer.iterate()
        recording = _newest(run, trainer)
        trainer.restore(run.checkpoint)
        recorder = _replay(run, trainer)
    except MemoryError:
        raise
    except Exception as error:
        raise _unusable(path) from error
    trainer.take_over(run.settings)
    trainer.lessons.update(run.lessons)
    if recorder is not None:
        recording = recorder.recording()
    return ResumedRun(trainer, recorder, recording)


def _newest(run: StoredRun, trainer: Trainer) -> Recording:
    """The iteration that was finished last, if it can be run once more; else what comes next."""
    if run.due is Phase.ZERO_GRAD and run.before is not None:
        trainer.restore(run.before)
        kept = Kept(trainer.iteration + 1, None, run.altered, run.backwards)
        return record_again(trainer, kept)
    trainer.restore(run.checkpoint)
    return preview(trainer)


def _replay(run: StoredRun, trainer: Trainer) -> Recorder | None:
    if run.due is Phase.ZERO_GRAD:
        return None
    recorder = Recorder(trainer, alteration=run.altered)
    _run_until(run.due, run.backwards, recorder, trainer)
    return recorder


def record_again(trainer: Trainer, kept: Kept) -> Recording:
    """Run the iteration that is due as it was run before, and record it."""
    recorder = Recorder(trainer, kept.samples, kept.altered)
    _run_until(Phase.ZERO_GRAD, kept.backwards, recorder, trainer)
    return recorder.recording()


def _run_until(due: Phase, backwards: int, recorder: Recorder, trainer: Trainer) -> None:
    recorder.step()
    while trainer.phase is not due:
        if trainer.phase is Phase.BACKWARD and backwards > 1:
            recorder.backward_twice(retain_graph=True)
        else:
            recorder.step()


def _plausible(run: StoredRun) -> bool:
    """Whether the parts are what they should be; what is in them shows when the run goes on."""
    before = run.before
    return (
        _are_settings(run.settings)
        and _is_checkpoint(run.checkpoint)
        and (before is None or _is_checkpoint(before))
        and isinstance(run.altered, Alteration | None)
        and isinstance(run.backwards, int)
        and _are_curves(run.curves)
        and isinstance(run.earlier, tuple)
        and all(isinstance(name, str) and _are_curves(curves) for name, curves in run.earlier)
        and isinstance(run.window, dict)
        and _are_kept(run)
    )


def _are_kept(run: StoredRun) -> bool:
    """Whether the past iterations, what they start from and their batches are what they seem."""
    return (
        isinstance(run.kept, tuple)
        and all(
            isinstance(kept, Kept)
            and type(kept.iteration) is type(kept.backwards) is int
            and type(kept.samples) in (int, type(None))
            and isinstance(kept.altered, Alteration | None)
            for kept in run.kept
        )
        and isinstance(run.past, tuple)
        and all(_is_checkpoint(past) and type(past.iteration) is int for past in run.past)
        and isinstance(run.lessons, dict)
        and all(type(at) is int and _is_batch(batch) for at, batch in run.lessons.items())
    )


def _is_batch(batch: object) -> bool:
    match batch:
        case (Tensor() as images, Tensor() as labels):
            return images.shape[1:] == (1, 32, 32) and labels.shape == images.shape[:1]
    return False


def _is_checkpoint(checkpoint: object) -> bool:
    """Whether this is one; torch would index whatever stands where its groups should."""
    if not isinstance(checkpoint, Checkpoint):
        return False
    state: object = checkpoint.optimizer
    if not isinstance(state, dict):
        return state is None
    return all(isinstance(group, dict) for group in state["param_groups"])


def _are_settings(settings: object) -> bool:
    """Whether each setting is of the type of its default; most are names or numbers."""
    if not isinstance(settings, Settings):
        return False
    usual = Settings()
    for name in Settings.__slots__:
        default, value = getattr(usual, name), getattr(settings, name)
        kinds = {float: (float, int), type(None): (str, type(None))}.get(
            type(default), (type(default),)
        )
        if type(value) not in kinds:
            return False
    return True


def _are_curves(curves: object) -> bool:
    """Whether these are series of numbers, as long as each other where they belong together."""
    if not isinstance(curves, Curves):
        return False
    series = [getattr(curves, name) for name in Curves.__slots__]
    if not all(isinstance(s, np.ndarray) and s.dtype == np.float64 and s.ndim == 1 for s in series):
        return False
    loss, accuracy, *held_out = map(len, series)
    return loss == accuracy and len(set(held_out)) == 1


def _unusable(path: Path) -> ValueError:
    return ValueError(
        f"{path.name} does not hold a run that this version can continue: choose another file."
    )
