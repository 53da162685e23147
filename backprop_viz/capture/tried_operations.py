"""The operation that raised, and what it was given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import CodeType

from torch import Tensor

from backprop_viz.capture.tensors.shapes import known_sizes
from backprop_viz.capture.watches.function_watch import calling_line
from backprop_viz.recording.trace.events import Event, Failure
from backprop_viz.recording.trace.torch_error import NamedShape

# Operations whose whole numbers choose among others: the place of the numbers, the place and the
# axis of what they choose from.
CHOOSE = {"cross_entropy": (1, 0, 1), "nll_loss": (1, 0, 1), "embedding": (0, 1, 0)}


@dataclass
class Tried:
    """The operation that raised last, and what it was given."""

    op: str = ""
    read: tuple[NamedShape, ...] = ()
    ids: tuple[int | None, ...] = ()
    error: BaseException | None = field(default=None, repr=False)
    # The least and the greatest of the whole numbers that it chooses by.
    chosen: tuple[int, int] | None = None


def chosen_by(op: str, tensors: Sequence[Tensor]) -> tuple[int, int] | None:
    """The least and the greatest of the whole numbers by which an operation chooses."""
    place = CHOOSE[op][0] if op in CHOOSE else len(tensors)
    if place >= len(tensors) or tensors[place].is_floating_point() or not tensors[place].numel():
        return None
    try:
        return int(tensors[place].min()), int(tensors[place].max())
    except RuntimeError:  # within a transform it has no numbers
        return None


def named_shapes(tensors: Sequence[Tensor], names: Mapping[int, str]) -> tuple[NamedShape, ...]:
    """What an operation was given; ``names`` by the ``id()`` of a tensor."""
    return tuple(
        NamedShape(
            names.get(id(tensor), ""),
            known_sizes(tensor.shape),
            str(tensor.dtype).removeprefix("torch."),
            str(tensor.device),
        )
        for tensor in tensors
    )


def refused(
    error: Exception,
    ran: Sequence[Event],
    shapes: Mapping[str, tuple[int, ...]],
    tried: Tried,
    code: CodeType | None,
) -> Failure:
    """A forward of this ``code`` that raised, after these operations; ``shapes`` of its inputs."""
    made = [(e.op, e.outputs[0].shape) for e in ran if e.outputs and e.outputs[0] is not None]
    reached, given = (*shapes.items(), *made), tuple(one.shape for one in tried.read)
    kind, line = type(error).__name__, calling_line(error, code)
    return Failure(kind, str(error), line, reached, tried.op, given)
