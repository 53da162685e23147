"""The step of an optimizer that is under way: what it changes, and what it runs."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

from torch import Tensor
from torch.optim import Optimizer
from torch.overrides import TorchFunctionMode

from backprop_viz.analysis.optimizers import optimizer_of
from backprop_viz.capture.code.own_frames import run_theirs
from backprop_viz.capture.recorder import Recorder
from backprop_viz.capture.tensors.nested_tensors import nested_tensors
from backprop_viz.capture.watches import function_stack
from backprop_viz.capture.watches.health_watch import has_closure
from backprop_viz.capture.watches.optimizer_rules import parameters_of, rule_of
from backprop_viz.capture.watches.step_operations import StepOperations


class OptimizerSteps:
    """Told when an optimizer steps, it notes what has become of the parameters.

    Of an optimizer whose rule is known, that and its state tell all. Of any other one, the
    operations that its step runs are noted as well, as those of a loop's own lines are.
    """

    def __init__(self, recorder: Recorder, is_here: Callable[[], bool]) -> None:
        """``is_here`` says whether the loop's own thread runs."""
        self._recorder = recorder
        self._aside = function_stack.StepAside(is_here)
        self._updating = ExitStack()
        self._operations: StepOperations | None = None
        self.by_closure = False  # the step that is under way calls the loop's forward itself

    def begin(self, optimizer: Optimizer) -> None:
        """It is about to step, and nothing has run since all was looked at."""
        self._updating = ExitStack()  # a step that raised has not updated anything
        self._updating.enter_context(self._recorder.updating([optimizer], caught_up=True))
        known = optimizer_of(rule_of(optimizer)) is not None
        self._operations = None if known else self._heard(optimizer)

    def begins_by(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> bool:
        """Whether ``step`` with these arguments calls a closure."""
        self.by_closure = has_closure(args, kwargs)
        return self.by_closure

    def step_aside(self, optimizer: Optimizer, mode: TorchFunctionMode) -> None:
        """Its step needs no hearing: ten calls a parameter go unheard, if that can be."""
        heard = self.by_closure or self._operations is not None
        if not heard and function_stack.runs_alone(optimizer):
            self._aside.begin(mode)

    def come_back(self, mode: TorchFunctionMode) -> None:
        """Hear again what runs."""
        self._aside.come_back(mode)

    def run_in_step(
        self,
        func: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        run: Callable[..., Any] = run_theirs,
    ) -> Any:
        """What a function gives, which ``run`` calls, and which may be an operation of the step."""
        operations = self._operations
        ran = None if operations is None else operations.begins(func, args, kwargs)
        result = run(func, args, kwargs)
        if ran is not None:
            ran(result)
        return result

    def end(self) -> None:
        """It has stepped; the phase that is under way is the update."""
        if self._operations is not None:
            self._operations.note()
        self._updating.close()
        self.by_closure, self._operations = False, None

    def _heard(self, optimizer: Optimizer) -> StepOperations:
        def tensors() -> list[Tensor]:
            own = [one for one in parameters_of(optimizer) if id(one) in kept]
            return [*own, *nested_tensors([optimizer.state.get(one) for one in own])]

        kept, _ = self._recorder.watch.grads()
        return StepOperations(self._recorder.log, tensors)
