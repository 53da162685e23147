"""What a torch function writes to, told before it runs from how it is called."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from inspect import signature
from types import FunctionType
from typing import Any

import torch
from torch import Tensor, nn

_Args = tuple[Any, ...]
# What a call writes to, tensors nested in it; None where that is not known.
_Written = Sequence[Any] | None
_Rule = Callable[[_Args, Mapping[str, Any]], _Written]

# Of what torch's own functions in Python do no more than read: methods, and torch.functional.
_READ_IN_PYTHON = frozenset(
    {
        *("split", "norm", "einsum", "meshgrid", "broadcast_tensors", "tensordot", "stft", "cdist"),
        *("unflatten", "unique", "unique_consecutive", "atleast_1d", "atleast_2d", "atleast_3d"),
        *("__rsub__", "__rdiv__", "__rtruediv__", "__rfloordiv__", "__rpow__", "__pow__"),
        *("__rmatmul__", "__rmod__", "pow", "__len__", "__iter__", "__reversed__", "__contains__"),
        *(
            "backward",
            "grad",
            "__format__",
            "__repr__",
            "__hash__",
            "retain_grad",
            "block_diag",
            "chain_matmul",
        ),
    }
)
# The same of functions in C++ that are no operations, or whose operation has another name.
_READ = frozenset(
    {
        *("__getitem__", "__bool__", "__float__", "__int__", "__index__", "__complex__", "__len__"),
        *("__matmul__", "__truediv__", "__floordiv__", "__mod__", "__invert__", "__neg__"),
        *("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__abs__", "__pos__"),
        *("__radd__", "__rmul__", "__div__", "__pow__"),
        *("size", "dim", "stride", "numel", "nelement", "ndimension", "storage_offset", "item"),
        *("element_size", "is_contiguous", "is_floating_point", "is_complex", "get_device"),
        *("tolist", "type", "to", "float", "double", "half", "bfloat16", "int", "long", "bool"),
        *("cpu", "byte", "char", "short", "requires_grad_", "is_nonzero", "is_same_size"),
        *("new_zeros", "new_ones", "new_full", "new_empty", "new_tensor", "tensor", "contiguous"),
        *("is_tensor", "is_inference", "is_conj", "is_neg", "is_signed", "type_as", "view"),
        *("reshape", "permute", "sum", "all", "any", "max", "min", "equal", "allclose", "split"),
        *("zeros", "ones", "full", "empty", "rand", "randn", "randint", "randperm", "arange"),
    }
)
# What only tells about a tensor, whatever it is: none of its numbers, nor what leads to another.
TELLS_ABOUT = frozenset(
    {
        *(Tensor.dim, Tensor.numel, Tensor.is_floating_point, Tensor.is_complex),
        *(
            getattr(Tensor, name).__get__
            for name in (
                *("shape", "dtype", "device", "layout", "ndim", "is_leaf", "requires_grad"),
                *("is_cpu", "is_cuda", "is_nested", "is_sparse", "is_quantized", "is_meta"),
                "_base",
            )
        ),
    }
)
_WRITING_OPERATORS = frozenset(
    f"__{name}__"
    for name in (
        *("iadd", "isub", "imul", "itruediv", "ifloordiv", "imod", "ipow", "idiv"),
        *("iand", "ior", "ixor", "ilshift", "irshift", "setitem"),
    )
)
# Through these somebody may come to change gradients while a backward runs.
_TO_HOOKS = frozenset({"grad_fn", "_grad_fn", "_backward_hooks", "_post_accumulate_grad_hooks"})
_HOOKING = frozenset({"register_hook", "register_post_accumulate_grad_hook"})
_UNKNOWN_ATTRIBUTES = frozenset({"_cdata", "__cuda_array_interface__"})


def written_by(function: Callable[..., Any], args: _Args, kwargs: Mapping[str, Any]) -> _Written:
    """What a call writes to; None where that is not known."""
    rule = rule_of_writing(function)
    if rule is None:
        return (kwargs["out"],) if "out" in kwargs else ()
    return rule(args, kwargs)


def reaches_hooks(function: Callable[..., Any]) -> bool:
    """Whether a function hooks a tensor, or hands out what can be hooked."""
    name = getattr(function, "__name__", "")
    if name == "__get__":
        return getattr(getattr(function, "__self__", None), "__name__", "") in _TO_HOOKS
    return name in _HOOKING


@lru_cache(maxsize=4096)
def rule_of_writing(function: Callable[..., Any]) -> _Rule | None:
    """What tells of a call what it writes to.

    None for a function that writes to nothing but what it is given as ``out``.
    """
    name: str = getattr(function, "__name__", "")
    if type(function) is FunctionType:
        return _rule_in_python(function, name)
    if name == "__get__":
        attribute = getattr(getattr(function, "__self__", None), "__name__", "")
        return _unknown if attribute in _UNKNOWN_ATTRIBUTES else None
    if name == "__set__":
        attribute = getattr(getattr(function, "__self__", None), "__name__", "")
        return _first if attribute == "data" else _another
    if name in _WRITING_OPERATORS:
        return _first
    if name in _READ:
        return None
    if isinstance(function, torch._ops.OpOverloadPacket | torch._ops.OpOverload):
        return _unknown
    return _rule_of_operation(name)


def _rule_in_python(function: Callable[..., Any], name: str) -> _Rule | None:
    module = function.__module__
    if module == nn.functional.__name__ and not name.endswith("_"):
        if name in ("batch_norm", "instance_norm"):
            return _running_statistics
        if name in ("embedding", "embedding_bag"):
            return _renormed
        return _in_place_if_told(function)
    torchs = module in ("torch._tensor", "torch.functional", "torch.autograd")
    return None if torchs and name in _READ_IN_PYTHON else _unknown


def _rule_of_operation(name: str) -> _Rule | None:
    """By the operation's declarations. Those of the norms do not tell all that they do."""
    if name.endswith(("batch_norm", "instance_norm")):
        return _norm_statistics
    schemas = torch._C._jit_get_schemas_for_operator(f"aten::{name}")
    if not schemas and name.startswith("__"):
        schemas = torch._C._jit_get_schemas_for_operator(f"aten::{name.strip('_')}")
    places = {
        place
        for schema in schemas
        if "out" not in schema.overload_name
        for place, argument in enumerate(schema.arguments)
        if argument.alias_info is not None and argument.alias_info.is_write
    }
    if not schemas or places - {0}:
        return _unknown
    return _first if places else None


def _in_place_if_told(function: Callable[..., Any]) -> _Rule | None:
    """The rule of a function that may have an argument ``inplace``, or an ``out`` by its place."""
    names = list(signature(function).parameters)
    flag = names.index("inplace") if "inplace" in names else None
    out = names.index("out") if "out" in names else None
    if flag is None and out is None:
        return None

    def rule(args: _Args, kwargs: Mapping[str, Any]) -> _Written:
        if kwargs.get("inplace") or (flag is not None and len(args) > flag and args[flag]):
            return args, kwargs
        if kwargs.get("out") is not None or (out is not None and len(args) > out):
            return args, kwargs
        return ()

    return rule


def _first(args: _Args, kwargs: Mapping[str, Any]) -> _Written:
    return (args[:1], kwargs)


def _another(args: _Args, kwargs: Mapping[str, Any]) -> _Written:
    """``p.grad = x``: no memory is written to, but what has been looked at is another tensor."""
    return ((),)


def _unknown(args: _Args, kwargs: Mapping[str, Any]) -> _Written:
    return None


def _running_statistics(args: _Args, kwargs: Mapping[str, Any]) -> _Written:
    return args[1:3], kwargs.get("running_mean"), kwargs.get("running_var")


def _norm_statistics(args: _Args, kwargs: Mapping[str, Any]) -> _Written:
    return args[1:], kwargs


def _renormed(args: _Args, kwargs: Mapping[str, Any]) -> _Written:
    """``F.embedding``: with a largest norm it shortens the rows that it looks up."""
    plain = len(args) < 4 and kwargs.get("max_norm") is None
    return () if plain or (len(args) > 3 and args[3] is None) else (args, kwargs)
