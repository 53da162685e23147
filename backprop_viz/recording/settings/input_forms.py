"""With or without its batch dimension: in which form the network is given its input."""

from typing import TYPE_CHECKING

from backprop_viz.recording.errors import ArgumentError
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

if TYPE_CHECKING:
    from torch import Tensor

# "batch": as it is; "single": the first input alone; "unsqueezed": that one as a batch of one.
FORMS = ("batch", "single", "unsqueezed")


def expect_form(name: str) -> None:
    """Raise ArgumentError, a ValueError, if there is no such form."""
    if name not in FORMS:
        raise ArgumentError(
            QT_TRANSLATE_NOOP("errors", "input_form must be one of {0}, not {1}."),
            ", ".join(FORMS),
            repr(name),
        )


def in_form(name: str, batch: "Tensor") -> "Tensor":
    """A batch (N, …), its first sample (…), or a batch of that one alone (1, …)."""
    if name == "batch":
        return batch
    return batch[0] if name == "single" else batch[0].unsqueeze(0)
