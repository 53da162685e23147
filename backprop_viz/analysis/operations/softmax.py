"""Softmax, its logarithm, and logsumexp."""

import math

import numpy as np

from backprop_viz.analysis.operations.index_forms import bracket, place_letters, summed
from backprop_viz.analysis.operations.log_sums import along_axis, exponentials, log_sum
from backprop_viz.analysis.operations.operation_entry import (
    OperationEntry,
    OperationNode,
    SentGradient,
)
from backprop_viz.analysis.operations.recorded_call import (
    Index,
    NotRecorded,
    RecordedCall,
    plain,
    product,
)
from backprop_viz.recording.events import Event
from backprop_viz.recording.number_explanation import Fact, Part


def _axis(call: RecordedCall) -> int:
    ndim = call.input.array.ndim
    dim = call.option("dim", 1)
    if dim is None:  # as torch.nn.functional chooses when none is given
        dim = 0 if ndim in (0, 1, 3) else 1
    return int(dim) % max(1, ndim)


def _logits(call: RecordedCall, index: Index) -> np.ndarray:
    found = along_axis(call.input.array, _axis(call), index)
    return -found if _is_min(call) else found


def _is_min(call: RecordedCall) -> bool:
    return call.event.call is not None and call.event.call.name == "softmin"


def _softmax(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    x = _logits(call, index)
    own = -call.input.at(index) if _is_min(call) else call.input.at(index)
    inner = "−x" if _is_min(call) else "x"
    total = np.exp(x).sum()
    top = 0.0
    if not math.isfinite(total) or total == 0:  # each exponent less by the largest
        top = float(x.max())
        total = np.exp(x - top).sum()
    symbol = f"exp({inner} − {top:.6g})" if top else f"exp({inner})"
    above = call.input.function("logit", symbol, [np.exp(own - top)], [index])
    return (product("value", above, plain("one_over_sum", 1 / total)),)


def _log_softmax(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    x = call.input
    return (
        product("logit", x.one("logit", index), plain("one", 1.0)),
        product("log_sum", plain("minus_log_sum", -log_sum(_logits(call, index)))),
    )


def _facts(call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
    return exponentials(_logits(call, index))


def _node_facts(event: Event, call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
    x = call.input.at(index)
    own = -x if _is_min(call) else x
    p = math.exp(own - log_sum(_logits(call, index)))
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


def _summed_over(call: RecordedCall, index: Index) -> np.ndarray:
    """The elements (n,) that go into an element of a logsumexp."""
    x = call.input.array
    dims = call.option("dim", 1)
    axes = {d % max(1, x.ndim) for d in (dims if isinstance(dims, list | tuple) else (dims,))}
    kept = iter(index)
    if call.option("keepdim", 2, False):
        place = [slice(None) if axis in axes else i for axis, i in enumerate(index)]
    else:
        place = [slice(None) if axis in axes else next(kept) for axis in range(x.ndim)]
    return np.asarray(x[tuple(place)], np.float64).reshape(-1)


def _logsumexp(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    return (product("value", plain("log_sum", log_sum(_summed_over(call, index)))),)


def _logsumexp_facts(call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
    return exponentials(_summed_over(call, index))


OPERATIONS = (
    OperationEntry(
        functions=("softmax", "softmin"),
        roles=("logit",),
        derivative="softmax′",
        form=_softmax_form,
        forward=_softmax,
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
        forward=_logsumexp,
        facts=_logsumexp_facts,
        nodes=(OperationNode("LogsumexpBackward0"),),
    ),
)
