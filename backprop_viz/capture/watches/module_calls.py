"""Sees each call of some modules, without a hook on any of them.

A thousand hooks take as long to put there and to take away as the modules take to run; and a module
that has one runs otherwise: ``nn.TransformerEncoderLayer`` leaves out its quick way.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from torch import nn

from backprop_viz.capture.code import own_faults
from backprop_viz.capture.code.line_trace import LineTracer
from backprop_viz.capture.code.own_frames import pass_on

# Who is told of a module that runs.
Told = Callable[[nn.Module], None] | None
# The names of the modules that are looked for, those that are running, and who is told of one that
# is called while none is.
_Seen = tuple[Mapping[nn.Module, str], list[str], Told]
_seen: list[_Seen] = []
_Module: Any = nn.Module
_plain = _Module._call_impl


@contextmanager
def seen_by(
    names: Mapping[nn.Module, str], running: list[str], begins: Told = None
) -> Iterator[None]:
    """Have ``running`` end with the name of the innermost of these modules that runs in here.

    ``begins`` is called before one of them is that no other calls.
    One that ``module.compile()`` was told of is called as it was written.
    """
    global _plain
    one = names, running, begins
    compiled = [(m, call) for m in names if (call := m._compiled_call_impl) is not None]
    for module, _ in compiled:
        module._compiled_call_impl = None
    if not _seen:
        _plain, _Module._call_impl = _Module._call_impl, _call
    _seen.append(one)
    try:
        yield
    finally:
        _seen[:] = [other for other in _seen if other is not one]
        if not _seen:
            _Module._call_impl = _plain
        for module, call in compiled:
            module._compiled_call_impl = call


def _call(module: nn.Module, /, *args: Any, **kwargs: Any) -> Any:
    """What torch calls a module by."""
    tracer = sys.gettrace()
    ours = tracer if type(tracer) is LineTracer and not module._modules else None
    untraced = ours is not None and type(module).__module__.startswith("torch.nn.modules.")
    if untraced:
        sys.settrace(None)  # no line of the model's forward runs in there
    begun = _begun(module)
    try:
        return _plain(module, *args, **kwargs)
    except BaseException as error:
        pass_on(error)
        raise
    finally:
        for running in begun:
            if running:
                running.pop()
        if untraced and sys.gettrace() is None and ours is not None and not ours.is_over:
            sys.settrace(ours)


def _begun(module: nn.Module) -> list[list[str]]:
    """Have those that are looking for a module know that it runs; their lists of what does.

    Not part of the call: its frame would keep alive what has looked, whose models may be gone.
    """
    begun = []
    try:
        for names, running, begins in _seen:
            name = names.get(module)
            if name is not None:
                if begins is not None and not running:
                    begins(module)
                running.append(name)
                begun.append(running)
    except Exception as fault:
        own_faults.note(fault)
    return begun
