"""Reports every torch function that a network runs: what it read and made, and at which line."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import CodeType, FrameType
from typing import Any

from torch import Tensor
from torch.overrides import TorchFunctionMode, resolve_name

from backprop_viz.recording.events import Array

Tensors = tuple[Tensor, ...]
Arrays = tuple[Array | None, ...]


class FunctionWatch(TorchFunctionMode):
    """Calls ``ran`` for every torch function that makes tensors, with the line that called it.

    ``failed`` is called for one that raises, with the tensors it was given. What a function reads
    is copied before it runs, for it may write in place.
    """

    def __init__(
        self,
        ran: Callable[[str, Tensors, Arrays, Tensors, int | None], None],
        copy: Callable[[Tensors], Arrays],
        forward: CodeType | None,
        failed: Callable[[str, Tensors], None],
    ) -> None:
        super().__init__()
        self._failed = failed
        self._ran = ran
        self._copy = copy
        self._forward = forward

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Run ``func`` as torch would, and report it."""
        kwargs = kwargs or {}
        read = tuple(_tensors((args, tuple(kwargs.values()))))
        inputs = self._copy(read)
        try:
            result = func(*args, **kwargs)
        except Exception:
            self._failed(_op_name(func), read)
            raise
        made = tuple(_tensors(result))
        op = _op_name(func)
        if made and op != "grad":
            self._ran(op, read, inputs, made, _line_in(self._forward))
        return result


def calling_line(error: Exception, code: CodeType | None) -> int | None:
    """The line of ``code`` in which an exception arose, None if it was elsewhere."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code is not code:
        trace = trace.tb_next
    return None if trace is None else trace.tb_lineno


def _tensors(value: Any) -> Iterator[Tensor]:
    """The tensors in (nested) arguments or results."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _tensors(item)


def _op_name(func: Callable[..., Any]) -> str:
    """``conv2d``, ``add_``; for a property such as ``T`` its own name."""
    name: str = getattr(func, "__name__", "")
    if name in ("__get__", ""):
        return (resolve_name(func) or "operation").removesuffix(".__get__").rpartition(".")[2]
    return name.strip("_") if name.startswith("__") else name


def _line_in(code: CodeType | None) -> int | None:
    """The line of ``code`` that is running, further up the stack; None if it is not running."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_code is code:
            return frame.f_lineno
        frame = frame.f_back
    return None
