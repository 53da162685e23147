"""Sums, means and products along axes."""

import numpy as np

from backprop_viz.analysis.operations.operation_entry import (
    OperationEntry,
    OperationNode,
    SentGradient,
)
from backprop_viz.analysis.operations.recorded_call import (
    Index,
    NotRecorded,
    Places,
    RecordedCall,
    constant,
    product,
)
from backprop_viz.analysis.operations.reduced_axes import (
    ReducedElements,
    ReducedForm,
    reduced_elements,
    reduced_form,
)
from backprop_viz.recording.explanations.number_explanation import Fact, Part

# A product of more factors than these is not written out.
_MOST_FACTORS = 32


def _elements(call: RecordedCall, index: Index) -> ReducedElements:
    keepdim = bool(call.option("keepdim", 2, False))
    return reduced_elements(call.input, call.option("dim", 1), index, keepdim=keepdim)


def _form(call: RecordedCall) -> ReducedForm:
    keepdim = bool(call.option("keepdim", 2, False))
    return reduced_form(call.input, call.option("dim", 1), keepdim=keepdim)


def _sum_form(call: RecordedCall) -> str:
    form = _form(call)
    return f"y{form.made} = Σ{form.axes} x{form.read}"


def _sum_sent(call: RecordedCall) -> str:
    form = _form(call)
    return f"∂L/∂x{form.read} = δ{form.made}"


def _mean_form(call: RecordedCall) -> str:
    form = _form(call)
    return f"y{form.made} = Σ{form.axes} x{form.read} / {_count(form)}"


def _mean_sent(call: RecordedCall) -> str:
    form = _form(call)
    return f"∂L/∂x{form.read} = δ{form.made} / {_count(form)}"


def _count(form: ReducedForm) -> str:
    """How many there are; where no letter stands for a place, n can be their number."""
    return str(form.count) if form.read else "n"


def _prod_form(call: RecordedCall) -> str:
    form = _form(call)
    return f"y{form.made} = Π{form.axes} x{form.read}"


def _prod_sent(call: RecordedCall) -> str:
    form = _form(call)
    return f"∂L/∂x{form.read} = δ{form.made}·y{form.made} / x{form.read}"


def _sum(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    found = _elements(call, index)
    return (product("terms", found.tensor.column("input", found.places)),)


def _mean(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    found = _elements(call, index)
    count = len(found.places)
    column = found.tensor.column("input", found.places)
    return (product("products", column, constant("share", 1 / count, count)),)


def _mean_facts(call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
    return (Fact("mean_of", (len(_elements(call, index).places),)),)


def _prod(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    found = _elements(call, index)
    if len(found.places) > _MOST_FACTORS:
        raise NotRecorded
    factors = [found.tensor.column("factor", found.places[[k]]) for k in range(len(found.places))]
    return (product("value", *factors),) if factors else (Part("value", constant("", 1, 1).values),)


def _up_to(call: RecordedCall, index: Index) -> Places:
    """The places along the axis up to an element's own, this included."""
    axis = int(call.option("dim", 1)) % max(1, len(index))
    places = [(*index[:axis], k, *index[axis + 1 :]) for k in range(index[axis] + 1)]
    return np.array(places, np.int64)


def _cumsum(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    return (product("terms", call.input.column("input", _up_to(call, index))),)


def _cumprod(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    places = _up_to(call, index)
    if len(places) > _MOST_FACTORS:
        raise NotRecorded
    return (product("value", *(call.input.one("factor", tuple(place)) for place in places)),)


OPERATIONS = (
    OperationEntry(
        functions=("sum",),
        form=_sum_form,
        forward=_sum,
        nodes=tuple(
            OperationNode(f"SumBackward{i}", (SentGradient("one", _sum_sent),)) for i in (0, 1)
        ),
    ),
    OperationEntry(
        functions=("mean",),
        form=_mean_form,
        coefficient="share",
        forward=_mean,
        facts=_mean_facts,
        nodes=tuple(
            OperationNode(f"MeanBackward{i}", (SentGradient("share", _mean_sent),)) for i in (0, 1)
        ),
    ),
    OperationEntry(
        functions=("prod",),
        form=_prod_form,
        forward=_prod,
        nodes=tuple(
            OperationNode(f"ProdBackward{i}", (SentGradient("local", _prod_sent),)) for i in (0, 1)
        ),
    ),
    OperationEntry(
        functions=("cumsum",),
        forward=_cumsum,
        nodes=(OperationNode("CumsumBackward0", (SentGradient("one"),)),),
    ),
    OperationEntry(functions=("cumprod",), form="yᵢ = Π x[:i + 1]", forward=_cumprod),
)
