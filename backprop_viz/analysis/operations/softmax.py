"""Softmax, its logarithm, and logsumexp."""

import math

import numpy as np

from backprop_viz.analysis.operations.index_forms import bracket, place_letters, summed
from backprop_viz.analysis.operations.log_sums import exponentials, log_sum
from backprop_viz.analysis.operations.operation_entry import (
    Intermediate,
    OperationEntry,
    OperationNode,
    SentGradient,
)
from backprop_viz.analysis.operations.recorded_call import (
    Index,
    NotRecorded,
    Places,
    RecordedCall,
    product,
)
from backprop_viz.analysis.operations.softmax_inside import (
    EXPONENTIAL_SUM,
    SoftmaxInside,
    shift_of,
    softmax_intermediates,
)
from backprop_viz.recording.explanations.number_explanation import Fact, Part
from backprop_viz.recording.trace.events import Array, Event


def _axis(call: RecordedCall) -> int:
    ndim = call.input.array.ndim
    dim = call.option("dim", 1)
    if dim is None:  # as torch.nn.functional chooses when none is given
        dim = 0 if ndim in (0, 1, 3) else 1
    return int(dim) % max(1, ndim)


def _is_min(call: RecordedCall) -> bool:
    return call.event.call is not None and call.event.call.name == "softmin"


def _inside(call: RecordedCall) -> SoftmaxInside:
    return SoftmaxInside(call.input, _axis(call), _is_min(call))


def _softmax(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    inside = _inside(call)
    return (product("value", inside.exponential(index), inside.over_sum(index)),)


def _log_softmax(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    return _inside(call).log_parts(index)


def _facts(call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
    return exponentials(_inside(call).row(index))


def _node_facts(event: Event, call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
    x = call.input.at(index)
    own = -x if _is_min(call) else x
    p = math.exp(own - log_sum(_inside(call).row(index)))
    return (Fact("own_probability", (p,), (call.input.number(index),)),)


def _places(call: RecordedCall) -> tuple[str, str, str]:
    """An element, one of those it is summed with, and the sum over these."""
    letters = place_letters(call.input.array.ndim)
    if not letters:
        raise NotRecorded
    others = [*letters]
    others[_axis(call)] = "m"
    return bracket(letters), bracket(others), summed("m")


def _softmax_form(call: RecordedCall) -> str:
    own, other, sign = _places(call)
    minus = "−" if _is_min(call) else ""
    return f"y{own} = exp({minus}x{own}) / {sign} exp({minus}x{other})"


def _log_softmax_form(call: RecordedCall) -> str:
    own, other, sign = _places(call)
    return f"y{own} = x{own} − ln({sign} exp(x{other}))"


def _softmax_sent(call: RecordedCall) -> str:
    own, other, sign = _places(call)
    return f"∂L/∂x{own} = y{own}·(δ{own} − {sign} δ{other}·y{other})"


def _log_softmax_sent(call: RecordedCall) -> str:
    own, other, sign = _places(call)
    return f"∂L/∂x{own} = δ{own} − exp(y{own})·{sign} δ{other}"


# -- logsumexp -----------------------------------------------------------------------------------


def _summed_places(call: RecordedCall, index: Index) -> Places:
    """Where the elements (K, d) are that go into an element of a logsumexp."""
    x = call.input.array
    dims = call.option("dim", 1)
    axes = {d % max(1, x.ndim) for d in (dims if isinstance(dims, list | tuple) else (dims,))}
    kept = iter(index)
    if call.option("keepdim", 2, False):
        place = [slice(None) if axis in axes else i for axis, i in enumerate(index)]
    else:
        place = [slice(None) if axis in axes else next(kept) for axis in range(x.ndim)]
    flat = np.arange(x.size, dtype=np.int64).reshape(x.shape)[tuple(place)].reshape(-1)
    return np.stack(np.unravel_index(flat, x.shape), axis=1) if x.ndim else flat.reshape(1, 0)


def _summed_over(call: RecordedCall, index: Index) -> Array:
    """The elements (K,) themselves, in float64."""
    return np.asarray(call.input.array[tuple(_summed_places(call, index).T)], np.float64).ravel()


def _logsumexp(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    x = _summed_over(call, index)
    shift = shift_of(x)
    log = log_sum(x - shift) if math.isfinite(shift) else log_sum(x)
    found = call.input.intermediate(EXPONENTIAL_SUM, "log_sum", [log], [index], "ln(x)")
    if not shift:
        return (product("value", found),)
    top = call.input.one("largest_logit", tuple(_summed_places(call, index)[int(x.argmax())]))
    return (product("log_sum", found), product("shift", top))


def _exponential_terms(call: RecordedCall, index: Index) -> tuple[Part, ...]:
    x = _summed_over(call, index)
    shift = shift_of(x)
    symbol = f"exp(x − {shift:.6g})" if shift else "exp(x)"
    found = call.input.function("exp", symbol, np.exp(x - shift), _summed_places(call, index))
    return (product("exponentials", found),)


def _logsumexp_facts(call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
    return exponentials(_summed_over(call, index))


OPERATIONS = (
    OperationEntry(
        functions=("softmax", "softmin"),
        roles=("logit",),
        derivative="softmax′",
        form=_softmax_form,
        forward=_softmax,
        intermediates=softmax_intermediates(_inside, log=False),
        facts=_facts,
        nodes=(
            OperationNode("SoftmaxBackward0", (SentGradient("local", _softmax_sent),), _node_facts),
        ),
    ),
    OperationEntry(
        functions=("log_softmax",),
        roles=("logit",),
        derivative="(ln softmax)′",
        form=_log_softmax_form,
        forward=_log_softmax,
        intermediates=softmax_intermediates(_inside, log=False),
        facts=_facts,
        nodes=(
            OperationNode(
                "LogSoftmaxBackward0", (SentGradient("local", _log_softmax_sent),), _node_facts
            ),
        ),
    ),
    OperationEntry(
        functions=("logsumexp",),
        roles=("logit",),
        derivative="(ln Σ exp)′",
        form="y = ln(Σ exp(x))",
        forward=_logsumexp,
        intermediates=(
            Intermediate(
                name=EXPONENTIAL_SUM, symbol="Σ exp", form="s = Σ exp(x)", parts=_exponential_terms
            ),
        ),
        facts=_logsumexp_facts,
        nodes=(OperationNode("LogsumexpBackward0"),),
    ),
)
