"""Brings images in: onto the pad, or a folder of them to train on."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PySide6.QtCore import QBuffer, QByteArray, QEvent, QIODevice, QObject, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage, QImageWriter
from PySide6.QtWidgets import QAbstractScrollArea, QFileDialog

from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.controllers.dialogs import file_chooser, open_
from backprop_viz.desktop.controllers.own_loops.other_windows import RECORDING_SUFFIX
from backprop_viz.desktop.controllers.saving.files import SESSION_SUFFIX
from backprop_viz.desktop.controllers.training.training import TrainingController
from backprop_viz.desktop.panels.drawing.draw_pad import DrawPanel
from backprop_viz.desktop.system.background_jobs import Background, failure_notice
from backprop_viz.desktop.texts.table_texts import data_text
from backprop_viz.digits.data_sets import IMAGE_FOLDER
from backprop_viz.recording.requests.pictures import Pictures
from backprop_viz.recording.requests.progress import Progress, Report
from backprop_viz.stream.commands import HoldPictures

# A job that is done sooner shows no strip, which would only flash up.
QUIET_S = 0.4

# What its messages are about.
_SUBJECT = "images"


class ImagesController(QObject):
    """Brings images in: opened, dropped or pasted ones onto the pad, a folder to train on.

    ``session_wanted`` carries the path of a session that was dropped among them,
    ``recording_wanted`` that of a recording.
    """

    session_wanted = Signal(str)
    recording_wanted = Signal(str)

    def __init__(self, context: Context, running: TrainingController) -> None:
        super().__init__(context.window)
        self._window, self._session, self._training_controller = (
            context.window,
            context.session,
            running,
        )
        self._work = Background(self)
        self._work.progressed.connect(self._show_progress)
        self._work.failed.connect(self._failed)
        self._work.finished.connect(self._read)
        self._shown_at = 0.0
        window = self._window
        window.reading_strip.cancelled.connect(self._cancel)
        window.closing.connect(self._work.close)
        running.root_wanted.connect(self._ask)
        window.setAcceptDrops(True)
        window.installEventFilter(self)
        # Graphics and text views accept what is dragged over them, and then ignore it.
        for area in window.findChildren(QAbstractScrollArea):
            area.setAcceptDrops(False)
            area.viewport().setAcceptDrops(False)

    # -- commands ----------------------------------------------------------------------------

    def open_image(self) -> None:
        """Let the user choose an image to put on the pad."""
        title = self.tr("Open an image of a digit")
        files = self.tr("Images (*.png *.jpg *.jpeg *.PNG *.JPG *.JPEG)")
        dialog = file_chooser(self._window, "imageDialog", title, files)
        dialog.fileSelected.connect(self.take)
        open_(dialog)

    def open_folder(self) -> None:
        """Let the user choose a folder of images to train on."""
        assert IMAGE_FOLDER.root is not None
        dialog = QFileDialog(self._window, data_text(IMAGE_FOLDER.root.chooser))
        dialog.setObjectName("imageFolderDialog")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self.take)
        open_(dialog)

    def _ask(self, data: str) -> None:
        if data == IMAGE_FOLDER.name:
            self.open_folder()

    def paste(self) -> None:
        """Put the image in the clipboard on the pad, or take the files copied there."""
        clipboard = QGuiApplication.clipboard()
        data = clipboard.mimeData()
        if data is not None and data.hasUrls():
            self._take_all([url.toLocalFile() for url in data.urls()])
            return
        image = clipboard.image()
        if image.isNull():
            said = self.tr("There is no image in the clipboard: copy one first.")
            self._window.messages.tell(said, "info")
            return
        packed, name = _packed(image), self.tr("The image in the clipboard")
        self._start(lambda report: _drawing(packed, name))

    def take(self, path: str) -> None:
        """Put an image file on the pad, or train on a folder of images."""
        if Path(path).suffix == SESSION_SUFFIX:
            self.session_wanted.emit(path)
        elif Path(path).suffix == RECORDING_SUFFIX:
            self.recording_wanted.emit(path)
        elif Path(path).is_dir():
            self._start(lambda report: _pictures(path, report))
        else:
            self._start(lambda report: _drawing(path, ""))

    def _take_all(self, paths: Sequence[str]) -> None:
        """Take the first of several: there is one pad, and one set to train on."""
        if paths and paths[0]:
            self.take(paths[0])
        if len(paths) > 1:
            said = self.tr("Only the first of {0} files was opened: open them one by one.")
            self._window.messages.tell(said.format(len(paths)), "info")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take files that are dropped on the window."""
        if isinstance(event, QDragEnterEvent) and event.type() is QEvent.Type.DragEnter:
            if event.mimeData().hasUrls() and event.mimeData().urls()[0].isLocalFile():
                event.acceptProposedAction()
                return True
        elif isinstance(event, QDropEvent) and event.type() is QEvent.Type.Drop:
            event.acceptProposedAction()
            self._take_all([url.toLocalFile() for url in event.mimeData().urls()])
            return True
        return super().eventFilter(watched, event)

    # -- reading -----------------------------------------------------------------------------

    def _start(self, work: Callable[[Report], object]) -> None:
        """Read in the background; what is being read still is dropped for it."""
        self._work.cancel()
        self._window.reading_strip.hide()
        self._shown_at = time.monotonic() + QUIET_S
        self._work.start(work)

    def _show_progress(self, progress: Progress) -> None:
        if time.monotonic() >= self._shown_at:
            text = self.tr("Reading image {0:,} of {1:,}: {2}").format(
                progress.number, progress.count, progress.name
            )
            self._window.reading_strip.show_progress(text, progress.number / progress.count)

    def _read(self, result: object) -> None:
        """Show what was read: a drawing, or what a folder holds."""
        self._window.reading_strip.hide()
        self._window.messages.withdraw(_SUBJECT)
        if isinstance(result, np.ndarray):
            self._window.panel(DrawPanel).show_picture(result)
        elif isinstance(result, Pictures) and self._session.view_state is not None:
            self._session.send(HoldPictures(result))
            settings = self._session.view_state.settings
            wanted = settings.with_root(IMAGE_FOLDER.name, result.root)
            if wanted == settings:
                said = self.tr("The folder was read again: press Reset to train on its images.")
                self._window.messages.tell(said, "info")
            else:
                self._training_controller.want(wanted)

    def _failed(self, error: Exception) -> None:
        self._window.reading_strip.hide()
        self._window.messages.tell_notice(failure_notice(error, _SUBJECT))

    def _cancel(self) -> None:
        self._work.cancel()
        self._window.reading_strip.hide()
        said = self.tr("Reading was cancelled; nothing was changed.")
        self._window.messages.tell(said, "info")


def _drawing(source: str | bytes, name: str) -> object:
    from backprop_viz.digits.image_files import (
        read_drawing,  # and Pillow with it, when it is needed
    )

    return read_drawing(source, name)


def _pictures(root: str, report: Report) -> object:
    from backprop_viz.digits.image_folder import read_folder

    return read_folder(root, report)


def _packed(image: QImage) -> bytes:
    """An image as the bytes of a PNG file."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"PNG")).write(image)
    return bytes(buffer.data().data())
