"""Where the package registers what explains a recording's numbers: that needs torch."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backprop_viz.recording.number import Number
    from backprop_viz.recording.number_explanation import NumberExplanation

    # The first is a Recording, which imports this module.
    Explain = Callable[[Any, Number], NumberExplanation]
# Empty until the package puts it in.
engine: list["Explain"] = []


def set_engine(explain: "Explain") -> None:
    """Put in what explains a number of a recording: a function of both."""
    engine[:] = [explain]


def explained(recording: Any, number: "Number") -> "NumberExplanation":
    """What the engine says. Raises RuntimeError where there is none."""
    if not engine:
        raise RuntimeError("Numbers are explained by backprop_viz as a whole: import backprop_viz.")
    return engine[0](recording, number)
