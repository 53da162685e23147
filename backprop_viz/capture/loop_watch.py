"""Finds the phases of somebody's own loop from what it calls, for a recorder."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from sys import exc_info, gettrace, settrace
from typing import Any

import torch
from torch import is_grad_enabled, nn
from torch.optim import Optimizer
from torch.overrides import TorchFunctionMode

from backprop_viz.capture.code import calling_frames, forward_code, own_faults, own_frames
from backprop_viz.capture.code.line_trace import LineTracer, lines_traced
from backprop_viz.capture.code.loop_source import loop_source
from backprop_viz.capture.code.own_frames import run_theirs
from backprop_viz.capture.followed_backward import FollowedBackward, creates_graph
from backprop_viz.capture.listening_depth import is_traced
from backprop_viz.capture.logs.event_log import Copy
from backprop_viz.capture.loop_thread import LoopThread
from backprop_viz.capture.method_forward import MethodForward
from backprop_viz.capture.model_hooks import ModelHooks
from backprop_viz.capture.optimizer_steps import OptimizerSteps
from backprop_viz.capture.outside_calls import OutsideCalls
from backprop_viz.capture.recorder import Recorder
from backprop_viz.capture.tensors import nested_tensors as nested
from backprop_viz.capture.tensors.writing import TELLS_ABOUT
from backprop_viz.capture.watches import clearing_watch, clipping, function_stack, validation_watch
from backprop_viz.capture.watches.backward_watch import BACKWARD_FUNCTIONS, of_torch_func, roots_of
from backprop_viz.capture.watches.function_watch import FunctionWatch, Ran
from backprop_viz.capture.watches.late_changes import CHANGED
from backprop_viz.capture.watches.module_tree import any_lazy, shares_any, walked_once
from backprop_viz.capture.watches.plain_calls import NOT_PLAIN, Args, Func, Kwargs
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.torch_error import CodePlace

_NO_KWARGS: Kwargs = {}
_UNSEEN = torch._C.DisableTorchFunction  # while the recorder reads tensors itself


class LoopWatch(TorchFunctionMode):
    """Tells a recorder which phase the loop is in, and what it runs there.

    ``models`` are those that the loop calls. ``ended`` is called when a phase has ended; with it a
    forward where autograd is off evaluates. Lines are those of ``source``, else of the forward.
    """

    def __init__(
        self,
        recorder: Recorder,
        models: Sequence[nn.Module],
        ended: Callable[[Phase], None] | None = None,
        source: str | None = None,
    ) -> None:
        super().__init__()
        self._recorder, self._models, self._ended, self._source = recorder, models, ended, source
        hears = self.model_runs, self.model_ran
        self._hooks = ModelHooks(models, recorder, *hears)
        self._method = MethodForward(models, recorder.modules, self._hooks.knows, *hears)
        self._writes = recorder.writes.begin(recorder.model)
        self._shards, self._lazy = calling_frames.there_may_be_shards(), any(map(any_lazy, models))
        self._plain, self._code = recorder.plain_calls, forward_code.code_of(models[0], source)
        told = recorder.errors.operation_failed, recorder.log.note_taken, recorder.modules
        seen = self._writes.before_it_runs(recorder.copies), self._code, *told
        self._functions = FunctionWatch(self._operation_ran, *seen, self._writes.before_call)
        self._followed = FollowedBackward(recorder, self._functions)
        self.outside = OutsideCalls(recorder, self._code)
        self.transforms_told = self._functions.transforms_told
        self._span, self._tracing = ExitStack(), ExitStack()
        self._phase: Phase | None = None
        self._depth = self._evaluating = 0  # calls of the model under way, and those beside it
        self._within = False  # whether the call of the model began within a transform of torch.func
        self._cause, self._nodes = CHANGED, 0  # nodes of autograd, before the function that runs
        self._forwarded = self._may_move = False  # the model has run; a backward, and no step since
        self.quiet = False  # while an optimizer steps
        self.thread, self.over = LoopThread(recorder.own), False  # another thread may have it still
        self._steps = OptimizerSteps(recorder, self.thread.is_here)
        self._clears: ExitStack | None = None
        self._clips: str | None = None  # what clips after a forward, before its backward

    def models_hooked(self) -> AbstractContextManager[None]:
        """Know when a model runs, while in here."""
        return self._hooks.placed(lambda: bool(self._depth))

    def part_begins(self, module: nn.Module) -> None:
        """A part of a model is called that none calls: that is a forward, as of the whole one."""
        if not (self.over or self._evaluating or self._functions.inside):
            self._hooks.hear(module, self.thread)

    def finish(self) -> None:
        """The iteration is over: note what has changed at its end."""
        self._method.close()
        with _UNSEEN(), walked_once():
            self._caught_up(Phase.UPDATE)
            self._recorder.leave_out_the_rest()
            self._writes.end()
        self.close()

    def close(self) -> None:
        """Note nothing any more, whatever runs."""
        self.over = True
        self._hooks.close()
        self._tracing.close()
        self.outside.close()
        self._functions.forget()  # the two would keep each other alive

    def optimizer_steps(
        self, optimizer: Optimizer, args: Sequence[Any] = (), kwargs: Kwargs = _NO_KWARGS
    ) -> None:
        """An optimizer is about to step. With a closure the phases begin with the closure's."""
        self._steps.come_back(self)
        self._method.ends()
        with _UNSEEN(), walked_once():
            self._caught_up(Phase.BACKWARD)
            self._writes.unseen()
            if not self._steps.begins_by(args, kwargs):
                self._go(Phase.UPDATE)
            self._steps.begin(optimizer)
        self.quiet = self.outside.moves.paused = True
        self._steps.step_aside(optimizer, self)

    def optimizer_stepped(self, *_: Any) -> None:
        """It has stepped."""
        self._steps.come_back(self)
        self.quiet = self._forwarded = self._may_move = False
        with _UNSEEN(), walked_once():
            self._writes.unseen()
            self._recorder.results.stepped()
            self._go(Phase.UPDATE)
            self._steps.end()
        self.outside.moves.paused = False
        self._has_ended(Phase.UPDATE)

    def __exit__(self, *_: object) -> None:
        """Leave this thread's stack of modes, with what is over and was left there."""
        function_stack.leave(lambda one: one is self or function_stack.hears_nothing(one))

    def __torch_function__(
        self, func: Func, types: Sequence[type], args: Args = (), kwargs: Kwargs | None = None
    ) -> Any:
        """Run ``func`` as torch would, and record it if it belongs to the iteration."""
        tracer, kwargs = gettrace(), kwargs or _NO_KWARGS
        if tracer is not None:
            settrace(None)  # Python is half as fast while it is traced
        try:
            quiet = self.quiet or self._evaluating or self.over or is_traced()
            quiet = quiet or (self._lazy and calling_frames.makes_lazy_parameters())
            alone = self._functions.inside or calling_frames.finds_node(func)
            alone = alone or (self._shards and calling_frames.gathers_shards(func))
            if not (quiet or alone) and self._depth <= self._method.runs:  # in no call of a model
                self._method.before_function(func, args, kwargs, self._forwarded)
            if self._depth and not quiet and not alone:
                made = self._plain.run_plain(func, args, kwargs, self._code, self._phase)
                if made is not NOT_PLAIN:
                    return made
            if tracer is not None and type(tracer) is not LineTracer:
                settrace(tracer)  # a debugger's, which sees what else runs, and may end meanwhile
                tracer = None
            return (
                run_theirs(func, args, kwargs) if alone else self._hears(func, args, kwargs, quiet)
            )
        except BaseException as error:
            if own_frames.is_theirs(error):
                own_frames.pass_on(error)
                raise
            fault = error
        finally:
            over = type(tracer) is LineTracer and tracer.is_over
            if tracer is not None and gettrace() is None and not over:
                settrace(tracer)  # none was set while the loop was held
        return own_faults.instead(fault, func, args, kwargs)

    def _hears(self, func: Func, args: Args, kwargs: Kwargs, quiet: bool | int) -> Any:
        """The same of a function that is no plain operation of a forward."""
        name = getattr(func, "__name__", "")
        told = clearing_watch.tells_profiler(name) and not self.over
        if told and (begins := clearing_watch.begins(name, args)) is not None:
            owner = clearing_watch.clearing_optimizer()
            self.clearing_begins(owner) if begins else self.clearing_ends()
        if told or self.over or func in TELLS_ABOUT or is_traced():
            return run_theirs(func, args, kwargs)
        if not self.quiet or self._clears is not None:
            self._writes.before_call(func, args, kwargs)
        if quiet or of_torch_func(func, args, kwargs):
            return self._steps.run_in_step(func, args, kwargs)
        if func in BACKWARD_FUNCTIONS and not (self._depth and creates_graph(func, args, kwargs)):
            return self._backward(func, args, kwargs)
        phase = self._phase_of(name)
        if phase is None and not self._goes_on(args, kwargs):
            result = self._steps.run_in_step(func, args, kwargs, self.outside.run_outside)
            if self._clips is not None:
                with _UNSEEN():
                    self._caught_up(Phase.BACKWARD, clips=self._clips)
            return result
        if phase is not None:
            self._go(phase)
        call = func, args, kwargs, self._code, phase
        if phase is Phase.LOSS and (made := self._plain.run_untraced(*call)) is not NOT_PLAIN:
            return made
        result = self._functions.__torch_function__(func, (), args, kwargs)
        return self._recorder.results.ran(name, result, args)

    def _goes_on(self, args: Args, kwargs: Kwargs) -> bool:
        """Whether what runs beside forward and loss reads what is the iteration's own."""
        with _UNSEEN():
            self._nodes = torch.autograd._get_sequence_nr()
            read = nested.nested_tensors((args, kwargs))
            return is_grad_enabled() and any(map(self._recorder.own.have, read))

    def _operation_ran(self, told: Ran) -> None:
        """Note an operation; one after a backward is of a loss, if autograd follows it."""
        if self.quiet or self._evaluating:
            return
        within = self._phase is Phase.FORWARD or (self._forwarded and self._within)
        if within and not self._depth:  # within a transform of torch.func
            self._go(Phase.LOSS)
        if self._phase not in (Phase.FORWARD, Phase.LOSS):
            if not any(tensor.requires_grad for tensor in told.made):
                self.outside.note(told)
                return
            with _UNSEEN():
                self._go(None)
                self._recorder.loss_begins(self._nodes)
            self._go(Phase.LOSS)
        self._recorder.operation_ran(told)
        if self._phase is Phase.LOSS and told.made:
            self._recorder.results.newest = told.made[0]

    def _phase_of(self, name: str) -> Phase | None:
        """The phase that an operation outside a backward belongs to; None if to none."""
        if self._depth:
            return Phase.FORWARD
        if self._forwarded:
            self._clips, is_loss = clipping.after_forward(name)
            return Phase.LOSS if is_loss else None
        cause = clipping.cause_of(name) or CHANGED
        if cause != self._cause:  # what was done before is told apart
            self._caught_up(Phase.BACKWARD)
        self._cause = cause
        return None

    def _go(self, phase: Phase | None) -> None:
        if phase is not self._phase:
            self._span.close()
            self._phase = phase
            if phase is not None:
                self._note_line()
                self._span.enter_context(self._recorder.span(phase))

    def _note_line(self) -> None:
        """Note which line of the source runs as a phase begins."""
        if self._source is None or (source := loop_source(self._source)) is None:
            return
        if source != self._source:  # another file, or cell of a notebook
            self._source, code = source, forward_code.code_of(self._models[0], source)
            self._code = self._functions.forward = code
        self._recorder.lines.begins_in(source)

    def _has_ended(self, phase: Phase) -> None:
        if self._ended is not None:
            with _UNSEEN():
                self._go(None)
                self._ended(phase)

    def _caught_up(self, phase: Phase, clips: str | None = None) -> None:
        """Note what has changed unseen; what ``clips`` is told of all ``.grad``, changed or not."""
        self._go(None)
        phase = Phase.UPDATE if self._steps.by_closure and self._cause == CHANGED else phase
        with self.outside.moves.placed():
            self._recorder.catch_up(phase, clips or self._cause, every_grad=clips is not None)
        self._cause, self._clips = CHANGED, None

    def model_runs(self, model: nn.Module, args: Args, kwargs: Kwargs = _NO_KWARGS) -> None:
        """A model is about to run; if this is over, for the next iteration."""
        inside, first = bool(self._functions.inside), not (self._depth or self._evaluating)
        if self.over or (inside and not (first or self._within)) or not self._hooks.knows(model):
            return
        trains = first and is_grad_enabled() and not self._forwarded
        if not (self.thread.is_here() or (trains and self.thread.goes_on_here(self))):
            return
        self._hooks.hear(model, self.thread)
        if not (inside or self._evaluating) and self._depth <= self._method.runs:
            self._method.before_call(model, self._forwarded)
            first = not self._depth
        self._within = inside if first else self._within
        self._steps.come_back(self)
        looks = first and self._ended is not None and not is_grad_enabled()
        if self._evaluating or (looks and validation_watch.only_evaluates(model)):
            self._evaluating += 1
            return
        self._depth += 1
        if not first:
            return
        self.quiet = False  # an optimizer that steps has called its closure
        with _UNSEEN(), walked_once():
            self._caught_up(self._recorder.spans.beside)
            self._functions.tell_last()
            self._recorder.take_inputs(given := nested.tensors_given(model, args, kwargs))
            self._go(Phase.FORWARD)
            for told in self.outside.led_to(given.values()):
                self._recorder.operation_ran(told)
        code = forward_code.code_of(model, self._source)
        self._tracing.enter_context(self._recorder.modules.running_already(model))
        self._tracing.enter_context(lines_traced(code, self._recorder.lines.of_forward_begins))

    def model_ran(self, model: nn.Module, args: Any, output: Any) -> None:
        """A model has run, or has raised."""
        if not self.thread.is_here() or (self._functions.inside and not self._within):
            return
        if self._evaluating:
            self._evaluating -= 1
            self._writes.unseen()
            return
        self._functions.tell_last()
        self._method.after_call()
        self._depth -= 1
        if not self._depth:
            self._tracing.close()
            if output is None and exc_info()[0] is not None:
                self._go(None)  # it has raised: nobody is to be held as at its end
                return
            self._forwarded, self._lazy = True, False
            made = None if self._within else next(nested.tensors_within(output), None)
            with _UNSEEN():
                self._recorder.take_results(made, None)
            self._has_ended(Phase.FORWARD)

    @contextmanager
    def clearing_module(self, module: nn.Module) -> Iterator[None]:
        """``module.zero_grad()`` runs in here."""
        self._steps.come_back(self)
        if self.over or self._clears is not None or not shares_any(module, self._models):
            yield
            return
        self.clearing_begins(module)
        with ExitStack() as cleared:
            cleared.callback(self.clearing_ends)
            yield

    def rests(self, place: CodePlace | None) -> None:
        """No phase runs: what is noted next the loop has done itself, at this place."""
        self._method.ends()
        self._go(None)
        self._forwarded = False
        self._recorder.lines.begins_at(place, self._source)

    def was_cleared(self, grads: Mapping[int, Copy], place: CodePlace) -> None:
        """zero_grad has run just before the iteration was found, as ``Recorder`` says."""
        with _UNSEEN():
            self._recorder.lines.begins_at(place, self._source)
            self._recorder.was_cleared(grads, place)

    def clearing_begins(self, owner: Optimizer | nn.Module | None = None) -> None:
        """The gradients are about to be cleared, of what this owns; of all if it is not known."""
        self._method.ends()
        with _UNSEEN(), walked_once():
            if self._phase is Phase.LOSS:
                self._recorder.results.expected()
                self._has_ended(Phase.LOSS)
            moves, beside = self._steps.by_closure or self._may_move, self._recorder.spans.beside
            if moves or beside is Phase.UPDATE or not self._recorder.log:  # SAM moves, too
                self._caught_up(Phase.BACKWARD if moves else beside)
            self._go(None)
            self._clears = ExitStack()
            self._recorder.watch.clears(owner)
            self._note_line()
            self._clears.enter_context(self._recorder.phase(Phase.ZERO_GRAD))
        self.quiet = True

    def clearing_ends(self) -> None:
        """The gradients have been cleared."""
        if self._clears is not None:
            with _UNSEEN(), walked_once():
                self._clears.close()
            self._clears, self.quiet, self._may_move = None, False, False
            self._has_ended(Phase.ZERO_GRAD)

    def _backward(self, func: Func, args: Any, kwargs: Kwargs) -> Any:
        roots = roots_of(func, args, kwargs)
        if self._phase is Phase.LOSS:
            with _UNSEEN():
                self._recorder.results.roots(roots)
            self._has_ended(Phase.LOSS)
        self._go(Phase.BACKWARD)
        within = self._followed.running(func, args, kwargs)
        self._evaluating += 1  # a call of the model in here computes something again, or looks
        try:
            with self._recorder.backward(roots, within):
                result = run_theirs(func, args, kwargs)
        finally:
            self._evaluating -= 1
        self._forwarded, self._may_move = False, True
        self._recorder.own.gave(result)
        self._recorder.results.gave(roots, result)
        self._has_ended(Phase.BACKWARD)
        if within is not None:
            self._go(None)
            self._followed.note()
        return result
