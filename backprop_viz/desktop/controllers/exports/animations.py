"""Exports an animation of the cursor's walk, or of a lesson."""

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QProgressBar, QProgressDialog, QWidget

from backprop_viz.desktop.controllers.appearance.theme import ThemeController
from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.controllers.dialogs import ask_where_to_save, open_
from backprop_viz.desktop.controllers.exports.walks import CursorWalk, LessonWalk, Walked
from backprop_viz.desktop.controllers.lessons.lessons import LessonsController
from backprop_viz.desktop.panels.lesson.rich_text import rich_text
from backprop_viz.desktop.style.animation_files import (
    AnimationFrame,
    encoded_animation,
    packed_frame,
    writable_suffixes,
)
from backprop_viz.desktop.style.captions import captioned
from backprop_viz.desktop.style.panel import Panel
from backprop_viz.desktop.system.background_jobs import Background, failure_notice
from backprop_viz.desktop.widgets.animation_dialog import AnimationChoice, AnimationDialog, Walk
from backprop_viz.recording.files.atomic import write_atomically
from backprop_viz.recording.requests.progress import Progress, Report

# Of what is told of an animation that could not be saved.
_SUBJECT = "animation"
_PROGRESS_WIDTH = 320
# The pause between the cursor's step and its picture: panels paint late what they put off.
_STEP_MS = 20
# How many pictures may wait to be packed.
_MOST_WAITING = 4
# An iteration that takes longer to read from its file is left out.
_MOST_TICKS = 500


class AnimationsController(QObject):
    """Walks the cursor or a lesson, grabs a picture a turn, and encodes in a thread."""

    def __init__(
        self, context: Context, lessons: LessonsController, theme: ThemeController
    ) -> None:
        super().__init__(context.window)
        self._window, self._session = context.window, context.session
        self._lessons, self._theme = lessons, theme
        self._place = 0
        self._frames: list[Future[AnimationFrame]] = []
        # Pictures that wait for their captions, which all have the same room.
        self._pictures: list[tuple[QImage, str]] = []
        self._packer: ThreadPoolExecutor | None = None  # of the export that runs
        self._timer = QTimer(self, interval=_STEP_MS)
        self._timer.timeout.connect(self._grab)
        self._background = Background(self)
        self._background.progressed.connect(self._show_encoding)
        self._background.finished.connect(self._saved)
        self._background.failed.connect(self._failed)
        self._window.closing.connect(self._close)
        self._progress: QProgressDialog | None = None
        self._path = Path()
        self._ticks = 0

    def export(self) -> None:
        """Ask what of the cursor's walk becomes an animation."""
        view_state = self._session.view_state
        lesson = self._lessons.shows_all
        if view_state is None or (view_state.cursor.recording.preview and not lesson):
            self._tell_nothing()
            return
        if view_state.training:
            said = self.tr("Pause training (F5) first: an animation shows what is recorded.")
            self._window.messages.tell(said, "info")
            return
        self._session.shown.stop_playing()
        walks: tuple[Walk, ...] = ("phases", "events", "iterations")
        pictures = {walk: self._made(walk).count for walk in walks}
        if lesson:
            pictures = {"lesson": self._made("lesson").count, **pictures}
        if max(pictures.values()) < 2:  # a script that is held before its first operation
            self._tell_nothing()
            return
        panels = [p for p in self._window.findChildren(Panel) if p.isVisible()]
        widgets: list[tuple[str, QWidget]] = [(self.tr("The whole window"), self._window)]
        widgets += [(panel.accessibleName(), panel) for panel in panels]
        dialog = AnimationDialog(pictures, widgets, writable_suffixes(), self._window)
        dialog.chosen.connect(self._ask_for_file)
        open_(dialog)

    def _tell_nothing(self) -> None:
        said = self.tr("Nothing is recorded yet: run an iteration (F11), then export it.")
        self._window.messages.tell(said, "info")

    def _ask_for_file(self, choice: AnimationChoice) -> None:
        ask_where_to_save(
            "exportAnimationDialog",
            self.tr("Export an animation"),
            [self.tr("Animations (*{0})").format(choice.suffix)],
            f"backprop_viz{choice.suffix}",
            lambda path: self.begin(choice, path),
            self._window,
        )

    def begin(self, choice: AnimationChoice, path: Path) -> None:
        """Walk the cursor and write what is seen to a file; the cursor comes back."""
        assert self._session.view_state is not None
        self._choice, self._path = choice, path
        self._window.messages.dismiss()  # else it would be in all pictures of the window
        self._walked = self._made(choice.walk)
        if not self._walked.count:  # another run has begun while a file was chosen
            self._tell_nothing()
            return
        self._frames, self._pictures = [], []
        self._packer = ThreadPoolExecutor(1, "backprop_viz frames")
        self._count = self._walked.count
        progress = QProgressDialog(self._window)
        progress.setObjectName("animationProgress")
        progress.setWindowTitle(self.tr("Export an animation"))
        said = self.tr("The cursor walks…")
        if choice.walk == "lesson":
            said = self.tr("The lesson's pages are run…")
        progress.setLabelText(said)
        progress.setCancelButtonText(self.tr("Cancel"))
        bar = QProgressBar()
        bar.setTextVisible(False)
        bar.setAccessibleName(self.tr("Progress"))
        progress.setBar(bar)
        progress.setMinimumWidth(_PROGRESS_WIDTH)
        progress.setRange(0, 2 * self._count)
        progress.setMinimumDuration(0)
        progress.setAutoClose(False)
        progress.setAutoReset(False)
        progress.setWindowModality(Qt.WindowModality.WindowModal)
        progress.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        progress.canceled.connect(self._cancel)
        # Accepting and rejecting a dialog ends it as well, and nothing tells "canceled" then.
        progress.finished.connect(self._cancel)
        progress.setValue(0)
        progress.show()
        self._progress = progress
        self._go(0)
        self._timer.start()

    # -- the walk ----------------------------------------------------------------------------

    def _made(self, walk: Walk) -> Walked:
        if walk == "lesson":
            return LessonWalk(self._lessons)
        return CursorWalk(self._session, walk)

    def _go(self, place: int) -> None:
        self._ticks, self._place = 0, place
        self._walked.go(place)

    def _grab(self) -> None:
        self._ticks += 1
        if sum(not frame.done() for frame in self._frames[-_MOST_WAITING:]) == _MOST_WAITING:
            return
        arrived = self._walked.is_at(self._place)
        if not arrived and self._ticks < _MOST_TICKS:
            return
        if arrived:
            image, caption = self._picture(), self._walked.caption()
            if caption:
                self._pictures.append((image, caption))
            else:
                self._frames.append(self._packed(image))
        if self._progress is not None:
            self._progress.setValue(self._place + 1)
        if self._place + 1 < self._count:
            self._go(self._place + 1)
        else:
            self._timer.stop()
            self._walked.go_back()
            self._encode()

    def _picture(self) -> QImage:
        image = self._choice.widget.grab().toImage()
        size = self._choice.widget.size() * self._choice.share
        smooth = Qt.TransformationMode.SmoothTransformation
        return image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)

    def _packed(self, image: QImage) -> Future[AnimationFrame]:
        image = image.convertToFormat(QImage.Format.Format_RGB888)
        width, height, line = image.width(), image.height(), image.bytesPerLine()
        content = bytes(image.constBits())

        def packed() -> AnimationFrame:
            rows = (content[y * line : y * line + 3 * width] for y in range(height))
            return packed_frame(b"".join(rows), width, height)

        assert self._packer is not None
        return self._packer.submit(packed)

    # -- the file ----------------------------------------------------------------------------

    def _encode(self) -> None:
        if self._pictures:
            theme = self._theme.theme
            images, texts = zip(*self._pictures, strict=True)
            written = [rich_text(text, theme) for text in texts]
            self._frames = [self._packed(each) for each in captioned(images, written, theme)]
            self._pictures = []
        frames, choice, path = self._frames, self._choice, self._path
        if self._progress is not None:
            self._progress.setLabelText(self.tr("The file is being written…"))

        def work(report: Report) -> None:
            pictures = [frame.result() for frame in frames]
            content = encoded_animation(pictures, choice.suffix, choice.seconds, report)
            report(Progress("", len(frames), len(frames)))
            write_atomically(path, content)

        self._background.start(work)

    def _show_encoding(self, progress: Progress) -> None:
        if self._progress is not None:
            self._progress.setValue(self._count + progress.number)

    def _saved(self, _: object) -> None:
        self._end()
        self._window.messages.withdraw(_SUBJECT)
        self._window.messages.tell(self.tr("Saved as {0}.").format(self._path.name), "info")

    def _failed(self, error: Exception) -> None:
        self._end()
        self._window.messages.tell_notice(failure_notice(error, _SUBJECT))

    def _cancel(self) -> None:
        walking = self._timer.isActive()
        self._timer.stop()
        self._background.cancel()
        self._end()
        if walking:
            self._walked.go_back()

    def _end(self) -> None:
        self._frames, self._pictures = [], []
        if self._packer is not None:
            self._packer.shutdown(wait=False)
            self._packer = None
        progress, self._progress = self._progress, None
        if progress is not None:
            progress.canceled.disconnect(self._cancel)
            progress.finished.disconnect(self._cancel)
            progress.close()

    def _close(self) -> None:
        self._timer.stop()
        self._background.close()
        if self._packer is not None:
            self._packer.shutdown(wait=False, cancel_futures=True)
