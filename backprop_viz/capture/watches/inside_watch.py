"""The plain operations below ``torch.vmap``, ``torch.func`` and ``autograd.grad``."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from backprop_viz.capture.code import own_faults, own_frames
from backprop_viz.capture.tensors.templates import Template
from backprop_viz.capture.tensors.weak import WeakTensor, weak
from backprop_viz.recording.trace.calls import INNER, Call

# They hand on what they are given, for autograd's own sake.
_NOTHING_DONE = frozenset({"detach", "_efficientzerotensor"})


class RanInside(NamedTuple):
    """An operation that ran: its name, what it read, what it made, and how it was called."""

    op: str
    read: tuple[Tensor, ...]
    made: tuple[Tensor, ...]
    call: Call | None


class InsideWatch(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Tells of each operation of torch's own on tensors that have memory.

    ``runs`` is called before one runs, with what it reads; what it gives back is handed to ``ran``.
    That is called when the next one begins: only then autograd has given the result its node.
    ``known`` may name another tensor for one that is read: the one that it is a reference to.
    """

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """No: torch would load its compiler, which takes seconds, to keep it out of here."""
        return False

    def __init__(
        self,
        runs: Callable[[Callable[..., Any], tuple[Any, ...], Mapping[str, Any], Template], Any],
        ran: Callable[[RanInside, Any], None],
        known: Callable[[Tensor], Tensor] | None = None,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._runs, self._ran, self._known = runs, ran, known
        self._last: Callable[[], None] | None = None

    def __torch_dispatch__(
        self,
        func: Any,
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Run ``func`` as torch would, and note it."""
        kwargs = kwargs or {}
        try:
            return self._noted(func, args, kwargs)
        except BaseException as error:
            if own_frames.is_theirs(error):
                raise
            fault = error
        return own_faults.instead(fault, func, args, kwargs)

    def _noted(self, func: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        with torch._C.DisableTorchFunction():
            self.end()
            template = Template(args, kwargs)
            if self._known is not None:
                template.read = list(map(self._known, template.read))
            begun = self._runs(func, args, kwargs, template)
            result = own_frames.run_theirs(func, args, kwargs)
            made = tuple(result) if isinstance(result, tuple | list) else (result,)
            # The gradients that nobody asks for are None.
            made = tuple([each for each in made if each is not None])
            namespace, op = func.name().split(".")[0].split("::")
            if namespace == "aten" and op not in _NOTHING_DONE and _all_tensors(made):
                call = template.call(f"{INNER}{op}", begun.state)
                # Held, autograd would make a view's result anew.
                weakly = [weak(each) for each in made]
                read = tuple(template.read)
                self._last = lambda: self._tell(op, read, weakly, call, begun)
        return result

    def end(self) -> None:
        """Tell of the last one."""
        last, self._last = self._last, None
        if last is not None:
            last()

    def _tell(
        self,
        op: str,
        read: tuple[Tensor, ...],
        weakly: Sequence[WeakTensor],
        call: Call | None,
        begun: Any,
    ) -> None:
        made = tuple(each for one in weakly if (each := one()) is not None)
        if len(made) == len(weakly):
            self._ran(RanInside(op, read, made, call), begun)


def _all_tensors(made: tuple[Any, ...]) -> bool:
    return bool(made) and all(isinstance(each, Tensor) for each in made)
