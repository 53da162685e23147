"""What an embedding with ``max_norm`` does to its table: the rows looked up are scaled down."""

from dataclasses import dataclass

import numpy as np

from backprop_viz.analysis.operations.recorded_call import RecordedCall, RecordedTensor
from backprop_viz.recording.explanations.number_explanation import Fact

# torch adds this to the norm that it divides by.
_EPS = 1e-7


@dataclass(frozen=True, slots=True)
class Renormed:
    """The norm of a row before, the largest that is allowed, and what the row is multiplied by."""

    norm: float
    most: float
    scale: float

    @property
    def facts(self) -> tuple[Fact, ...]:
        """What is said of it: nothing of a row that is short enough."""
        if self.scale == 1:
            return ()
        return (Fact("row_renormed", (self.norm, self.most, self.scale)),)


def renormed(call: RecordedCall, table: RecordedTensor, row: int) -> Renormed | None:
    """What a call of ``F.embedding`` does to a row of its table; None without ``max_norm``."""
    most = call.option("max_norm", 3)
    if most is None:
        return None
    values = np.asarray(table.array[row], np.float64)
    norm = float(np.linalg.norm(values, float(call.option("norm_type", 4, 2.0))))
    looked_up = bool((call.tensor("input", 0).array == row).any())
    scale = float(most) / (norm + _EPS) if looked_up and norm > most else 1.0
    return Renormed(norm, float(most), scale)
