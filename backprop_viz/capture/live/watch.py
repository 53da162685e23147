"""Watches a training loop: finds its iterations, and records those that are wanted."""

import os
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from threading import get_ident
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.optimizer import (
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
)

from backprop_viz.capture.bare.bare_forward import Others
from backprop_viz.capture.bare.module_by_hand import told_by_hand
from backprop_viz.capture.code import own_faults
from backprop_viz.capture.code.calling_frames import steps_around
from backprop_viz.capture.code.loop_places import StackPlace
from backprop_viz.capture.code.loop_source import loop_source
from backprop_viz.capture.code.no_collector import without_collector
from backprop_viz.capture.graph.graph_ages import graph_ages
from backprop_viz.capture.graph.graphs import leads_to
from backprop_viz.capture.late_recording import LateRecording, made_now
from backprop_viz.capture.listening_depth import heard
from backprop_viz.capture.live.after_step import follow_step
from backprop_viz.capture.live.begun_anew import BegunAnew
from backprop_viz.capture.live.discovery import owned_by
from backprop_viz.capture.live.follower import Follower
from backprop_viz.capture.live.iteration_loss import IterationLosses, has_gradients
from backprop_viz.capture.live.opened_loop import opened_loop
from backprop_viz.capture.live.room import Limits
from backprop_viz.capture.live.scalars import ScalarWatch
from backprop_viz.capture.live.turns import Turns
from backprop_viz.capture.live.unrecorded_failure import recording_of_failure
from backprop_viz.capture.loop_watch import LoopWatch
from backprop_viz.capture.module_choice import ModuleChoice
from backprop_viz.capture.recorder import Recorder
from backprop_viz.capture.several_models import one_model
from backprop_viz.capture.watches.health_watch import HealthWatch
from backprop_viz.capture.watches.left_modes import left_soon
from backprop_viz.capture.watches.overridable_backward import backwards_heard
from backprop_viz.capture.watches.skipped_steps import skipped_steps_seen
from backprop_viz.recording.errors import UserError
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase

Keep = Literal["health", "sample", "full"]


class Watch:
    """Finds a loop's iterations from what it calls; the loop's numbers stay what they are.

    An iteration ends with the step of an optimizer, also with one that a GradScaler leaves out; of
    several, with that of the last in a turn of the loop; without any given, with each that moves
    the models' parameters. The loss of an iteration is the number that its last backward started
    from, as it was before a GradScaler scaled it; without one, that of its recording, if any.

    Of an iteration that is wanted ``keep`` says how much is kept: "full", the first "sample" of
    the batch alone, or the "health" of each tensor. ``only`` names the modules of which it is kept,
    as ``ModuleChoice`` says; that raises ArgumentError. ``over`` iterations ran before.
    ``others``: as ``BareForward`` has it. ``by_hand``: the loop itself moves the models' weights.
    """

    def __init__(
        self,
        models: Mapping[str, nn.Module],
        optimizers: Sequence[Optimizer],
        follower: Follower,
        keep: Keep = "full",
        only: str | Sequence[str] | None = None,
        over: int = 0,
        others: Others | None = None,
        by_hand: bool = False,
    ) -> None:
        # A copy of this process, as a DataLoader's worker is, is followed by nobody.
        self._keep, self._by_hand = keep, by_hand
        self._process, self._thread = os.getpid(), get_ident()
        self._health: HealthWatch | None = None
        self._models, self._model = list(models.values()), one_model(models)
        self._only = None if only is None else ModuleChoice(self._model, only)
        self._optimizers, self._ages = tuple(optimizers), graph_ages(self._model)
        self._given = set(map(id, self._optimizers))  # which are held
        self._owned = {id(parameter) for parameter in self._model.parameters()}
        self._follower, self._number = follower, over  # of iterations that are over
        self._stepped: list[Optimizer] = []  # in this iteration
        self._limits, self._steps_at_all = Limits(), over > 0
        self.recorder: Recorder | None = None  # of the iteration that is under way
        self._loop: LoopWatch | None = None
        self._source: str | None = None  # the file that the loop is in
        self._left: Recording | None = None  # of an iteration that raised unrecorded
        self._open, self._losses = ExitStack(), IterationLosses(follower.scalar_logged)
        self._begun = self._closed = self._ending = self._failed = self._within_step = False
        own_faults.tell(self._fails)
        with ExitStack() as handles:  # nothing stays where this raises
            self._scalars = ScalarWatch(follower.scalar_logged)
            handles.callback(self._scalars.close)
            handles.callback(register_optimizer_step_pre_hook(heard(self._steps)).remove)
            handles.callback(register_optimizer_step_post_hook(heard(self._has_stepped)).remove)
            handles.enter_context(backwards_heard(self._backward_runs))
            handles.enter_context(skipped_steps_seen(self._was_skipped))
            handles.enter_context(self._losses.seen())
            self._bare = told_by_hand(self._model, optimizers, self, others, by_hand)
            # Tells which steps are an iteration, where that may be several.
            self._turns = Turns(optimizers, self.next_turn) if len(optimizers) > 1 else None
            told = self, self._losses, self._owned, optimizers, handles
            self._anew = None if self._bare else BegunAnew(*told)
            self._handles = handles.pop_all()

    def begin(self) -> LoopWatch | None:
        """Begin an iteration; what records it, if it is recorded."""
        if self._closed or os.getpid() != self._process:
            return None
        self._begun, self._thread = True, get_ident()
        if self._bare is not None:
            self._bare.begins(None, None)
        if not self._follower.wants(self._number + 1):
            self._ages.begin()
            return None
        if self._keep == "health":
            self._health = health = HealthWatch(self._model, self._optimizers or None, self._only)
            self._open.enter_context(health.watching_modules())
            return None
        with without_collector():
            self.recorder = recorder = Recorder(
                self._model,
                self._optimizers or None,
                iteration=self._number + 1,
                samples=1 if self._keep == "sample" else None,
                only=self._only,
            )
        self._follower.recording_begins(recorder)
        self._source = loop_source(self._source)
        told = self._models, self.phase_ended, self._source
        self._loop = loop = opened_loop(recorder, *told, self._open)
        if self._bare is not None:
            self._bare.begins(loop, recorder)
        return loop

    def used_before(self, where: StackPlace, parameters: Collection[int]) -> None:
        """Parameters, by their id(), were cleared or called in this turn, before it was watched."""
        if self._turns is not None:
            self._turns.used_before(where, parameters)

    def end(self) -> LateRecording | None:
        """End the iteration that was begun; what is recorded of it."""
        if not self._begun or os.getpid() != self._process:
            return None
        self._begun = False
        if self._turns is not None:
            self._turns.ended()
        recorded = self._close_recording()
        self._number += 1
        loss = self._losses.iteration_ended(self._number, recorded)
        if self._health is not None:
            self._open.close()
            self._follower.health_known(self._health.health(self._number, float(loss)))
            self._health = None
        self._scalars.iteration_ended(self._number, self._optimizers or self._stepped)
        self._follower.iteration_ended(self._number, loss, recorded)
        self._stepped.clear()
        return recorded

    @contextmanager
    def step(self) -> Iterator[None]:
        """An iteration is what runs in here, however many optimizers step."""
        if self._turns is not None:
            self._turns.close()
        self._turns = self._anew = None
        self._within_step = True
        with own_faults.OURS:
            self.drop()  # of one that was begun without this, or has raised
            self.begin()
        yield
        with own_faults.OURS:
            self.end()

    def failed(self, error: Exception) -> None:
        """The loop has raised: the iteration that is recorded says which tensor it is about."""
        self._failed = True
        with suppress(Exception), torch._C.DisableTorchFunction():  # its own error stands
            if self.recorder is not None:
                self.recorder.failed(error)
            elif self._begun and os.getpid() == self._process:
                told = self._model, self._optimizers or None, self._number + 1, error
                self._left = recording_of_failure(*told)

    @property
    def place(self) -> tuple[int, int]:
        """How many iterations are over, and how many events of the next one are recorded."""
        return self._number, 0 if self.recorder is None else len(self.recorder.log)

    def ask_again(self) -> None:
        """Ask anew whether the iteration is to be recorded, if nothing of it has run yet."""
        waits = self._begun and self.recorder is None and self._health is None
        if waits and not (self._ages.grown or self._stepped or self._within_step):
            self._ages.forget_newest()
            self.begin()

    def begin_anew(self, error: BaseException) -> Recording | None:
        """The iteration under way has raised, and nobody goes on with it: what is known of it."""
        if isinstance(error, Exception):
            self.failed(error)
        known = made_now(self._close_recording()) or self._left
        self._failed, self._left, self._health = False, None, None
        self._losses.forget()
        self._stepped.clear()
        self._open.close()
        if self._turns is not None:
            self._turns.ended()
        self.begin()
        return known

    def close(self) -> Recording | None:
        """Watch no longer; what was recorded of an iteration that is not over.

        Of one in which no backward ran for an optimizer, after others that were over or by hand, it
        is nothing: the loop has ended, and only evaluates, or asks what an input counts for.
        """
        self._closed = True
        try:
            left = self._under_way()
        finally:
            self._open.close()
            self._handles.close()
        own_faults.tell_no_more(self._fails)
        return left

    def _under_way(self) -> Recording | None:
        if self._turns is not None:
            if self._turns.has_stepped and not self._failed:
                self.end()
            self._turns.close()
        if self._bare is not None:
            if self._bare.is_turn_over and not self._failed:
                self.end()
            self._bare.close()
        if self.recorder is not None:
            self.recorder.tell(None, None)  # the loop is over: nothing is held any more
        recording = made_now(self._close_recording()) or self._left
        asks = self._by_hand or self._losses.are_elsewhere  # as for a Fisher matrix
        ran = not asks and has_gradients(recording, kept=bool(self._optimizers))
        return recording if ran or self._failed or not (self._number or self._by_hand) else None

    def drop(self) -> int | None:
        """What is recorded of the iteration under way is no iteration: only its loss is told.

        Returns its number, if it was recorded until now.
        """
        return None if self._close_recording() is None else self._number + 1

    def is_under_way(self) -> bool:
        """Whether a backward or a step has run in the iteration; asked where a model is called."""
        if self._turns is not None:
            self._turns.model_runs()
        return self._losses.has_begun or bool(self._stepped)

    def leave(self, *, under_way: bool) -> int:
        """Watch no longer; how many iterations are over, with the one ``under_way`` if that is."""
        if under_way:
            self.end()
        self.close()
        return self._number

    def _close_recording(self) -> LateRecording | None:
        if self._loop is None or self.recorder is None:
            return None
        if self._bare is not None:
            self._bare.ends()
        self._loop.finish()
        self._open.close()
        with torch._C.DisableTorchFunction():
            recorded = self.recorder.late_recording()
        self._loop = self.recorder = None
        return recorded

    # -- what the loop does ------------------------------------------------------------------

    def phase_ended(self, phase: Phase) -> None:
        """A phase of the iteration under way has ended."""
        # The end of the last update is the end of the iteration, which is told by itself.
        ends_iteration = phase is Phase.UPDATE and self._ending
        if self.recorder is None or ends_iteration or os.getpid() != self._process:
            return
        if phase in (Phase.FORWARD, Phase.BACKWARD) and self._takes_too_much(phase):
            return
        self._follower.phase_ended(phase, self.recorder)

    def _takes_too_much(self, ended: Phase) -> bool:
        """Whether the iteration is recorded no longer, for its many bytes or backwards."""
        assert self.recorder is not None
        known = ended, self.recorder.log.nbytes, self._number + 1
        passed = self._limits.passed(*known, steps=self._steps_at_all or self._within_step)
        if passed is not None:
            recorded = self._close_recording()
            self._recording_ends(recorded if passed.is_kept else None, passed.why)
        return passed is not None

    def _recording_ends(self, recorded: LateRecording | None, why: UserError | None) -> None:
        """Tell of it. What runs this backward leaves torch's stack of modes at the next call."""
        if why is not None:
            print(f"backprop_viz: {why}", file=sys.stderr)
        self._follower.recording_ends(recorded, why)
        self._handles.enter_context(left_soon(self._thread))

    def _fails(self, why: UserError) -> None:
        """Our own code has raised: the loop goes on, and is watched no longer."""
        closing, self._closed, self._begun, self._health = self._closed, True, False, None
        loop, self._loop, self.recorder = self._loop, None, None
        soon = left_soon(self._thread, self._handles.close)
        with suppress(Exception), ExitStack() as ends:
            (ends if closing else self._handles).enter_context(soon)
            for part in (self._open, self._scalars, self._turns, self._bare, loop):
                ends.callback((lambda: None) if part is None else part.close)
        self._follower.recording_fails(why)

    def _steps(self, optimizer: Optimizer, *given: Any) -> None:
        """An optimizer is about to step."""
        if not self._is_ours(optimizer) or not self._begun:
            return
        self._steps_at_all = True
        self._losses.steps = True
        if self._turns is not None and not self._turns.steps(optimizer):
            self.drop()  # two turns are no iteration
        if self._loop is not None:
            self._loop.optimizer_steps(optimizer, *given)
        elif self._health is not None:
            self._health.optimizer_steps(optimizer, *given)

    def _has_stepped(self, optimizer: Optimizer, *given: Any) -> None:
        if not self._is_ours(optimizer) or not self._begun:
            return
        self._stepped.append(optimizer)
        self._losses.steps = False
        over = self._turns is None or self._turns.stepped(optimizer, self.wants_next())
        # By hand the next use of what was moved ends a turn, in which more may step.
        over = over and not (self._by_hand or any(map(self._is_ours, steps_around())))
        if self._loop is not None:
            self._ending = over
            self._loop.optimizer_stepped(optimizer)
        elif self._health is not None:
            self._health.optimizer_stepped(optimizer, *given)
        if over and not self._within_step:
            ended = self.end()
            self.begin()
            if self.recorder is not None or ended is not None:
                follow_step(ended, self.recorder, self._follower.settled)

    def _was_skipped(self, optimizer: Optimizer) -> None:
        """A step that was due is left out: the turn is over with it, as with any other."""
        if not self._is_ours(optimizer) or not self._begun:
            return
        self._steps_at_all = True
        if self._turns is not None and not self._turns.steps(optimizer):
            self.drop()
        if self._turns is None or self._turns.stepped(optimizer):
            self.next_turn()

    def next_turn(self, forward_ran: bool = False, counts: bool = True) -> LoopWatch | None:
        """The loop begins its next turn; what records that: nothing if its ``forward_ran``."""
        if not self._begun or self._within_step:
            return None
        self._steps_at_all = True
        self.end() if counts else self.drop()
        if not forward_ran or self._keep == "health":
            return self.begin()
        self._begun = True
        self._ages.begin()
        return None

    def wants_next(self) -> bool:
        """Whether the iteration under way is recorded, or the one after it is to be."""
        return self._loop is not None or (self._begun and self._follower.wants(self._number + 2))

    def begins_at(self, roots: Sequence[Tensor]) -> None:
        """A backward begins at these; if at one number, that is the loss."""
        self._losses.begins_at(roots)

    def _is_ours(self, optimizer: Optimizer) -> bool:
        if not self._optimizers:
            return any(id(parameter) in self._owned for parameter in owned_by(optimizer))
        return id(optimizer) in self._given

    def _backward_runs(self, roots: Sequence[Tensor]) -> AbstractContextManager[None]:
        if self._closed or (get_ident() != self._thread and not leads_to(roots, self._owned)):
            return nullcontext()  # another loop's
        self._scalars.backward_runs(self._number + 1)
        if self._turns is not None:
            self._turns.backward_starts()
        loop = self._loop
        self._losses.begins_at(roots, backward=True, closely=loop is not None)
        if self._anew is not None and (loop is not None or self._anew.may_never_step):
            self._anew.backward_begins(self._open)
        return nullcontext() if loop is None else loop.thread.runs_backward(loop, roots)
