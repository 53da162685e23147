"""The modules of a model, found in a fifth of the time that its generators take."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

_named_modules = nn.Module.named_modules


class _Walked(threading.local):
    """What was found of each model, while nobody changes any in this thread."""

    modules: dict[nn.Module, list[tuple[str, nn.Module]]] | None = None
    parameters: dict[nn.Module, list[tuple[str, nn.Parameter]]] | None = None
    scope: object = None


_walked = _Walked()


@contextmanager
def walked_once() -> Iterator[None]:
    """In here no code runs that may change a model: each is walked through once."""
    before = _walked.modules, _walked.parameters, _walked.scope
    if before[0] is None:
        _walked.modules, _walked.parameters, _walked.scope = {}, {}, object()
    try:
        yield
    finally:
        _walked.modules, _walked.parameters, _walked.scope = before


def unchanged_scope() -> object:
    """The same object as long as no code runs that may change a model; None where some may."""
    return _walked.scope


def modules_in(model: nn.Module) -> list[tuple[str, nn.Module]]:
    """As ``named_modules``: every module once, with its dotted name, in the same order."""
    known = _walked.modules
    if known is None:
        return _walk(model)
    if model not in known:
        known[model] = _walk(model)
    return known[model]


def _walk(model: nn.Module) -> list[tuple[str, nn.Module]]:
    found: list[tuple[str, nn.Module]] = []
    seen: set[nn.Module] = set()
    ahead = [("", model)]
    while ahead:
        name, module = ahead.pop()
        if module in seen:
            continue
        if type(module).named_modules is not _named_modules:
            return list(model.named_modules())
        seen.add(module)
        found.append((name, module))
        if module._modules:
            before = f"{name}." if name else ""
            inner = [(before + key, one) for key, one in module._modules.items() if one is not None]
            inner.reverse()
            ahead += inner
    return found


def other_names(model: nn.Module) -> dict[str, list[str]]:
    """Of each module that the model holds more than once: the names after the first, by that.

    Of the modules inside such a one nothing is said.
    """
    first: dict[nn.Module, str] = {}
    found: dict[str, list[str]] = {}
    for name, module in modules_in(model):
        for key, inner in module._modules.items():
            if inner is None:
                continue
            full = f"{name}.{key}" if name else key
            if full != (known := first.setdefault(inner, full)):
                found.setdefault(known, []).append(full)
    return found


def parameters_in(model: nn.Module) -> list[tuple[str, nn.Parameter]]:
    """As ``named_parameters``."""
    known = _walked.parameters
    if known is None:
        return _parameters_in(model)
    if model not in known:
        known[model] = _parameters_in(model)
    return known[model]


def _parameters_in(model: nn.Module) -> list[tuple[str, nn.Parameter]]:
    if type(model).named_parameters is not nn.Module.named_parameters:
        return list(model.named_parameters())
    found: list[tuple[str, nn.Parameter]] = []
    seen: set[int] = set()
    for name, module in modules_in(model):
        if not module._parameters:
            continue
        before = f"{name}." if name else ""
        for key, parameter in module._parameters.items():
            if parameter is not None and id(parameter) not in seen:
                seen.add(id(parameter))
                found.append((before + key, parameter))
    return found


def tensors_in(model: nn.Module) -> list[Tensor]:
    """The parameters and the buffers of its modules; one that is shared comes more than once."""
    modules = modules_in(model)
    held = [tensors for _, one in modules for tensors in (one._parameters, one._buffers) if tensors]
    return [tensor for tensors in held for tensor in tensors.values() if tensor is not None]


def shares_any(module: nn.Module, others: Sequence[nn.Module]) -> bool:
    """Whether it has a parameter that one of the others has, too."""
    theirs = {id(parameter) for other in others for parameter in other.parameters()}
    return not theirs.isdisjoint(map(id, module.parameters()))


def any_lazy(model: nn.Module) -> bool:
    """Whether one of those has no numbers yet."""
    tensors = tensors_in(model)
    return any(map(is_lazy, dict(zip(map(type, tensors), tensors, strict=True)).values()))


def any_scripted(model: nn.Module) -> bool:
    """Whether one of the modules runs outside Python."""
    kinds = {type(module) for _, module in modules_in(model)}
    return any(issubclass(kind, torch.jit.ScriptModule) for kind in kinds)


def buffers_in(model: nn.Module) -> Iterator[tuple[str, Tensor]]:
    """As ``named_buffers``."""
    if type(model).named_buffers is not nn.Module.named_buffers:
        yield from model.named_buffers()
        return
    seen: set[int] = set()
    for name, module in modules_in(model):
        for key, buffer in module._buffers.items():
            if buffer is not None and id(buffer) not in seen:
                seen.add(id(buffer))
                yield f"{name}.{key}" if name else key, buffer
