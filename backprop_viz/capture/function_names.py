"""The functions of torch that a recording may name, and that are run again by that name.

No other is ever looked up: a recording may come from a file that somebody else made.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import torch
from torch.nn import functional
from torch.overrides import get_overridable_functions, resolve_name

from backprop_viz.capture.grouped_mm import grouped_mm
from backprop_viz.recording.trace.calls import INNER

_Function = Callable[..., Any]
# torch's own switches warnings off and on, and Python then forgets which ones it has shown.
_resolved: Callable[[_Function], str | None] = getattr(resolve_name, "__wrapped__", resolve_name)

# Functions that torch does not list as overridable, all the same seen by a TorchFunctionMode.
_OF_TENSORS = (
    *("unflatten", "new_zeros", "new_ones", "new_full", "new_empty"),
    *("to_sparse_csr", "to_sparse_csc"),
)
_FUNCTIONAL = (
    *("relu_", "elu_", "selu_", "celu_", "leaky_relu_", "rrelu_", "hardtanh_", "threshold_"),
    *("hardsigmoid", "hardswish", "sigmoid", "tanh", "upsample", "upsample_nearest"),
)
_NN = ("pad_sequence",)
# Before the name of one of torch's own operations that a script calls itself.
_CALLED = "aten."
# The operations of torchvision that make tensors of tensors; it is there if the script has it.
_TORCHVISION = "torchvision."
_OF_TORCHVISION = frozenset(
    {"deform_conv2d", "nms", "ps_roi_align", "ps_roi_pool", "roi_align", "roi_pool"}
)
_TORCH = (
    *("_weight_norm", "_pack_padded_sequence", "_pad_packed_sequence", "segment_reduce"),
    *("sparse_coo_tensor", "_sparse_sum", "_grouped_mm", "_standard_gamma", "_sample_dirichlet"),
    *("as_strided", "fill", "normal", "zero_"),
)
_SPARSE = ("_sparse_mm", "_sparse_addmm", "_sparse_softmax", "_sparse_log_softmax")
# What is made again by others: the numbers of sparse tensors are recorded dense, and not every
# function takes float64.
_OTHERS: Mapping[str, _Function] = {
    "torch._C._sparse._sparse_mm": torch.mm,
    "torch._C._sparse._sparse_addmm": torch.addmm,
    "torch._C._sparse._sparse_softmax": torch.softmax,
    "torch._C._sparse._sparse_log_softmax": torch.log_softmax,
    "torch._sparse_sum": torch.sum,
    "torch._grouped_mm": grouped_mm,
}


@cache
def _named() -> Mapping[str, _Function]:
    table = get_overridable_functions().values()
    named = ((_resolved(function), function) for functions in table for function in functions)
    found = {name: function for name, function in named if name is not None}
    places = (
        ("torch.Tensor", torch.Tensor, _OF_TENSORS),
        ("torch.nn.functional", functional, _FUNCTIONAL),
        ("torch", torch, _TORCH),
        ("torch._C._nn", torch._C._nn, _NN),
    )
    for where, holder, names in places:
        for name in names:
            if (function := getattr(holder, name, None)) is not None:
                found.setdefault(f"{where}.{name}", function)
    return found


@cache
def _unresolved() -> Mapping[_Function, str]:
    """The names of those that torch itself has none for."""
    places = (
        ("torch", torch, _TORCH),
        ("torch._C._nn", torch._C._nn, _NN),
        ("torch._C._sparse", getattr(torch._C, "_sparse", None), _SPARSE),
    )
    return {
        function: f"{where}.{name}"
        for where, holder, names in places
        for name in names
        if (function := getattr(holder, name, None)) is not None
    }


def function_of(name: str) -> _Function | None:
    """The function of a full name such as ``torch.nn.functional.conv2d``."""
    for prefix in (INNER, _CALLED):
        if name.startswith(prefix):
            return _operation(name.removeprefix(prefix))
    if name.startswith(_TORCHVISION):
        return _of_torchvision(name.removeprefix(_TORCHVISION))
    return _OTHERS.get(name) or _named().get(name)


def _of_torchvision(name: str) -> _Function | None:
    found = getattr(torch.ops.torchvision, name, None) if name in _OF_TORCHVISION else None
    return found if isinstance(found, torch._ops.OpOverloadPacket) else None


@cache
def _operation(name: str) -> _Function | None:
    """An operation that makes tensors of tensors: none that reads or writes a file."""
    packet = getattr(torch.ops.aten, name, None) if name.isidentifier() else None
    if not isinstance(packet, torch._ops.OpOverloadPacket):
        return None
    forms = [getattr(packet, form) for form in packet.overloads()]  # type: ignore[no-untyped-call]
    return packet if any(map(_is_of_tensors, forms)) else None


def _is_of_tensors(form: Any) -> bool:
    # TorchScript's own functions, of which one writes to files, have no such tag.
    schema = form._schema
    return (
        torch.Tag.pt2_compliant_tag in form.tags
        and any("Tensor" in str(argument.type) for argument in schema.arguments)
        and all("Tensor" in str(made.type) for made in schema.returns)
    )


def name_of(function: _Function) -> str | None:
    """The full name of a function; None where torch knows none.

    Of one of torch's own operations it is that of all its forms.
    """
    if isinstance(function, torch._ops.OpOverload):
        function = function.overloadpacket
    return _resolved(function) or _unresolved().get(function)


def is_made_by_another(name: str | None) -> bool:
    """Whether a function is made again by another one, which has other nodes."""
    return name in _OTHERS
