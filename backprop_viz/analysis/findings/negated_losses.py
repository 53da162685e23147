"""A loss with the wrong sign: each step makes the network worse, and the loss falls for ever."""

from collections.abc import Iterator

from backprop_viz.analysis.provenance import forward_events, maker
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding, Severity
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.tensors import Array

# These are smallest where the network is right ...
_SMALL_IS_RIGHT = {
    *("cross_entropy", "mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss"),
    *("binary_cross_entropy", "binary_cross_entropy_with_logits"),
}
# ... and these, the logarithm of a probability, largest.
_LARGE_IS_RIGHT = {"log_softmax", "logsigmoid"}
# What tells how likely a class was, which may have been drawn.
_OF_CHOICES = {
    *("cross_entropy", "nll_loss", "log_softmax", "logsigmoid"),
    *("binary_cross_entropy", "binary_cross_entropy_with_logits"),
}
_PICKS = {"getitem", "gather"}
# What nll_loss is given where it is smallest at the right answer.
_LOGARITHMS = {"log_softmax", "log"}
# What keeps the sign: the mean of some of the numbers, in another shape.
_KEEP = {
    *("mean", "sum", "gather", "getitem", "squeeze", "unsqueeze", "view", "reshape", "flatten"),
    *("clone", "contiguous", "to", "float", "double"),
}
_TIMES = {"mul", "rmul"}
_DIVIDED = {"div", "truediv"}
# What draws the actions that a policy's gradient weighs by what they were worth.
_DRAWS = {"multinomial", "bernoulli"}
# As many digits has a factor that somebody chose; what an action was worth mostly has more.
_DIGITS = 2


def find(recording: Recording) -> Iterator[Finding]:
    """``loss_negated``, a cross-entropy times -1; ``likelihood_minimised``, without its minus.

    Where backward runs several times one network may maximise what another minimises: a hint.
    A factor that may be what an action was worth has any sign, and nothing is said. So it is of one
    decision times a number: a reward of -1 looks like a sign. Of several decisions it may be what
    they were worth together, where it is a float: whoever means the sign writes - or -1.
    """
    made = [i for i, event in forward_events(recording) if _is_loss(event)]
    starts = [s.start for s in recording.spans if s.phase is Phase.BACKWARD]
    before = ([i for i in made if i < start] for start in starts)
    losses = {indices[-1] for indices in before if indices}
    if recording.span(Phase.UPDATE) is None or any(e.op in _DRAWS for e in recording.events):
        return
    severity: Severity = "warning" if len(losses) == 1 else "hint"
    for loss in sorted(losses):
        sign, index = _followed(recording, loss)
        op = recording.events[index].op
        if _weighs_a_choice(recording, loss, index):
            continue
        if sign < 0 and (op in _SMALL_IS_RIGHT or _is_of_logarithms(recording, index)):
            yield Finding("loss_negated", severity, (op,), event=loss)
        elif op in _LARGE_IS_RIGHT and sign > 0:
            yield Finding("likelihood_minimised", severity, (op,), event=loss)


def _weighs_a_choice(recording: Recording, loss: int, index: int) -> bool:
    """Whether a loss is what one sample's class tells, times a number that Python has.

    Or what several tell, times the float -1.0.
    """
    event = recording.events[index]
    read = event.inputs[0] if event.inputs and event.op in _OF_CHOICES else None
    if read is None:
        return False
    is_one, is_weighed = read.size == (read.shape[-1] if read.ndim else 1), False
    while loss != index:
        event = recording.events[loss]
        made, source = event.outputs[0], event.input_ids[0]
        times = event.call.args if event.op in _TIMES and event.call is not None else ()
        is_weighed |= event.op in _TIMES and len(event.inputs) == 1
        is_one |= any(isinstance(one, float) and one == -1 for one in times)
        is_one |= event.op in _PICKS and made is not None and made.size == 1
        before = None if source is None else maker(recording, source, loss)
        if before is None:
            return False
        loss = before
    return is_one and is_weighed


def _is_loss(event: Event) -> bool:
    made = event.outputs[0] if event.outputs else None
    return made is not None and made.size == 1 and event.node is not None


def _is_of_logarithms(recording: Recording, index: int) -> bool:
    """Whether an operation is nll_loss of the logarithms of probabilities, with their sign."""
    event = recording.events[index]
    source = event.input_ids[0] if event.op == "nll_loss" and event.input_ids else None
    made = None if source is None else maker(recording, source, index)
    if made is None:
        return False
    sign, index = _followed(recording, made)
    return sign > 0 and recording.events[index].op in _LOGARITHMS


def _followed(recording: Recording, index: int) -> tuple[int, int]:
    """The sign that a loss has of the operation that it comes from, and the index of that."""
    sign = 1
    while True:
        event = recording.events[index]
        factor = _sign_of(event)
        source = event.input_ids[0] if event.input_ids else None
        before = None if not factor or source is None else maker(recording, source, index)
        if before is None:
            return sign, index
        sign, index = sign * factor, before


def _sign_of(event: Event) -> int:
    """1 or -1 for an operation that hands its first input on with that sign; 0 for others."""
    if event.op in _KEEP:
        return 1
    if event.op in ("neg", "negative"):
        return -1
    if event.op not in _TIMES | _DIVIDED or event.call is None:
        return 0
    divided = event.op in _DIVIDED
    if len(event.inputs) > 1:
        factor = event.inputs[1]
        if factor is None or factor.dtype.kind not in "iufb" or not factor.any():
            return 0
        return int((factor > 0).all()) if divided else int(_chooses(factor))
    numbers = [one for one in event.call.args if isinstance(one, int | float)]
    if not numbers or not (divided or float(f"{numbers[0]:.{_DIGITS}g}") == numbers[0]):
        return 0
    return int(numbers[0] > 0) - int(numbers[0] < 0)


def _chooses(factor: Array) -> bool:
    """Whether a factor leaves out some numbers and keeps others, as a one-hot target does."""
    return not factor.all() and bool(((factor == 0) | (factor == 1)).all())
