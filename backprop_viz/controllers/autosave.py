"""Keeps the run safe from a crash and from a close, and offers it at the next launch."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from ..core.files.about import read_about
from ..core.records import Frame, Phase
from ..messages import Filed
from ..views.restore_offer import RestoreOffer
from .context import Context
from .files import Files
from .kept_runs import VARIABLE, KeptRun, folder, newest_left

__all__ = ["INTERVAL_MS", "VARIABLE", "Autosave"]

INTERVAL_MS = 30_000
# How long a window that is closed waits for its run to be kept.
CLOSING_S = 5.0


class Autosave(QObject):
    """Saves what is new every half minute, in a file of this window's own.

    The file stays where a window is closed whose run was not saved, or is gone without having been
    closed; it is offered at the next launch. ``taken_up`` says that the run of a worker that ended
    goes on in the next one.
    """

    taken_up = Signal()

    def __init__(self, context: Context, files: Files) -> None:
        super().__init__(context.window)
        self._window, self._session, self._files = context.window, context.session, files
        self._own: KeptRun | None = None
        # What is offered; and what this window had before it took that up, until it is written.
        self._offered: KeptRun | None = None
        self._offer: RestoreOffer | None = None
        self._before: list[KeptRun] = []
        self._first: tuple[Any, ...] | None = None
        self._written: tuple[Any, ...] | None = None
        # The sentence with which the last one was refused.
        self._refusal = ""
        self._waiting = self._told_refused = self._restoring = self._taking_up = False
        self._looked = self._kept = False
        self._timer = QTimer(self, interval=INTERVAL_MS)
        self._timer.timeout.connect(self.save)
        self._timer.start()
        self._session.filed.connect(self._filed)

    def show_frame(self, frame: Frame) -> None:
        """The first time, see whether a run was left behind."""
        if not self._looked:
            self._looked = True
            self._first = self._files.stand()
            self._ask()

    def save(self) -> None:
        """Save if there is something new, and the last time is done with."""
        state = self._files.state()
        if state is None or self._waiting or not self._session.has_worker:
            return
        stand = self._files.stand()
        if stand in (self._first, self._written) or not self._has_file():
            return
        assert self._own is not None
        self._waiting = True
        self._written = stand
        self._session.save(str(self._own.path), state, self._files.about(), auto=True)

    def keep(self) -> str:
        """Keep the run of a window that is about to be closed; what to say if it cannot be."""
        self._kept = False
        if not self._worth_keeping:
            return ""
        self._refusal = ""
        self._until_written()  # it may be of a while ago
        self.save()
        self._until_written()
        self._kept = self._own is not None and self._own.path.is_file()
        if self._kept and not self._refusal:
            return ""  # at worst as it was half a minute ago
        return self._refusal or self.tr("The process that runs torch does not answer.")

    def finish(self) -> None:
        """The window is closed, and its worker gone: nothing is left behind but what is kept."""
        self._timer.stop()
        self._let_go()
        if self._offered is not None:
            self._offered.leave()
        if self._own is not None:
            if self._kept:
                self._own.leave()
            else:
                self._own.discard()
        self._offered = self._own = None

    def take_up(self) -> bool:
        """Have a worker that took another's place go on with the run; whether that is kept."""
        self._waiting = False
        self._written = None
        # Not twice by itself: it may be what the worker ended of.
        if self._own is None or not self._own.path.is_file() or self._taking_up:
            return False
        self._taking_up = True
        self._files.open_kept(str(self._own.path), self._files.path)
        return True

    def try_again(self) -> None:
        """What the worker ended of, perhaps, is to be taken up once more."""
        self._taking_up = False

    @property
    def _worth_keeping(self) -> bool:
        """Whether a run that was not saved would be missed."""
        frame = self._session.frame
        if frame is None or not self._files.modified:
            return False
        begun = frame.iteration > 0 or frame.due is not Phase.ZERO_GRAD
        return begun or self._files.path is not None

    def _until_written(self) -> None:
        self._session.wait_until(lambda: not self._waiting, CLOSING_S)

    def _has_file(self) -> bool:
        """Whether there is a file of this window's; while it lives no other one takes it."""
        if self._own is None:
            try:
                self._own = KeptRun.new()
            except OSError as error:
                self._refused(f"{folder()}: {error.strerror or error}")
                return False
        return True

    def _filed(self, filed: Filed) -> None:
        own = self._own is not None and filed.path == str(self._own.path)
        if filed.what == "opened" and own:
            self._opened(filed)
        if filed.what == "autosaved":
            self._waiting = False
            self._let_go()
            if filed.lost:
                self._written = None
            elif filed.refusal is not None:
                self._written = None
                self._refused(filed.refusal)

    def _let_go(self) -> None:
        """What this window had before it took another run up is offered at the next launch."""
        for before in self._before:
            before.leave()
        self._before.clear()

    def _refused(self, refusal: str) -> None:
        """Say it once: it will be so again in half a minute."""
        self._refusal = refusal
        if not self._told_refused:
            self._told_refused = True
            said = self.tr("This run cannot be autosaved, so save it yourself. {0}")
            self._window.messages.tell(said.format(refusal), "error")

    # -- the next launch ---------------------------------------------------------------------

    def _ask(self) -> None:
        """Offer the newest run whose window is gone, if there is one."""
        self._offered = newest_left()
        if self._offered is None:
            return
        path = self._offered.path
        self._offer = offer = RestoreOffer(read_about(path), path.stat().st_mtime, self._window)
        offer.restore.connect(self._restore)
        offer.discard.connect(self._discard)
        offer.later.connect(self._leave)
        offer.open_in_window()

    def _restore(self) -> None:
        """Go on with it, in its file; what this window has run meanwhile is left for later."""
        assert self._offered is not None
        worth_keeping = self._worth_keeping
        if worth_keeping:
            self.save()
        if self._own is not None and worth_keeping:
            self._before.append(self._own)
        elif self._own is not None:
            self._own.discard()
        if not self._waiting:
            self._let_go()
        self._own, self._offered = self._offered, None
        self._restoring = True
        name = read_about(self._own.path).get("file")
        self._files.open_kept(str(self._own.path), None if not name else Path(name))

    def _opened(self, filed: Filed) -> None:
        """What became of the run that was kept."""
        restoring, self._restoring = self._restoring, False
        if filed.refusal is None:
            if self._taking_up:
                self.taken_up.emit()
            self._taking_up = False
        elif restoring and self._own is not None:
            # It may be possible another time, as where its data is on a disk that is away.
            self._own.leave()
            self._own = None

    def _discard(self) -> None:
        assert self._offered is not None
        self._offered.discard()
        self._offered = None
        self._ask()

    def _leave(self) -> None:
        assert self._offered is not None
        self._offered.leave()
        self._offered = None
