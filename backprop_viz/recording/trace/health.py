"""The health of an iteration's tensors: a few numbers of each, kept for long runs."""

from dataclasses import dataclass
from typing import Literal

# What a tensor is: what a module made and the gradient of that, a parameter's .grad as the
# optimizer found it, a parameter after the update.
Role = Literal["output", "output_grad", "grad", "weight"]


@dataclass(frozen=True, slots=True)
class TensorHealth:
    """A tensor in a few numbers. No copy of it is kept.

    - ``name``: the dotted name of the parameter, or of the module ("" for the network itself).
    - ``number``: which of the module's outputs it is, in their order.
    - ``finite``: whether all of its elements are. If not, the numbers may be NaN or infinite.
    - ``zeros``: the share of elements that are exactly 0, from 0 to 1.
    - ``low``, ``high``, ``mean``, ``norm``: the least and the greatest element, the mean, and the
      square root of the sum of squares; float16 and bfloat16 are summed in float32.
    - ``missing``: why there are no numbers, as a code of ``Event.missing``, or "empty"; "" if
      there are.
    """

    role: Role
    name: str
    shape: tuple[int, ...]
    dtype: str
    number: int = 0
    finite: bool = True
    zeros: float = 0.0
    low: float = 0.0
    high: float = 0.0
    mean: float = 0.0
    norm: float = 0.0
    missing: str = ""


@dataclass(frozen=True, slots=True)
class IterationHealth:
    """The tensors of one iteration, in the order in which torch made them.

    ``iteration`` is its number in the run, from 1. ``loss`` is None where it is not known.
    """

    iteration: int
    tensors: tuple[TensorHealth, ...]
    loss: float | None = None

    @property
    def finite(self) -> bool:
        """Whether every number of every tensor was finite."""
        return all(tensor.finite for tensor in self.tensors)
