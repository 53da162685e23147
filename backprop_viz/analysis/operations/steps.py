"""Functions that are flat except for steps, and softshrink, which is flat around 0."""

from backprop_viz.analysis.operations.index_forms import number_text
from backprop_viz.analysis.operations.operation_entry import (
    OperationEntry,
    OperationNode,
    SentGradient,
)
from backprop_viz.analysis.operations.recorded_call import Index, RecordedCall, plain, product
from backprop_viz.recording.explanations.number_explanation import Part


def _shrunk(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    x, bound = call.input.at(index), _bound(call)
    if abs(x) <= bound:
        return (product("value", call.input.one("pre_activation", index), plain("slope", 0.0)),)
    moved = -bound if x > 0 else bound
    return (
        product("value", call.input.one("pre_activation", index), plain("slope", 1.0)),
        product("bound", plain("bound", moved)),
    )


def _bound(call: RecordedCall) -> float:
    return float(call.option("lambd", 1, 0.5))


def _shrunk_form(call: RecordedCall) -> str:
    bound = number_text(_bound(call))
    above = f"x[…] − {bound} where x[…] > {bound}"
    return f"y[…] = {above}, else x[…] + {bound} where x[…] < −{bound}, else 0"


def _shrunk_sent_form(call: RecordedCall) -> str:
    return f"∂L/∂x[…] = δ[…]·(|x[…]| > {number_text(_bound(call))})"


def _rounded_form(call: RecordedCall) -> str:
    decimals = call.option("decimals", 99, 0)
    if not decimals:
        return "y[…] = round(x[…])"
    scale = number_text(10.0**decimals)
    return f"y[…] = round({scale}·x[…]) / {scale}"


OPERATIONS = (
    *(
        OperationEntry(functions=(name,), form=f"y[…] = {form}")
        for name, form in (
            ("floor", "⌊x[…]⌋"),
            ("ceil", "⌈x[…]⌉"),
            ("trunc", "trunc(x[…])"),
            ("sign", "sign(x[…])"),
        )
    ),
    OperationEntry(functions=("round",), form=_rounded_form),
    OperationEntry(
        functions=("softshrink",),
        roles=("pre_activation",),
        form=_shrunk_form,
        forward=_shrunk,
        nodes=(OperationNode("SoftshrinkBackward0", (SentGradient("local", _shrunk_sent_form),)),),
    ),
)
