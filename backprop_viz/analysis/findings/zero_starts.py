"""Factors that begin as 0, so that what is before them begins to learn a little later.

LoRA's second matrix is one, ReZero's gates are, the gain of the last norm of a residual block
(``zero_init_residual``), and the output layer of a diffusion transformer.
"""

import numpy as np

from backprop_viz.analysis.operations import input_role
from backprop_viz.analysis.provenance import forward_events
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase

_PRODUCTS = ("mul", "imul", "mul_", "rmul", "multiply")
# A weight is so few steps of the present size from 0.
_STEPS = 5.0


def leaves_zero(recording: Recording) -> bool:
    """Whether a matrix or a gate that began as 0 has made a few steps at most.

    A vector that is added may begin as 0: most biases do.
    """
    gates = {
        tensor
        for _, event in forward_events(recording)
        for place, tensor in enumerate(event.input_ids)
        if event.op in _PRODUCTS or input_role(event, place) == "gain"
    }
    for event in recording.events:
        if event.phase is not Phase.UPDATE or event.parameter is None:
            continue
        before, after = event.inputs[0], event.outputs[0]
        parameter = recording.by_parameter.get(event.parameter)
        if before is None or after is None or parameter is None:
            continue
        if before.ndim < 2 and parameter.value_id not in gates:
            continue
        with np.errstate(over="ignore"):
            step = np.linalg.norm(np.subtract(after, before))
            if 0 < step < np.inf and np.linalg.norm(before) <= _STEPS * step:
                return True
    return False
