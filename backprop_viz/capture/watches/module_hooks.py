"""Hooks on the calls of modules that do not go along when a module is copied or pickled.

As they are, the copy would be recorded too, ``copy.deepcopy`` would copy the recording with it, and
``torch.save`` of a model would raise.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch.nn.modules.module import (
    register_module_forward_hook,
    register_module_forward_pre_hook,
)
from torch.utils.hooks import RemovableHandle

from backprop_viz.capture.code import own_faults
from backprop_viz.capture.code.calling_frames import kwargs_of_call
from backprop_viz.capture.listening_depth import hidden_from, since_now

_HOOKS = ("_forward_pre_hooks", "_forward_hooks")
_ABOUT_HOOKS = (
    *_HOOKS,
    "_forward_pre_hooks_with_kwargs",
    "_forward_hooks_with_kwargs",
    "_forward_hooks_always_called",
)


class _Hook:
    """A hook of ours; whoever copies it all the same has one that does nothing."""

    def __init__(self, call: Callable[..., None]) -> None:
        self._call, self._since = call, since_now()

    def __call__(self, *args: Any, **kwargs: Any) -> None:
        try:
            if not hidden_from(self._since):
                self._call(*args, **kwargs)
        except Exception as fault:
            own_faults.note(fault)

    def __reduce__(self) -> str:
        return _nothing.__name__


def _nothing(*_: Any, **__: Any) -> None:
    pass


def called_before(
    module: nn.Module, hook: Callable[..., None], *, with_kwargs: bool = False
) -> RemovableHandle:
    """Call ``hook(module, args)`` before a call of a module; ``with_kwargs``: and the kwargs."""
    if isinstance(module, torch.jit.ScriptModule):  # which takes no hooks of its own

        def before(called: nn.Module, args: Any) -> None:
            if called is module:
                hook(module, args, *([kwargs_of_call()] if with_kwargs else []))

        return register_module_forward_pre_hook(own_faults.guarded(before))
    return module.register_forward_pre_hook(_Hook(hook), with_kwargs=with_kwargs)


def called_after(
    module: nn.Module, hook: Callable[..., None], *, always: bool = True
) -> RemovableHandle:
    """Call ``hook(module, args, output)`` after a call; ``always``: also if it has raised."""
    if isinstance(module, torch.jit.ScriptModule):

        def after(called: nn.Module, args: Any, output: Any) -> None:
            if called is module:
                hook(module, args, output)

        return register_module_forward_hook(own_faults.guarded(after), always_call=always)
    return module.register_forward_hook(_Hook(hook), always_call=always)


def has_our_hooks_alone(module: nn.Module) -> bool:
    """Whether a module would have no hooks on its calls without us."""
    hooks = [hook for name in _HOOKS for hook in getattr(module, name).values()]
    others = module._backward_hooks or module._backward_pre_hooks
    return not others and all(isinstance(hook, _Hook) for hook in hooks)


@contextmanager
def copied_without_hooks() -> Iterator[None]:
    """A module that is copied or pickled in here is what it would be without our hooks."""
    kind: Any = nn.Module
    plain = kind.__reduce_ex__

    def reduced(self: nn.Module, protocol: Any) -> Any:
        found = plain(self, protocol)
        if not isinstance(found, tuple) or len(found) < 3 or not isinstance(found[2], dict):
            return found
        with own_faults.OURS:
            return (*found[:2], _without_hooks(found[2]), *found[3:])
        return found

    kind.__reduce_ex__ = reduced
    try:
        yield
    finally:
        if plain is object.__reduce_ex__:
            del kind.__reduce_ex__
        else:
            kind.__reduce_ex__ = plain


def _without_hooks(state: dict[str, Any]) -> dict[str, Any]:
    ours = {
        number
        for name in _HOOKS
        for number, hook in state.get(name, {}).items()
        if isinstance(hook, _Hook)
    }
    if not ours:
        return state
    kept = dict(state)
    for name in _ABOUT_HOOKS:
        if name in kept:
            kind = type(kept[name])
            kept[name] = kind((k, v) for k, v in kept[name].items() if k not in ours)
    return kept
