"""Where the package registers what explains a recording's numbers: that needs torch."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backprop_viz.recording.explanations.number import Number
    from backprop_viz.recording.explanations.number_explanation import NumberExplanation

    # The first is a Recording, which imports this module.
    Explain = Callable[[Any, Number], NumberExplanation]
# Empty until the package registers it.
engine: list["Explain"] = []


def set_engine(explain: "Explain") -> None:
    """Register what explains a number: a function of the recording and the number."""
    engine[:] = [explain]


def explained(recording: Any, number: "Number") -> "NumberExplanation":
    """The engine's explanation. Raises RuntimeError where no engine is registered."""
    if not engine:
        raise RuntimeError("Numbers are explained by backprop_viz as a whole: import backprop_viz.")
    return engine[0](recording, number)
