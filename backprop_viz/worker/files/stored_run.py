"""What a session file holds, as the program has it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from backprop_viz.recording.kept import Kept
from backprop_viz.recording.run.history import Curves
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.events import GradientIntervention
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.training.script.run_journal import RunJournal
from backprop_viz.training.state.checkpoints import Checkpoint


@dataclass(frozen=True, slots=True, eq=False)
class StoredRun:
    """All that a session file holds; ``schema.SESSION`` says what each of it may be.

    ``checkpoint`` is the start of the iteration in which ``due`` comes next; ``before`` the
    start of the one before, where that is kept. ``intervention`` and ``backwards`` tell how the
    newest iteration was run, ``earlier`` names the curves of runs before this one. ``window``
    is the window's own, a dict of plain values and arrays.

    ``kept`` are the iterations before the newest whose recordings the window has, ``past`` the
    checkpoints from which they can be recorded again, both in ascending order. ``given_batches``
    are the batches that were not the loader's, images (N, 1, 32, 32) float32 and labels (N,)
    int64, by the number of iterations done before. ``journal`` tells how the run came to be
    where it is. A file without these four has none.
    """

    settings: Settings
    due: Phase
    checkpoint: Checkpoint
    before: Checkpoint | None
    curves: Curves
    intervention: GradientIntervention | None
    backwards: int
    earlier: tuple[tuple[str, Curves], ...]
    window: Mapping[str, Any]
    kept: tuple[Kept, ...] = ()
    past: tuple[Checkpoint, ...] = ()
    given_batches: Mapping[int, tuple[Tensor, Tensor]] = field(default_factory=dict)
    journal: RunJournal | None = None
