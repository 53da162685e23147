"""Records what a phase runs while every write is seen."""

from collections.abc import Callable, Mapping, Sequence
from types import CodeType
from typing import Any, Self

from torch.overrides import TorchFunctionMode

from backprop_viz.capture.tensors.writing import TELLS_ABOUT
from backprop_viz.capture.watches.function_watch import Copies, FunctionWatch, Ran, Tensors
from backprop_viz.capture.watches.plain_calls import NOT_PLAIN, PlainCalls
from backprop_viz.capture.watches.write_watch import WriteWatch
from backprop_viz.recording.phases import Phase


class LossPhaseWatch(FunctionWatch):
    """A ``FunctionWatch`` of functions of torch's without transforms: ``writes`` hears of each."""

    def __init__(
        self,
        ran: Callable[[Ran], None],
        copy: Callable[[Tensors], Copies],
        forward: CodeType | None,
        failed: Callable[[str, Tensors, Exception], None],
        taken: Callable[[str, Copies], None],
        writes: WriteWatch,
    ) -> None:
        super().__init__(ran, copy, forward, failed, taken, writes.before_call)
        self._writes = writes

    def __enter__(self) -> Self:
        TorchFunctionMode.__enter__(self)  # type: ignore[no-untyped-call]
        return self

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Run ``func`` as torch would, and report it."""
        if self.inside or func in TELLS_ABOUT:
            return func(*args, **(kwargs or {}))
        self._writes.before_call(func, args, kwargs or {})
        return super().__torch_function__(func, types, args, kwargs)


class PhaseWatch(LossPhaseWatch):
    """The same of a forward: ``plain`` runs what it can."""

    def __init__(
        self,
        ran: Callable[[Ran], None],
        copy: Callable[[Tensors], Copies],
        forward: CodeType | None,
        failed: Callable[[str, Tensors, Exception], None],
        taken: Callable[[str, Copies], None],
        writes: WriteWatch,
        plain: PlainCalls,
    ) -> None:
        super().__init__(ran, copy, forward, failed, taken, writes)
        self._plain = plain

    def __enter__(self) -> Self:
        FunctionWatch.__enter__(self)
        return self

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Run ``func`` as torch would, and report it."""
        if not (kwargs or self.inside):
            made = self._plain.run(func, args, self._forward, Phase.FORWARD)
            if made is not NOT_PLAIN:
                return made
        return super().__torch_function__(func, types, args, kwargs)
