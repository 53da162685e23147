"""The window's side of the worker: commands in, view states out, and the cursor over the events."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from backprop_viz.desktop.clients.draw_image import DrawImage
from backprop_viz.desktop.clients.explaining_worker import ExplainingWorker
from backprop_viz.desktop.clients.file_client import FileClient, IterationRead, IterationsStored
from backprop_viz.desktop.clients.wake import Wake, wait_until
from backprop_viz.desktop.clients.worker_supervisor import STANDING, Restarts, WorkerSupervisor
from backprop_viz.desktop.run.check_requests import CheckRequests
from backprop_viz.desktop.run.explanation_requests import ExplanationRequests, Question
from backprop_viz.desktop.run.file_requests import FileCommand, FileRequests
from backprop_viz.desktop.run.rank_runs import ForeignClient, RankRuns, ScriptClient
from backprop_viz.desktop.run.run_aside import RunAside
from backprop_viz.desktop.run.shown_run import ShownRun
from backprop_viz.desktop.system.garbage_collector import Collector
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.notice import Notice
from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.run.window_part import StoredWindow, WindowPart
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.events import Array
from backprop_viz.stream.commands import (
    MOVING,
    Command,
    Configure,
    ContinueFrom,
    Iterate,
    Pause,
    PutRunAside,
    Reset,
    SaveSessionFile,
    SetBreakpoints,
    TakeRunBack,
    Train,
)
from backprop_viz.stream.messages import (
    CodeFound,
    ExplanationAnswer,
    Filed,
    GradientChecked,
    NetworkTried,
    Rerecorded,
    RunAttached,
    RunEnded,
    SaliencyRecorded,
    Scripted,
    SnippetRan,
    Update,
)


class Session(QObject):
    """Hands commands to the worker, and view states to the panels, at most one a refresh.

    ``shown`` is the run with the cursor in it.

    ``view_state_ready`` carries a ViewState, ``told`` a Notice, ``filed`` a Filed, ``explained``
    what is answered to the number that was asked about last, ``saliency_recorded`` a Recording and
    the Number of a pixel, ``answered`` what else the worker answers, as a Sheet of samples; all
    come in the window's thread.

    With a ``foreign`` client the run is a script's or a file's: ``attached`` carries its
    RunOrigin, ``run_ended`` a RunEnded.
    """

    view_state_ready = Signal(object)
    told = Signal(object)
    run_began = Signal()
    answered = Signal(object)
    filed = Signal(object)
    scripted = Signal(object)
    explained = Signal(object)
    checked = Signal(object)
    saliency_recorded = Signal(object, object)
    snippet_ran = Signal(object)
    network_tried = Signal(object)
    code_found = Signal(object)
    attached = Signal(object)
    run_ended = Signal(object)

    def __init__(
        self,
        settings: Settings,
        parent: QObject | None = None,
        foreign: Callable[[Callable[[], None]], ForeignClient] | None = None,
    ) -> None:
        super().__init__(parent)
        self.shown = ShownRun(settings, self, self)
        self.shown.view_state_ready.connect(self.view_state_ready)
        Collector(self)
        ring = Wake(self._take, self).ring
        self._client = WorkerSupervisor(settings, ring) if foreign is None else foreign(ring)
        self.shown.follow_ranks(self._client)
        # A script does not explain: a worker does, of what was recorded.
        self.explainer = ExplainingWorker(ring)
        submit = self._client.submit if foreign is None else self.explainer.submit
        self.shown_command = -1  # the last whose outcome is shown
        self._moving = -1  # the last that shows another run, or this one from another place
        self._files = FileRequests()
        self._explanations = ExplanationRequests(submit)
        self.checks = CheckRequests(submit)
        self._emitted = {Scripted: self.scripted, SnippetRan: self.snippet_ran}
        self._emitted |= {NetworkTried: self.network_tried, CodeFound: self.code_found}
        self._restarts = Restarts()
        self._aside = RunAside()
        # What was shown is painted when the event loop comes to this.
        self._painted = QTimer(self, singleShot=True, interval=0)
        self._painted.timeout.connect(self._client.tell_painted)
        # A window may be destroyed without having been closed.
        self.destroyed.connect(self._client.close)
        self.destroyed.connect(self.explainer.close)

    # -- running -----------------------------------------------------------------------------

    def send(self, command: Command) -> None:
        """Have the worker carry out a command after those before; of a file ``filed`` tells."""
        self.shown.finish_playback()
        if isinstance(command, FileCommand):
            self._send_file(command)
        elif not self._client.submit(command) and not isinstance(command, STANDING):
            attached = isinstance(self._client, ScriptClient)
            self.told.emit(Notice("script_is_over" if attached else "no_worker"))
        elif isinstance(command, MOVING):
            self._moving = self._client.submitted

    def iterate(self) -> None:
        """Go to the end of the iteration shown, then of the next one kept; past the newest, run."""
        if self.shown_command < self._moving:
            self.send(Iterate())
        else:
            self.shown.go("iteration")

    def train(self) -> None:
        """Train until ``pause``, or until a breakpoint holds."""
        if not self.shown.stop_ahead():
            self.send(Train())

    def pause(self) -> None:
        """Stop training after the iteration that is being run."""
        self.send(Pause())

    def reset(self) -> None:
        """Begin again with a fresh network."""
        self.send(Reset())

    def configure(self, settings: Settings) -> None:
        """Take over settings; those that need a fresh network begin another run."""
        self.send(Configure(settings))

    def draw(self, image: Array | None) -> None:
        """Classify a drawing (2-D, 0..1) from now on; None for none."""
        self.send(DrawImage(image))

    def save(
        self,
        path: str,
        window: StoredWindow,
        about: Mapping[str, str] | None = None,
        *,
        auto: bool = False,
    ) -> None:
        """Write the session to a file, with what the window adds of its own; ``filed`` tells."""
        part = WindowPart(window, self.shown.run.earlier)
        # Past ``send``: what is playing is not hurried to its end by an autosave.
        self._send_file(SaveSessionFile(path, auto, self.shown.run.cache.made(), about or {}, part))

    def decline(self, found: CodeFound) -> None:
        """Leave a session file unopened whose code the user does not want to run."""
        self._file(Filed("opened", found.path, refusal=Notice("code_declined")))

    def explain(self, question: Question) -> bool:
        """Ask where a number comes from, in place of what was asked before.

        ``explained`` tells. False if there is no worker to ask.
        """
        return self._explanations.ask(question)

    def watch(self, breakpoints: Sequence[Breakpoint]) -> None:
        """Stop at these from now on."""
        self.shown.stops.breakpoints = tuple(breakpoints)
        self.send(SetBreakpoints(self.breakpoints))

    @property
    def breakpoints(self) -> tuple[Breakpoint, ...]:
        """Where training stops from the next command on."""
        return self.shown.stops.breakpoints

    # -- another run in place of the user's own ----------------------------------------------

    def put_run_aside(self, settings: Settings) -> None:
        """Show a run with these settings; the user's own waits until ``take_run_back``."""
        if not self._aside.active and self.view_state is not None:
            if self.view_state.training:
                self.pause()
            self._aside.hold(self.shown.put_aside())
            self.watch(())
        self.send(PutRunAside(settings))
        self._aside.expect(self._client.submitted, back=False)

    def take_run_back(self) -> None:
        """Show the user's own run again, just as it was."""
        if self._aside.active:
            self.send(TakeRunBack())
            self._aside.expect(self._client.submitted, back=True)

    @property
    def run_is_aside(self) -> bool:
        """Whether what is shown is a lesson's run, in place of the user's own."""
        return self._aside.active

    def continue_from_here(self) -> None:
        """Take the run up again as it was after the iteration that is shown."""
        view_state = self.view_state
        if view_state is not None and not view_state.cursor.recording.preview:
            self.send(ContinueFrom(view_state.cursor.recording.iteration))

    # -- state -------------------------------------------------------------------------------

    @property
    def iteration(self) -> int:
        """How many iterations of this run are finished."""
        return self.shown.iteration

    @property
    def view_state(self) -> ViewState | None:
        """What the window shows; None before torch is loaded."""
        return self.shown.view_state

    def wait_idle(self, timeout_s: float = 10.0) -> bool:
        """Run the event loop until every command is carried out and shown; whether it was so.

        Free training counts as carried out once it has begun.
        """
        self.wait_until(lambda: self.idle, timeout_s)
        self.shown.finish_playback()
        return self.idle

    def wait_until(self, holds: Callable[[], bool], timeout_s: float) -> bool:
        """Run the event loop until something holds, which may take so long; whether it does."""
        return wait_until(holds, timeout_s)

    @property
    def idle(self) -> bool:
        """Whether every command is carried out and shown."""
        live = self.shown.live
        training = live is not None and live.training
        done = self.shown_command == self._client.submitted
        reading = self.shown.run.rerecorded_left or self.shown.reading
        return (done and (training or not reading)) or self._client.ended

    @property
    def submitted(self) -> int:
        """How many commands were sent so far."""
        return self._client.submitted

    def recording_of(self, iteration: int) -> Recording | None:
        """The recording of an iteration, None if it is not kept."""
        return self.shown.run.cache.get(iteration)

    @property
    def has_worker(self) -> bool:
        """Whether there is a worker, if only one that is about to begin."""
        return not self._client.ended

    @property
    def worker_pid(self) -> int:
        """The process id of the worker, which there is once it was started."""
        assert isinstance(self._client, WorkerSupervisor)
        return self._client.worker_pid

    def interrupt(self) -> None:
        """Interrupt the script, as Ctrl+C in its terminal would."""
        assert isinstance(self._client, ScriptClient)
        self._client.interrupt()

    def start_again(self) -> None:
        """Have another worker, whatever became of this one; ``told`` what is lost with it."""
        assert isinstance(self._client, WorkerSupervisor)
        self._lose_files()
        self.told.emit(self._begin_again("started_again"))

    def close(self) -> None:
        """End the worker, whatever it is doing."""
        self.shown.halt()
        self._painted.stop()
        self._client.close()
        self.explainer.close()

    def read_stored(self, iteration: int) -> None:
        """Read an iteration from the file."""
        assert isinstance(self._client, FileClient | RankRuns)
        self._client.read(iteration)

    # -- what the worker says ----------------------------------------------------------------

    def _send_file(self, command: FileCommand) -> None:
        """Send a command on a file; one that is lost with the worker is told as such."""
        self._files.add(command)
        if not self._client.submit(command):
            self._lose_files()
            self.told.emit(Notice("no_worker"))

    def _lose_files(self) -> None:
        for filed in self._files.lose():
            self.filed.emit(filed)

    def _take(self) -> None:
        """Take in all that the worker said, and show how things stand after it."""
        newest, rerecorded, ended = None, False, None
        while received := self._client.take() or self.explainer.take():
            message, recording = received
            if isinstance(message, Update):
                newest = self._absorb(message, recording)
                self.shown_command = message.command
            elif isinstance(message, RunAttached):
                self.shown.run.origin = message.origin
                self.attached.emit(message.origin)
            elif isinstance(message, RunEnded):
                ended = message
            elif isinstance(message, IterationsStored | IterationRead):
                self.shown.take_stored(message, recording)
            elif isinstance(message, Filed):
                self._file(message)
            elif isinstance(message, SaliencyRecorded):
                self.saliency_recorded.emit(recording, message.number)
            elif isinstance(message, Rerecorded):
                rerecorded |= self.shown.run.recall(message, recording)
            elif isinstance(message, Notice):
                self._tell(message)
            elif isinstance(message, GradientChecked):
                if (shown := self.checks.to_be_shown(message)) is not None:
                    self.checked.emit(shown)
            elif isinstance(message, ExplanationAnswer):
                if self._explanations.is_wanted(message):
                    self.explained.emit(message)
            else:
                self._emitted.get(type(message), self.answered).emit(message)
        if (newest := self.shown.join_ranks(newest)) is not None:
            self.shown.receive(newest)
            if (stored := self._aside.returned()) is not None:
                self.watch(stored.breakpoints)
                self.shown.show_as_before(stored)
            self._client.ask_for_update()
            self._painted.start()
        if ended is not None:
            self.shown.stand_still(ended)
            self.run_ended.emit(ended)
        if rerecorded:
            self.shown.show_whole()

    def _tell(self, notice: Notice) -> None:
        if notice.code == "worker_ended":
            self._lose_files()
            # One that could not even begin is not started for ever.
            if self.shown_command >= 0 and self._restarts.one_more():
                again = self._begin_again("worker_restarted", *notice.values)
                notice = replace(again, details=notice.details)
            else:
                began = "worker_ended" if self.shown_command >= 0 else "worker_not_started"
                notice = replace(notice, code=began)
                self.shown.stand_still()
        self.told.emit(notice)

    def _begin_again(self, code: str, *values: str) -> Notice:
        """Have another worker in place of one that has ended; what to say of it."""
        assert isinstance(self._client, WorkerSupervisor)
        self.shown_command = self._moving = -1
        self.shown.run = self._aside.given_up(self.shown.run)
        self.shown.run.begin_again()
        self._client.begin_again(self.shown.run.settings)
        self._explanations.ask_again()
        self.shown.stand_still()
        return Notice(code, values)

    def _file(self, filed: Filed) -> None:
        if filed.what == "opened" and filed.refusal is None:
            self._files.opened = filed  # told with the update that shows its run
        else:
            self._files.answered(filed)
            self.filed.emit(filed)

    def _absorb(self, update: Update, recording: Recording | None) -> ViewState:
        self.shown.run = self._aside.run_of(update, self.shown.run)
        is_new = self.shown.run.is_new(update)
        opened = self._files.opened if is_new else None
        live = self.shown.run.take(update, recording, opened)
        if self.shown.stops.moved_to(self.shown.run.program.path):
            self.watch(self.shown.stops.breakpoints)
        if is_new and opened is None and not update.kept:
            self.run_began.emit()
        self._aside.absorbed()
        if opened is not None:
            self._files.answered(opened)
            self.filed.emit(self.shown.run.with_keys(opened))
        return live
