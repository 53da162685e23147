"""What is to be said of a part of a complex number, beside its terms.

torch gives the gradient of a real loss L by a complex z = x + iy as ∂L/∂x + i·∂L/∂y. That is twice
∂L/∂z*, the conjugate Wirtinger derivative. So the real part of a gradient is how fast the loss
changes with the real part of the number, and a step against the gradient leads downhill.
Source: https://docs.pytorch.org/docs/stable/notes/autograd.html#autograd-for-complex-numbers
"""

from dataclasses import replace

import numpy as np

from backprop_viz.recording.explanations.components import IMAG, REAL
from backprop_viz.recording.explanations.number_explanation import Fact, NumberExplanation
from backprop_viz.recording.trace.events import Event

_GRADIENTS = frozenset({"gradient", "arrived", "accumulated"})
_PARTS = {REAL: "Re ", IMAG: "Im ", "": ""}
# Operations whose rule, as it is written for real numbers, is another one for complex ones.
_OTHERWISE = ("norm", "var", "std")


def is_complex(event: Event) -> bool:
    """Whether an event has to do with complex numbers."""
    arrays = (*event.inputs, *event.outputs)
    return any(array is not None and np.iscomplexobj(array) for array in arrays)


def of_component(explanation: NumberExplanation) -> NumberExplanation:
    """An explanation with the part of a complex number in its formula, and torch's convention."""
    if any(fact.code == "complex_gradient" for fact in explanation.facts):
        return explanation  # it is that of the one number that was passed on
    if explanation.kind in _GRADIENTS:
        part = _PARTS[explanation.number.component].strip()
        return replace(explanation, facts=(*explanation.facts, Fact("complex_gradient", (part,))))
    return explanation


def forward_in_parts(formula: str, event: Event, component: str) -> str:
    """An operation's rule in symbols for a part of a complex number; "" if it is another one."""
    if is_complex(event) and any(each in event.op for each in _OTHERWISE):
        return ""
    made, equals, rule = formula.partition(" = ")
    part = _PARTS[component]
    return f"{part}{made} = {part.strip()}({rule})" if equals and part else formula


def gradient_in_parts(component: str) -> str:
    """The chain rule over real and imaginary parts, in symbols."""
    x = f"{_PARTS[component]}x"
    return f"{_PARTS[component]}∂L/∂x = Σⱼ Re δⱼ·∂Re yⱼ/∂{x} + Im δⱼ·∂Im yⱼ/∂{x}"
