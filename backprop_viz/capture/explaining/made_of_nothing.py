"""Operations whose numbers come from no tensor that they read."""

from backprop_viz.recording.trace.events import Event

# Operations that make numbers of a shape alone, or of what is no tensor.
_MAKERS = frozenset({"zeros", "ones", "full", "empty", "arange", "eye", "tensor", "as_tensor"})
# What writes one number everywhere, if that is none of another tensor.
_WRITERS = frozenset({"fill_", "zero_"})


def is_made_of_nothing(event: Event) -> bool:
    """Whether an operation only takes the shape of what it reads: ``new_zeros``, ``ones_like``."""
    name = event.op if event.call is None else event.call.name
    if name in _MAKERS or (name in _WRITERS and len(event.input_ids) == 1):
        return True
    return name.startswith("new_") or (name.endswith("_like") and "rand" not in name)
