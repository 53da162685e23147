"""Where the memory of a tensor lies, and how often it was written to."""

from torch import Tensor

from backprop_viz.capture.tensors.memory import NotCopied, why_not
from backprop_viz.capture.tensors.unheard import is_fake

# A tensor's address, and how often it was changed.
MemoryPlace = tuple[int, int]


def place_of(tensor: Tensor) -> MemoryPlace | None:
    """None for a tensor without memory of its own, such as a sparse one."""
    if is_fake(tensor):
        return None
    try:
        return tensor.data_ptr(), tensor._version
    except (RuntimeError, ValueError):
        return None


def version_of(tensor: Tensor) -> int:
    """How often torch knows a tensor to have been changed; inference tensors are not counted.

    Raises NotCopied.
    """
    try:
        return tensor._version
    except (RuntimeError, ValueError) as error:
        if _is_inference(tensor):
            return 0
        raise NotCopied(why_not(tensor)) from error


def _is_inference(tensor: Tensor) -> bool:
    try:
        return tensor.is_inference()
    except (RuntimeError, ValueError):
        return False
