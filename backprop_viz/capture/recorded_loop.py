"""Records an iteration of somebody's own loop: ``bv.record``."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from types import TracebackType
from typing import Any

from torch import nn
from torch.optim import Optimizer
from torch.optim import optimizer as optimizers

from backprop_viz.capture.arguments import model_in, optimizers_in
from backprop_viz.capture.bare.bare_forward import BareForward
from backprop_viz.capture.bare.given import GivenTensors, with_modules_for_tensors
from backprop_viz.capture.code.forward_code import eager
from backprop_viz.capture.code.no_collector import without_collector
from backprop_viz.capture.code.own_frames import without_our_frames
from backprop_viz.capture.late_recording import made_now
from backprop_viz.capture.listening_depth import heard
from backprop_viz.capture.loop_watch import LoopWatch
from backprop_viz.capture.module_choice import ModuleChoice
from backprop_viz.capture.recorder import Recorder
from backprop_viz.capture.watches.clearing_watch import clearings_alone, module_clearings_seen
from backprop_viz.capture.watches.lbfgs_watch import lbfgs_moves_seen
from backprop_viz.capture.watches.module_tree import walked_once
from backprop_viz.capture.watches.muon_watch import muon_matrices_seen
from backprop_viz.capture.watches.overridable_backward import backwards_heard
from backprop_viz.capture.watches.warned_lines import warned_where_it_was_called
from backprop_viz.recording.errors import ArgumentError
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP


class LoopRecording:
    """What ``record`` gives: everything that a ``Recording`` has, of as much as has run."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder: Recorder | None = recorder
        self._made: Recording | None = None
        self._over = False

    @property
    def recording(self) -> Recording:
        """The iteration as far as it has run; the same one each time once that is over."""
        if self._made is None:
            assert self._recorder is not None
            if not self._over:
                return self._recorder.recording()
            self._made = made_now(self._recorder.late_recording())
            self._recorder = None  # it has the model, its output and the loss
        return self._made

    def __repr__(self) -> str:
        """That of the recording; while the iteration runs nothing of it is made for this."""
        return repr(self.recording) if self._over else "<LoopRecording under way>"

    def __dir__(self) -> list[str]:
        """What a notebook completes: all that the recording has, too."""
        return sorted({*super().__dir__(), *dir(Recording)})

    def end(self) -> None:
        """The iteration is over."""
        self._over = True

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
    model: nn.Module | GivenTensors,
    optimizer: Optimizer | Sequence[Optimizer] | None = None,
    *,
    only: str | Sequence[str] | None = None,
) -> RecordedIteration:
    """Record the iteration of a training loop that runs in this context, phase by phase.

    A loop without a module gives the tensors that it trains: ``record([w1, w2])``, or by names of
    its own ``record({"w1": w1, "w2": w2})``. What it does to them by itself is recorded, too.

    The loop stays as it is, and its numbers are what they are without: the phases are found from
    what it calls. Without an ``optimizer``, every one that steps in here and moves a parameter of
    the model is recorded. Of an iteration that raises, what ran before is kept.

    ``only``: names or patterns ("encoder.*") of the modules whose operations, gradients and
    parameters are kept; of the others it is known that they ran.

    Raises ArgumentError for a name in ``only`` that no module has, and for what is no model and no
    optimizer.
    """
    model = model_in(with_modules_for_tensors(model))
    optimizers = optimizers_in(optimizer) or None
    chosen = None if only is None else ModuleChoice(model, only)
    return RecordedIteration(_recorded(model, optimizers, chosen))


@contextmanager
def _recorded(
    model: nn.Module,
    optimizers: Sequence[Optimizer] | None,
    chosen: ModuleChoice | None,
) -> Iterator[LoopRecording]:
    with without_collector():
        with walked_once():
            recorder = Recorder(model, optimizers, only=chosen)
            watch = LoopWatch(recorder, [model])
        seen = module_clearings_seen(watch.clearing_module)
        warned, noted = warned_where_it_was_called(), _errors_noted(recorder)
        moves = lbfgs_moves_seen(recorder.watch.moved)
        matrices = muon_matrices_seen(recorder.watch.matrix_made)
        told = LoopRecording(recorder)
        try:
            bare = _forward_told(watch, recorder, optimizers or ())
            hooked = _hooked(watch, recorder)
            with eager(), seen, moves, matrices, warned, hooked, noted, watch, bare:
                yield told
        finally:
            told.end()


@contextmanager
def _forward_told(
    watch: LoopWatch, recorder: Recorder, optimizers: Sequence[Optimizer]
) -> Iterator[None]:
    """Of tensors that are in no module, have a watch know where their forward is."""
    bare = BareForward.of(recorder.model, optimizers)
    if bare is None:
        yield
        return
    bare.begins(watch, recorder)
    try:
        yield
        bare.ends()
    finally:
        bare.close()


@contextmanager
def _hooked(watch: LoopWatch, recorder: Recorder) -> Iterator[None]:
    """Have a watch know when the model runs, when an optimizer steps, and a backward begins."""
    handles = list(watch.hook_models())
    handles.append(optimizers.register_optimizer_step_pre_hook(heard(watch.optimizer_steps)))
    handles.append(optimizers.register_optimizer_step_post_hook(heard(watch.optimizer_stepped)))
    try:
        own = recorder.own.are_moved_by
        alone = clearings_alone(watch, own, watch.clearing_begins, watch.clearing_ends)
        backwards = backwards_heard(partial(watch.thread.runs_backward, watch))
        with (
            recorder.following_modules(watch.part_begins),
            backwards,
            watch.transforms_told(),
            alone,
        ):
            yield
    finally:
        for handle in handles:
            handle.remove()
        watch.finish()


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
