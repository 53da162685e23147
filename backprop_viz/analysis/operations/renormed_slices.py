"""``torch.renorm``: slices that are longer than allowed are scaled down to that length."""

import numpy as np

from backprop_viz.analysis.operations.index_forms import number_text
from backprop_viz.analysis.operations.operation_entry import OperationEntry
from backprop_viz.analysis.operations.recorded_call import Index, RecordedCall, plain, product
from backprop_viz.recording.explanations.number_explanation import Part

_EPS = 1e-7  # torch adds this to the norm that it divides by


def _parts(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    order, axis = float(call.option("p", 1)), int(call.option("dim", 2))
    most = float(call.option("maxnorm", 3))
    own = np.take(call.input.array, index[axis], axis=axis).astype(np.float64)
    norm = float(np.linalg.norm(own.reshape(-1), order))
    scale = most / (norm + _EPS) if norm > most else 1.0
    return (product("value", call.input.one("input", index), plain("scale", scale)),)


def _form(call: RecordedCall) -> str:
    order, most = float(call.option("p", 1)), number_text(float(call.option("maxnorm", 3)))
    return f"y[…] = x[…]·{most}/‖x‖ where ‖x‖ > {most}, else x[…] (norm of order {order:g})"


OPERATIONS = (OperationEntry(functions=("renorm",), form=_form, forward=_parts, composite=True),)
