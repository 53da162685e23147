"""A watched loop that a window follows and holds."""

import threading
import time
from dataclasses import asdict, replace
from typing import SupportsFloat

from torch._C import DisableTorchFunction

from backprop_viz.capture.late_recording import LateRecording, made_now
from backprop_viz.capture.live.connection import interrupt_script
from backprop_viz.capture.live.devices import device_of
from backprop_viz.capture.live.due_phase import DuePhase
from backprop_viz.capture.live.ending import has_begun
from backprop_viz.capture.live.event_holds import EventHolds
from backprop_viz.capture.live.following_window import FollowingWindow
from backprop_viz.capture.live.heartbeat import Beats
from backprop_viz.capture.live.line_holds import HeldPlace, LineHolds
from backprop_viz.capture.live.loop_place import LoopPlace
from backprop_viz.capture.live.loss_alarm import LossAlarm
from backprop_viz.capture.live.loss_points import LossPoints
from backprop_viz.capture.live.own_rank import own_rank
from backprop_viz.capture.live.preparation import Preparation
from backprop_viz.capture.live.recording_pace import RecordingPace
from backprop_viz.capture.live.rest import LoopAtRest
from backprop_viz.capture.live.scalar_points import ScalarPoints
from backprop_viz.capture.live.source import loop_program
from backprop_viz.capture.recorder import Recorder
from backprop_viz.recording.errors import UserError
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.notice import Notice
from backprop_viz.recording.run.program import Program
from backprop_viz.recording.run.run_origin import RunOrigin
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.health import IterationHealth
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.stream.commands import Iterate, Pause, SetBreakpoints, Step, Train
from backprop_viz.stream.messages import RunAttached, RunEnded, Update
from backprop_viz.stream.socket_connection import Ends
from backprop_viz.stream.wire import NumberedCommand

_UPDATE_EVERY_S = 0.1  # so often the window hears of a loop that runs freely
_FLUSHED_WITHIN_S = 5.0  # what is not sent when the script ends is lost after this time


class LiveRun:
    """Follows a watched loop for a window: sends what is recorded, and holds the loop's thread.

    The loop is held when a phase has ended, at an event, or before a line, until the window lets
    it go on: for an event, a phase, an iteration, or freely. ``runs_freely``: it is not held at
    first. ``every``: while it runs freely every so many iterations are recorded (None: as many as
    cost little). ``first``: the iterations before run unrecorded, and it is held before this one.
    When the window is closed the loop goes on, unrecorded. Without ``ends`` windows attach when
    they like: if a connection is lost the loop is recorded on, and all is sent once it is back.
    """

    def __init__(
        self,
        ends: Ends | None,
        origin: RunOrigin,
        program: Program,
        *,
        runs_freely: bool = False,
        every: int | None = None,
        first: int = 1,
    ) -> None:
        self._origin, self._program = origin, program
        self.pace = RecordingPace(every, together=origin.world_size > 1)
        self._state = threading.Condition()
        self._window = FollowingWindow(
            self._state, self._publish, self._commanded, self._window_gone, comes_back=ends is None
        )
        self._until = "any" if runs_freely or first > 1 else "phase"  # or "event", "iteration"
        self._first, self._held_before = first, None if runs_freely or first == 1 else first
        self._carried_out = self._iteration = self._released = 0  # so often it was let go on
        self._due = DuePhase(ours=origin.kind == "model")
        self._held = self._told_program = self._let_go_untold = False
        self._place = HeldPlace()
        self._recorder: Recorder | None = None  # of the iteration that is under way
        self._events, self._thread, self._shown = EventHolds(), threading.get_ident(), 0.0
        self._holds = LineHolds(origin.path, self._line_reached)
        self._losses, self._scalars, self._failed = LossPoints(), ScalarPoints(), False
        self.place = LoopPlace(origin.path)
        self._rest = LoopAtRest(self.pace, self._losses, self._publish)
        self._alarm = LossAlarm(self._losses, self._window.send)
        if ends is not None:
            self.attach(ends)
        to_come = ends is not None and origin.kind != "watch"
        self._preparation = Preparation(origin.path, self._window.send, to_come=to_come)
        self._beats = Beats(self._tell_rest, self._beat if origin.world_size > 1 else None)

    def attach(self, ends: Ends) -> None:
        """A window is at the other end of a connection, in place of one that was there before.

        It is told all losses, and once it says what it has, what is held of later recordings.
        """
        with self._state:
            connection = self._window.attach(ends)
            self._losses.attach()
            self._scalars.attach()
            self._carried_out, self._told_program = 0, False
        connection.start()
        connection.send(RunAttached(self._origin))
        self._publish()

    @property
    def has_window(self) -> bool:
        """Whether a window follows."""
        return self._window.open

    def show_program(self, program: Program, why: Notice | None = None) -> None:
        """Have the window show another program from the next update on, after any untold one."""
        with self._state:
            self._window.show_notice(why)
            if not self._told_program:
                self._publish()
            self._program, self._told_program = program, False

    # -- what the watch tells ----------------------------------------------------------------

    def wants(self, iteration: int) -> bool:
        """Whether an iteration that begins is to be recorded."""
        self._thread = threading.get_ident()
        self.place.begins(iteration)
        self._follow_lines()
        if iteration == self._iteration + 1:  # it is not asked ahead
            self.pace.begins()
        self._recorder, self._failed = None, False
        self._due.begins()
        self._events.begin()
        if iteration < self._first and not self._events.breakpoints:
            return False
        if self._window.open and (self._until != "any" or self._events.breakpoints):
            return True
        awaited = self._window.awaited
        keeps_up = self._window.keeps_up or awaited
        return (self._window.open or awaited) and self.pace.wants(iteration, keeps_up=keeps_up)

    def recording_begins(self, recorder: Recorder) -> None:
        """Hear of each event of the iteration that is recorded."""
        self._recorder = recorder
        self._origin = self._window.told_origin(self._origin, device=device_of(recorder.model))
        self.place.recorded_by(recorder)
        recorder.tell(self._event_noted, self._holds.forward_line_runs)

    def _event_noted(self, event: Event) -> None:
        """Hold the loop at an event, if it is to be held there."""
        recorder = self._recorder
        wanted = self._until == "event" or self._events.breakpoints
        if recorder is None or not wanted or not self._window.open:
            return
        with DisableTorchFunction():
            for reached in self._events.reached(event, recorder, lambda: self._until == "event"):
                self._hold(reached)

    def phase_ended(self, phase: Phase, recorder: Recorder) -> None:
        """Hold the loop after a phase, if it is to be held there."""
        self._follow_source()
        self._follow_lines()
        self._window.loop_goes_on()
        self._due.ended(phase)
        if self._until == "any" and not self._events.breakpoints:
            return
        recording = recorder.recording()
        over = self._until == "phase" and self._due.is_over(recorder.model)
        if over or self._events.phase_ended(recording):
            self._hold(recording)

    def iteration_ended(
        self, iteration: int, loss: SupportsFloat, recorded: LateRecording | None
    ) -> None:
        """Tell of an iteration that is over; hold the loop, if it is to be held there."""
        self._follow_source()
        now, self._recorder = time.perf_counter(), None
        self.pace.ended()
        self.place.ended(recording := made_now(recorded))
        self.pace.made(recording)
        self._due.iteration_ended(recording)
        self._window.loop_goes_on()
        with self._state:
            self._iteration = iteration
            self._losses.add(loss, told=self._window.open)
        holds = self._alarm.holds_after(iteration, self._until, self._events.breakpoints)
        if iteration + 1 == self._held_before or (holds and recording is None):
            self._hold(recording)
        elif recording is not None:
            self._window.add(recording)
            by_window = self._until in ("phase", "iteration")
            if by_window or self._events.phase_ended(recording) or holds:
                self._hold(recording)
            else:
                self._window.send_waiting()
        if now - self._shown >= _UPDATE_EVERY_S and self._window.keeps_up:  # not if it was held
            self._publish()
        else:
            self._beats.remind()

    def settled(self, recorded: LateRecording) -> None:
        """The window is sent what was moved since, before anything newer."""
        if recorded.was_moved:
            self._window.amend(recorded.made())

    def scalar_logged(self, name: str, iteration: int, number: SupportsFloat) -> None:
        """Tell of it with the next update."""
        with self._state:
            self._scalars.add(name, iteration, number, told=self._window.open)

    def health_known(self, health: IterationHealth) -> None:
        """A window shows no health yet."""

    def cell_begins(self) -> None:
        """The loop may go on in a notebook's cell that begins."""
        self.pace.begins()

    def cell_ended(self, recording: Recording | None, raised: Notice | None) -> None:
        """It stands until the next cell. What the cell has ``raised`` in the loop, and recorded."""
        self.pace.rests()
        if recording is not None:
            self._window.send_waiting(until=None)
        self._publish(recording)
        if raised is not None:
            self._window.show_notice(raised)
        elif self._until != "any":
            self._window.tell_next_cell(held=True)

    def recording_ends(self, recorded: LateRecording | None, why: UserError | None) -> None:
        """Show what is kept; tell why to the window, also to one that attaches later."""
        self._recorder = None
        self.place.ended(recording := made_now(recorded))
        if recording is not None:
            self._window.add(recording)
            self._window.send_waiting()
        if why is not None:
            self._window.tell(why)

    def recording_fails(self, why: UserError) -> None:
        """Show why; the loop runs freely."""
        self._failed = True
        self._run_freely()
        self.recording_ends(None, why)
        self._publish()

    def _beat(self) -> None:
        self._window.send(self.place.now(self._thread))
        if self._let_go_untold:  # it may wait for other ranks until somebody lets them go on, too
            self._publish()

    def _tell_rest(self) -> bool:
        free = self._until == "any"
        return self._rest.tell(self._thread, keeps_up=self._window.keeps_up, runs_freely=free)

    def hold_at_start(self) -> None:
        """Hold the loop before its first iteration, unless it runs freely."""
        rank, ranks = own_rank()  # where only the script's own torch.distributed knows it
        self._origin = self._window.told_origin(self._origin, rank=rank, world_size=ranks)
        self._preparation.over()
        self._follow_source()
        if self._until == "any":
            return
        # zero_grad may have run before the model was found; it is shown with the first step.
        recording = None if self._recorder is None else self._recorder.recording()
        if recording is None or not recording.events:
            self._due.held_at_start()
            self._hold(None)
            return
        self._hold(None, recording.trace[0][0] if recording.trace else None)
        if self._until in ("phase", "event") or self._events.phase_ended(recording):
            self._due.have_run([span.phase for span in recording.spans])
            self._hold(recording)

    def ended(self, told: RunEnded, recording: Recording | None) -> None:
        """The script is over: send what is left, and let the window stay."""
        self._preparation.over()
        self._run_freely()
        self._window.loop_goes_on()
        self._window.send_waiting(until=None)
        if (kept := has_begun(recording)) is not None:
            self._publish(kept)
        self._publish()
        self._beats.end()
        told = replace(told, recorded=told.recorded or bool(kept and kept.spans))
        self._window.end(told, _FLUSHED_WITHIN_S)

    # -- holding -----------------------------------------------------------------------------

    def _hold(
        self, recording: Recording | None, line: int | None = None, *, before_line: bool = False
    ) -> None:
        """Hold the calling thread until the window lets it go on; at its own line, or another."""
        began = time.perf_counter()
        self.pace.goes_on()
        self._window.loop_goes_on()
        if recording is not None:
            self._events.held(recording)
            self._due.phase = recording.under_way or self._due.phase
        with self._state:
            before, self._until = self._released, "phase"
            self._held = True
            self._place = self._holds.place(line, self._thread, before_line=before_line)
        self._window.send_waiting(until=recording)
        self._publish(recording)
        with self._state:
            # In slices, so that Ctrl+C comes through on every system.
            try:
                while self._released == before and self._window.open:
                    self._state.wait(0.2)
            except KeyboardInterrupt:  # a notebook stays, and may go on with another cell
                self._let_go(self._until)
                self._publish()
                raise
            self._held, self._place = False, HeldPlace()
        self.pace.stood(stood := time.perf_counter() - began)
        if self._recorder is not None:
            self._recorder.spans.waited(stood)
        self._follow_lines()

    def _follow_lines(self) -> None:
        """Hold before the lines that have a breakpoint; in the loop's own thread."""
        if threading.get_ident() == self._thread:  # not a node's, which runs in one of its own
            self._holds.want(self._events.breakpoints)

    def _follow_source(self) -> None:
        """Show the file or the cell that the loop runs in, if that is another one now."""
        if self._origin.kind != "model" and self._holds.moved():
            self._events.forget_lines()
            self.show_program(loop_program(self._holds.path, self._iteration + 1))
            self.place.path = self._holds.path

    def _line_reached(self, line: int) -> None:
        with DisableTorchFunction():
            recording = None if self._recorder is None else self._recorder.recording()
            self._hold(recording, before_line=True)

    # -- the window --------------------------------------------------------------------------

    def _publish(self, recording: Recording | None = None) -> None:
        with self._state:
            points, opened = self._losses.take()
            self._shown = time.perf_counter()
            update = Update(
                command=self._carried_out,
                run=1,
                iteration=self._iteration,
                due=self._due.phase,
                training=not (self._held or self.pace.rests_now),
                rate=self.pace.rate,
                program=None if self._told_program else self._program,
                points=points,
                opened=opened,
                **asdict(self._place),
                between_cells=self.pace.rests_now,
                unrecorded=self._failed,
                scalars=self._scalars.take(),
            )
            self._told_program, self._let_go_untold = True, False
            self._window.send(update, recording)

    def _commanded(self, received: NumberedCommand) -> None:
        """Carry out a command of the window."""
        command = received.command
        with self._state:
            self._carried_out = received.number
            match command:
                case Step():
                    self._let_go("event" if command.by_event else "phase")
                case Iterate():
                    self._let_go("iteration")
                case Train():
                    self._alarm.somebody_looks = True
                    self._let_go("any")
                case Pause():
                    self._until = "iteration" if self._until == "any" else self._until
                case SetBreakpoints():
                    self._events.breakpoints = command.breakpoints
                case _:
                    self._window.refuse(type(command).__name__)
        # What a step leads to is told when the loop is held again.
        if self.pace.rests_now or not isinstance(command, Step | Iterate):
            self._publish()
        if self.pace.rests_now and not isinstance(command, SetBreakpoints):
            self._window.tell_next_cell(held=self._until != "any")

    def _let_go(self, until: str) -> None:
        self._until, self._held, self._place = until, False, HeldPlace()
        self._let_go_untold, self._released = True, self._released + 1
        self._state.notify_all()

    def _window_gone(self) -> None:
        """Nobody holds the loop any more: it runs freely. A model's file is read for the window."""
        if self._origin.kind == "model" and not self._preparation.is_over:
            interrupt_script()
        self._run_freely()

    def _run_freely(self) -> None:
        with self._state:
            self._events.breakpoints = ()
            self._let_go("any")
        self._follow_lines()
