"""Losses that add up their numbers where others, or the learning rate, expect the mean."""

from collections.abc import Iterator

from backprop_viz.analysis.provenance import forward_events, maker
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.phases import Phase

_LOSSES = {
    *("cross_entropy", "nll_loss", "mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss"),
    *("binary_cross_entropy", "binary_cross_entropy_with_logits", "kl_div"),
}
# These leave a sum a sum; a division, or a small factor, may make a mean of it.
_ADD = {"add", "iadd", "radd", "sub", "neg", "clone", "squeeze"}
_FEW = 8  # of so few numbers the sum is no mistake by itself


def find(recording: Recording) -> Iterator[Finding]:
    """``reductions_mixed``: one loss function, its mean and its sum added up in one step."""
    kinds: dict[str, dict[str, int]] = {}
    for i in _parts(recording):
        event = recording.events[i]
        if event.op in _LOSSES:
            kinds.setdefault(event.op, {}).setdefault(_reduction(event), i)
    for op, found in kinds.items():
        if "mean" in found and "sum" in found and _added_up(recording):
            size = _size(recording.events[found["sum"]])
            if size >= _FEW:
                yield Finding("reductions_mixed", "warning", (op, size), event=found["sum"])


def loss_sum(recording: Recording) -> tuple[int, int] | None:
    """The operation that made a loss the sum of many numbers, and how many; None: none did."""
    for i in _parts(recording):
        event = recording.events[i]
        if event.op == "sum" or (event.op in _LOSSES and _reduction(event) == "sum"):
            size = _size(event)
            if size >= _FEW:
                return i, size
    return None


def _parts(recording: Recording) -> Iterator[int]:
    """The operations whose numbers the backwards' roots add up, undivided."""
    starts = [s.start for s in recording.spans if s.phase is Phase.BACKWARD]
    scalars = [i for i, event in forward_events(recording) if _is_scalar(event)]
    before = ([i for i in scalars if i < start] for start in starts)
    wanted = list({indices[-1]: None for indices in before if indices})
    for i in wanted:
        event = recording.events[i]
        if event.op not in _ADD:
            yield i
            continue
        for tensor in event.input_ids:
            made = None if tensor is None else maker(recording, tensor, i)
            if made is not None and made not in wanted and _is_scalar(recording.events[made]):
                wanted.append(made)


def _is_scalar(event: Event) -> bool:
    made = event.outputs[0] if event.outputs else None
    return made is not None and made.size == 1 and event.node is not None


def _reduction(event: Event) -> str:
    return "mean" if event.call is None else str(event.call.kwargs.get("reduction", "mean"))


def _size(event: Event) -> int:
    """How many numbers an operation adds up: of a loss over classes, how many targets."""
    place = 1 if event.op in ("cross_entropy", "nll_loss") else 0
    read = event.inputs[place] if len(event.inputs) > place else None
    return 0 if read is None else int(read.size)


def _added_up(recording: Recording) -> bool:
    """Whether no zero_grad came between two backwards."""
    order = [s.phase for s in recording.spans if s.phase in (Phase.BACKWARD, Phase.ZERO_GRAD)]
    first = order.index(Phase.BACKWARD)
    return Phase.ZERO_GRAD not in order[first : len(order) - order[::-1].index(Phase.BACKWARD)]
