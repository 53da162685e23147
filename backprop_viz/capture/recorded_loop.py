"""Records an iteration of somebody's own loop: ``bv.record``."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from functools import partial
from types import TracebackType
from typing import Any

from torch import nn
from torch.optim import Optimizer
from torch.optim import optimizer as optimizers_

from backprop_viz.capture.arguments import optimizers_in
from backprop_viz.capture.bare.bare_forward import BareForward
from backprop_viz.capture.bare.given import with_modules_for_tensors
from backprop_viz.capture.bare.made_leaves import may_move_parameters
from backprop_viz.capture.bare.module_by_hand import ModuleByHand
from backprop_viz.capture.bare.one_turn import OneTurn
from backprop_viz.capture.clearings_and_moves import clearings_and_moves_seen
from backprop_viz.capture.code import own_faults
from backprop_viz.capture.code.forward_code import eager
from backprop_viz.capture.code.no_collector import without_collector
from backprop_viz.capture.code.own_faults import AroundCall
from backprop_viz.capture.code.own_frames import without_our_frames
from backprop_viz.capture.code.user_lines import own_line
from backprop_viz.capture.late_recording import made_now
from backprop_viz.capture.listening_depth import heard
from backprop_viz.capture.loop_watch import LoopWatch
from backprop_viz.capture.module_choice import ModuleChoice
from backprop_viz.capture.recorder import Recorder
from backprop_viz.capture.several_models import GivenModels, named_models_in, one_model
from backprop_viz.capture.watches import function_stack
from backprop_viz.capture.watches.module_tree import walked_once
from backprop_viz.capture.watches.overridable_backward import backwards_heard
from backprop_viz.capture.watches.warned_lines import warned_where_it_was_called
from backprop_viz.recording.errors import ArgumentError, UserError
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP


class LoopRecording:
    """What ``record`` gives: everything that a ``Recording`` has, of as much as has run."""

    def __init__(self) -> None:
        self._recorder: Recorder | None = None
        self._watch: LoopWatch | None = None
        self._made: Recording | None = None
        self._over = False
        self._why: UserError | None = None

    @property
    def recording(self) -> Recording:
        """The iteration as far as it has run; the same one each time once that is over.

        Raises UserError if a fault of our own has ended the recording.
        """
        if self._why is not None:
            raise self._why
        if self._made is None:
            assert self._recorder is not None
            if not self._over:
                return self._recorder.recording()
            self._made = made_now(self._recorder.late_recording())
            self._recorder = None  # it has the model, its output and the loss
        return self._made

    def __repr__(self) -> str:
        """That of the recording; while the iteration runs nothing of it is made for this."""
        if self._why is not None:
            return f"<LoopRecording: {self._why}>"
        return repr(self.recording) if self._over else "<LoopRecording under way>"

    def __dir__(self) -> list[str]:
        """What a notebook completes: all that the recording has, too."""
        return sorted({*super().__dir__(), *dir(Recording)})

    def begin(self, recorder: Recorder, watch: LoopWatch) -> None:
        """The iteration begins, and is recorded by these."""
        self._recorder, self._watch = recorder, watch

    def end(self) -> None:
        """The iteration is over."""
        self._over, self._watch = True, None

    def fail(self, why: UserError) -> None:
        """There is no recording, for a fault of our own."""
        self._why, self._recorder = why, None
        if self._watch is not None:
            self._watch.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.recording, name)


class RecordedIteration:
    """What ``record`` gives: a context that records what runs in it, and is asked for that.

    Until it has begun, whatever is asked of it says how it is used.
    """

    def __init__(self, context: AbstractContextManager[LoopRecording]) -> None:
        self._context = context
        self._told: LoopRecording | None = None

    def __enter__(self) -> LoopRecording:
        self._told = self._context.__enter__()
        return self._told

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool | None:
        return self._context.__exit__(kind, error, trace)

    @property
    def recording(self) -> Recording:
        """The iteration as far as it has run. Raises ArgumentError before it has begun."""
        if self._told is None:
            raise ArgumentError(_USED_WITH)
        return self._told.recording

    def __repr__(self) -> str:
        """That of what is recorded, else how it is used."""
        return f"<bv.record: {_USED_WITH}>" if self._told is None else repr(self._told)

    def __getattr__(self, name: str) -> Any:
        if self._told is None:
            raise AttributeError(_USED_WITH)
        return getattr(self._told, name)


_USED_WITH = QT_TRANSLATE_NOOP(
    "errors",
    "Nothing is recorded yet: what runs within ``with bv.record(model, optimizer) as recording:`` "
    "is recorded.",
)


def record(
    model: GivenModels,
    optimizer: Optimizer | Sequence[Optimizer] | None = None,
    *,
    only: str | Sequence[str] | None = None,
) -> RecordedIteration:
    """Record the iteration of a training loop that runs in this context, phase by phase.

    Several models that train together, as those of a GAN, are given as ``[generator, critic]`` or
    as ``{"generator": generator, "critic": critic}``. A loop without a module gives the tensors
    that it trains: ``record([w1, w2])``, or by names of its own ``record({"w1": w1, "w2": w2})``.
    What it does to them by itself is recorded, too.

    The loop stays as it is, and its numbers are what they are without: the phases are found from
    what it calls. Without an ``optimizer``, every one that steps in here and moves a parameter of
    the model is recorded. Of an iteration that raises, what ran before is kept. A fault of
    backprop_viz itself ends the recording, not the loop; what is asked of it then raises UserError.

    ``only``: names or patterns ("encoder.*") of the modules whose operations, gradients and
    parameters are kept; of the others it is known that they ran.

    Raises ArgumentError for a name in ``only`` that no module has, and for what is no model and no
    optimizer.
    """
    told = LoopRecording()
    recording: AbstractContextManager[None] = nullcontext()
    with own_faults.told_of_fault(told.fail), own_faults.STARTING:
        named = named_models_in(with_modules_for_tensors(model))
        module = one_model(named)
        optimizers = optimizers_in(optimizer) or None
        chosen = None if only is None else ModuleChoice(module, only)
        recording = _recording(told, module, list(named.values()), optimizers, chosen)
    return RecordedIteration(_recorded(told, recording))


@contextmanager
def _recorded(
    told: LoopRecording, recording: AbstractContextManager[None]
) -> Iterator[LoopRecording]:
    with own_faults.told_of_fault(told.fail), AroundCall() as around:
        around.callback(function_stack.leave, function_stack.hears_nothing)
        with own_faults.OURS:
            around.enter_context(recording)
        yield told


@contextmanager
def _recording(
    told: LoopRecording,
    model: nn.Module,
    models: Sequence[nn.Module],
    optimizers: Sequence[Optimizer] | None,
    chosen: ModuleChoice | None,
) -> Iterator[None]:
    with without_collector():
        with walked_once():
            recorder = Recorder(model, optimizers, only=chosen)
            watch = LoopWatch(recorder, models)
        told.begin(recorder, watch)
        seen = clearings_and_moves_seen(watch, recorder)
        warned, noted = warned_where_it_was_called(), _errors_noted(recorder)
        try:
            bare = _forward_told(watch, recorder, optimizers or ())
            hooked = _hooked(watch, recorder)
            with eager(), seen, warned, hooked, noted, watch, bare:
                yield
        finally:
            told.end()


@contextmanager
def _forward_told(
    watch: LoopWatch, recorder: Recorder, optimizers: Sequence[Optimizer]
) -> Iterator[None]:
    """Of tensors that are in no module, have a watch know where their forward is.

    Of a module the loop may have no optimizer, and move the parameters by its own lines.
    """
    told: BareForward | ModuleByHand | None = BareForward.of(recorder.model, optimizers)
    line = own_line()
    if told is None and not optimizers and line is not None and may_move_parameters(line[0]):
        told = ModuleByHand(recorder.model, OneTurn(), None)
    if told is None:
        yield
        return
    with ExitStack() as open_:
        open_.callback(told.close)
        if isinstance(told, ModuleByHand):
            steps = heard(lambda *_: told.close())  # what it calls is an optimizer's own
            open_.callback(optimizers_.register_optimizer_step_pre_hook(steps).remove)
        told.begins(watch, recorder)
        yield
        told.ends()


@contextmanager
def _hooked(watch: LoopWatch, recorder: Recorder) -> Iterator[None]:
    """Have a watch know when the model runs, when an optimizer steps, and a backward begins."""
    steps = optimizers_.register_optimizer_step_pre_hook, watch.optimizer_steps
    stepped = optimizers_.register_optimizer_step_post_hook, watch.optimizer_stepped
    with ExitStack() as hooked:
        hooked.callback(watch.finish)
        hooked.enter_context(watch.models_hooked())
        for register, call in (steps, stepped):
            hooked.callback(register(heard(call)).remove)
        hooked.enter_context(recorder.following_modules(watch.part_begins))
        hooked.enter_context(backwards_heard(partial(watch.thread.runs_backward, watch)))
        hooked.enter_context(watch.transforms_told())
        yield


@contextmanager
def _errors_noted(recorder: Recorder) -> Iterator[None]:
    """Explain in the recording what torch raises in here."""
    try:
        yield
    except BaseException as error:
        if isinstance(error, Exception):
            recorder.failed(error)
        without_our_frames(error)
        raise
