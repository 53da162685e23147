"""Which calls of torch functions autograd follows, as they begin."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from backprop_viz.capture.code.calling_frames import is_in_function
from backprop_viz.capture.tensors.nested_tensors import nested_tensors, unwrapped
from backprop_viz.capture.tensors.writing import TELLS_ABOUT

# What reads a tensor and makes none that autograd follows.
_LOOKS = frozenset(
    {
        *("__get__", "__set__", "__repr__", "__format__", "__len__", "__hash__", "__deepcopy__"),
        *("__bool__", "__float__", "__int__", "__array__", "__dlpack__", "__reduce_ex__"),
        *("item", "tolist", "numpy", "detach", "detach_", "requires_grad_", "retain_grad"),
        *("_has_compatible_shallow_copy_type",),  # as ``module.to`` asks
        *("size", "stride", "nelement", "numel", "dim", "element_size", "data_ptr"),
        *("is_contiguous", "storage_offset", "untyped_storage", "storage", "is_set_to"),
        *("register_hook", "register_post_accumulate_grad_hook", "is_floating_point"),
        *("eq", "ne", "lt", "le", "gt", "ge", "equal", "allclose", "isclose", "isnan", "isfinite"),
        *("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "argmax", "argmin"),
        *("zeros_like", "ones_like", "empty_like", "rand_like", "randn_like", "full_like"),
    }
)

# Attributes that are operations.
_OPERATIONS = frozenset(
    getattr(Tensor, name).__get__ for name in ("T", "mT", "H", "mH", "real", "imag")
)


def followed_by_autograd(
    func: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> list[Tensor]:
    """The tensors of what a function is given for which autograd follows it; none if none does.

    Within a transform of ``torch.func`` those that it was given. In the forward of a custom
    Function all that require a gradient: torch records no graph in it, but a node of it.
    """
    if func in TELLS_ABOUT:
        return []
    name = getattr(func, "__name__", "")
    if name in _LOOKS and func not in _OPERATIONS:
        return []
    with torch._C.DisableTorchFunction():
        given = map(unwrapped, nested_tensors((args, kwargs)))
        used = [one for one in given if one.requires_grad]
    if used and not torch.is_grad_enabled() and not is_in_function():
        return []
    fills = name.endswith("_") and not name.endswith("__")  # as what an initialization calls
    return [] if fills and any(one.is_leaf for one in used) else used
