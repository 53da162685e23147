"""Records an iteration of somebody's own loop: ``bv.record``."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from torch import nn
from torch.optim import Optimizer
from torch.optim import optimizer as optimizers

from backprop_viz.capture.arguments import model_in
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
from backprop_viz.recording.iteration import Recording


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


@contextmanager
def record(
    model: nn.Module,
    optimizer: Optimizer | Sequence[Optimizer] | None = None,
    *,
    only: str | Sequence[str] | None = None,
) -> Iterator[LoopRecording]:
    """Record the iteration of a training loop that runs in here, phase by phase.

    The loop stays as it is, and its numbers are what they are without: the phases are found from
    what it calls. Without an ``optimizer``, every one that steps in here and moves a parameter of
    the model is recorded. Of an iteration that raises, what ran before is kept.

    ``only``: names or patterns ("encoder.*") of the modules whose operations, gradients and
    parameters are kept; of the others it is known that they ran.

    Raises ArgumentError for a name in ``only`` that no module has, and for what is no model and no
    optimizer.
    """
    model_in(model)
    chosen = None if only is None else ModuleChoice(model, only)
    with without_collector():
        with walked_once():
            recorder = Recorder(model, optimizer, only=chosen)
            watch = LoopWatch(recorder, [model])
        seen = module_clearings_seen(watch.clearing_module)
        warned, noted = warned_where_it_was_called(), _errors_noted(recorder)
        moves = lbfgs_moves_seen(recorder.watch.moved)
        matrices = muon_matrices_seen(recorder.watch.matrix_made)
        told = LoopRecording(recorder)
        try:
            with eager(), seen, moves, matrices, warned, _hooked(watch, recorder), noted, watch:
                yield told
        finally:
            told.end()


@contextmanager
def _hooked(watch: LoopWatch, recorder: Recorder) -> Iterator[None]:
    """Have a watch know when the model runs, when an optimizer steps, and a backward begins."""
    handles = list(watch.hook_models())
    handles.append(optimizers.register_optimizer_step_pre_hook(heard(watch.optimizer_steps)))
    handles.append(optimizers.register_optimizer_step_post_hook(heard(watch.optimizer_stepped)))
    try:
        alone = clearings_alone(watch, watch.clearing_begins, watch.clearing_ends)
        backwards = backwards_heard(partial(watch.thread.runs_backward, watch))
        with recorder.following_modules(), backwards, watch.transforms_told(), alone:
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
