"""The iterations that the window keeps in memory, within a budget."""

from dataclasses import dataclass

from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.kept import Kept
from backprop_viz.recording.trace.phases import Phase


@dataclass(frozen=True, slots=True)
class KeptIterations:
    """The iterations in memory, oldest first, the one that is shown, and the bytes they take."""

    iterations: tuple[int, ...] = ()
    shown: int = 0
    bytes: int = 0
    budget: int = 256 * 2**20


class RecordingCache:
    """Recordings by iteration; the oldest go when all take more than ``budget`` bytes.

    What was kept last stays, however old.
    """

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self._kept: dict[int, tuple[Recording, int]] = {}
        self._bytes = 0

    def keep(self, recording: Recording) -> None:
        """Keep a recording in place of the one of the same iteration."""
        self._drop(recording.iteration)
        size = memory_of(recording)
        self._kept[recording.iteration] = (recording, size)
        self._bytes += size
        while self._bytes > self.budget and len(self._kept) > 1:
            self._drop(min(self._kept.keys() - {recording.iteration}))

    def get(self, iteration: int) -> Recording | None:
        """The recording of an iteration, None if it is not kept."""
        kept = self._kept.get(iteration)
        return None if kept is None else kept[0]

    def next_to(self, iteration: int, step: int) -> Recording | None:
        """The kept recording after (step 1) or before (step -1) an iteration."""
        later = [i for i in self._kept if (i - iteration) * step > 0]
        return self.get(min(later, key=lambda i: abs(i - iteration))) if later else None

    def forget_after(self, iteration: int) -> None:
        """Drop the iterations after one."""
        for later in [i for i in self._kept if i > iteration]:
            self._drop(later)

    def kept_iterations(self, shown: int) -> KeptIterations:
        """What is kept, for the window."""
        return KeptIterations(tuple(sorted(self._kept)), shown, self._bytes, self.budget)

    def made(self) -> tuple[Kept, ...]:
        """How each finished iteration that is kept was recorded."""
        recordings = (recording for recording, _ in self._kept.values())
        return tuple(
            Kept(r.iteration, r.samples, r.intervention, r.backwards)
            for r in recordings
            if r.span(Phase.UPDATE) is not None
        )

    def _drop(self, iteration: int) -> None:
        _, size = self._kept.pop(iteration, (None, 0))
        self._bytes -= size


def memory_of(recording: Recording) -> int:
    """The bytes of a recording's tensors, each counted once."""
    tensors: set[int | None] = {recording.input_id, recording.labels_id}
    for parameter in recording.parameters:
        tensors |= {parameter.value_id, parameter.grad_id}
    for event in recording.events:
        tensors.update(event.input_ids, event.output_ids, *event.state_ids.values())
    return sum(recording.tensors[i].nbytes for i in tensors if i is not None)
