"""Which method of a model runs for a loop that does not call the model itself."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from inspect import unwrap
from sys import _getframe
from types import CodeType, FrameType, FunctionType
from typing import Any, NamedTuple

from torch import nn

from backprop_viz.capture.code.frame_variables import variables_of
from backprop_viz.capture.code.loss_code import loops_of
from backprop_viz.capture.code.loss_lines import computes_loss, gives_what_loss_is_of
from backprop_viz.capture.code.user_lines import is_written_by_user

_FORWARD = frozenset(("forward", "__call__"))


class RunningMethod(NamedTuple):
    """A method of a module that runs, in its frame, and the variables that it was given."""

    module: nn.Module
    given: Mapping[str, Any]
    frame: FrameType


class RunningMethods:
    """Finds the method of a model, or of a part of it, that computes what a loss is given.

    It is the outermost that runs within the function which runs the backward of a loss. Where no
    such function runs, or nobody knows what its loss is, it is a ``forward``, or a ``__call__`` of
    a class's own: a framework calls other methods, too, that compute losses.
    """

    def __init__(self, modules: Iterable[nn.Module]) -> None:
        # By their id(): to compare codes takes long, and may find those of two files alike.
        self._codes = {id(code): code for kind in set(map(type, modules)) for code in _codes(kind)}

    def running(
        self, forwarded: bool, is_model: Callable[[nn.Module], bool]
    ) -> RunningMethod | None:
        """The one that runs in this thread; None if none does, or it computes a loss now.

        ``forwarded``: whether a forward is over, from which a loss may be computed now.
        """
        frame: FrameType | None = _getframe(1)
        methods: list[FrameType] = []
        knows: bool | None = None
        while frame is not None and (knows := _knows_loss(frame.f_code)) is None:
            if id(frame.f_code) in self._codes:
                methods.append(frame)
            frame = frame.f_back
        if not knows:
            methods = [one for one in methods if one.f_code.co_name in _FORWARD and not forwarded]
        if not methods or (
            knows and not _is_forward(methods[-1]) and computes_loss(by_itself=not forwarded)
        ):
            return None
        for method in reversed(methods):
            given = variables_of(method)
            names = _arguments(method.f_code)
            module = given.get(names[0])
            if isinstance(module, nn.Module) and is_model(module):
                told = {one: given[one] for one in names[1:] if one in given}
                return RunningMethod(module, told, method)
        return None


def _is_forward(method: FrameType) -> bool:
    """Whether a method that the loop calls computes no loss, as one by this name may.

    Of a package's nobody reads what it returns.
    """
    code, caller = method.f_code, method.f_back
    if code.co_name not in _FORWARD or caller is None:
        return False
    return not is_written_by_user(code.co_filename) or gives_what_loss_is_of(caller)


def whose_method_runs(part: nn.Module) -> nn.Module:
    """The outermost module that has this part and runs it by a method of its own; else the part.

    That method is called by the function that runs the backward.
    """
    found = part
    frame: FrameType | None = _getframe(1)
    methods: list[FrameType] = []
    while frame is not None and (knows := _knows_loss(frame.f_code)) is None:
        methods.append(frame)
        frame = frame.f_back
    for method in methods if frame is not None and knows else ():
        names = method.f_code.co_varnames[:1] if method.f_code.co_argcount else ()
        module = variables_of(method).get(names[0]) if names == ("self",) else None
        if isinstance(module, nn.Module) and any(found is one for one in module.modules()):
            found = module
    return found


def _codes(kind: type[nn.Module]) -> Iterator[CodeType]:
    """Those of the methods that compute; of torch's classes their forwards alone."""
    for owner in kind.__mro__[: kind.__mro__.index(nn.Module)]:
        torchs = owner.__module__.startswith("torch.")
        for name, method in vars(owner).items():
            special = name.startswith("__") if not torchs else True
            if isinstance(method, FunctionType) and (name in _FORWARD or not special):
                code = unwrap(method).__code__
                if code.co_argcount:
                    yield code


def _knows_loss(code: CodeType) -> bool | None:
    """Whether it is known what the loss is of a function that runs backward; None of another."""
    line = 0 if code.co_name == "<module>" else code.co_firstlineno
    return loops_of(code.co_filename).get(line)


def _arguments(code: CodeType) -> tuple[str, ...]:
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
