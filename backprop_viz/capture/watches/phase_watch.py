"""Records what a phase runs while every write is seen."""

from collections.abc import Callable, Mapping, Sequence
from types import CodeType
from typing import Any, Self

from torch.overrides import TorchFunctionMode

from backprop_viz.capture.tensors.writing import TELLS_ABOUT
from backprop_viz.capture.watches.function_watch import Copies, FunctionWatch, Ran, SomeTensors
from backprop_viz.capture.watches.module_watch import ModuleWatch
from backprop_viz.capture.watches.plain_calls import NOT_PLAIN, PlainCalls
from backprop_viz.capture.watches.write_watch import WriteWatch
from backprop_viz.recording.trace.phases import Phase


class PhaseWatch(FunctionWatch):
    """A ``FunctionWatch`` that tells ``writes`` of each call; ``plain`` runs what it can.

    Without ``plain`` it watches a loss. That is a function of torch's, in which no transform of
    functions runs, so none is looked out for.
    """

    def __init__(
        self,
        ran: Callable[[Ran], None],
        copy: Callable[[SomeTensors], Copies],
        forward: CodeType | None,
        failed: Callable[[str, SomeTensors, Exception], None],
        taken: Callable[[str, Copies], None],
        modules: ModuleWatch,
        writes: WriteWatch,
        plain: PlainCalls | None = None,
    ) -> None:
        copy = writes.before_it_runs(copy)
        super().__init__(ran, copy, forward, failed, taken, modules, writes.before_call)
        self._writes, self._plain = writes, plain

    def __enter__(self) -> Self:
        if self._plain is None:
            TorchFunctionMode.__enter__(self)  # type: ignore[no-untyped-call]
        else:
            super().__enter__()
        return self

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Run ``func`` as torch would, and report it."""
        kwargs = kwargs or {}
        if self.inside or func in TELLS_ABOUT:
            return func(*args, **kwargs)
        if self._plain is not None:
            made = self._plain.run_untraced(func, args, kwargs, self.forward, Phase.FORWARD)
            if made is not NOT_PLAIN:
                return made
        self._writes.before_call(func, args, kwargs)
        return super().__torch_function__(func, types, args, kwargs)
