"""Memory that a call of the script's makes larger, as ``out=`` of an empty tensor is.

torch lets nobody resize memory that numpy has ever looked at, and a recording looks.
"""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

_REFUSED = "resize storage that is not resizable"
_KEEP_NUMBERS = ("resize_", "resize_as_")


def may_be_resized_now(
    error: RuntimeError,
    func: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
) -> bool:
    """Whether a call was refused that would resize memory, and can be made now.

    What it was to write to has memory of its own then. A call that was refused has left that with
    its new shape, which may be beyond its memory: so the tensor itself is not read here.
    """
    if _REFUSED not in str(error):
        return False
    keeps = getattr(func, "__name__", "") in _KEEP_NUMBERS
    out = args[0] if keeps and args else kwargs.get("out")
    tensors = [one for one in (out if isinstance(out, tuple | list) else (out,)) if one is not None]
    if not tensors or not all(isinstance(one, Tensor) for one in tensors):
        return False
    with torch._C.DisableTorchFunction(), torch.no_grad():
        for tensor in tensors:
            before = tensor.untyped_storage()
            if before.resizable():
                continue
            empty = torch.empty(0, device=before.device).untyped_storage()
            made = before.clone() if keeps else empty
            tensor.set_(made, 0, (made.nbytes() // tensor.element_size(),), (1,))
    return True
