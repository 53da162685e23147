"""``bv.show`` of a file: a window of the program on it, as from the command line."""

import os
import subprocess
from os import PathLike
from pathlib import Path

from backprop_viz.analysis.web_page.page import html_of
from backprop_viz.capture.live.cells import running_shell, show_in_cell
from backprop_viz.capture.live.window import has_display
from backprop_viz.recording.errors import ArgumentError
from backprop_viz.recording.files.recording_file import check_recording_file, load
from backprop_viz.recording.files.remote_path import RemotePath, any_path
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP
from backprop_viz.stream.own_processes import program_command


class ShownFile:
    """What ``show`` gives for a file: its path, and the window's process, if there is a window."""

    def __init__(self, path: str, process: "subprocess.Popen[bytes] | None") -> None:
        self.path, self.process = path, process

    def __repr__(self) -> str:
        """Which file it is, and whether a window shows it."""
        closed = self.process is not None and self.process.poll() is not None
        return f"<ShownFile{' whose window is closed' if closed else ''}: {self.path}>"


def show_file(given: str | PathLike[str]) -> ShownFile:
    """Open a window on a recording (.bprec), or on the training of a model's file (.py).

    A notebook's kernel on a machine without a display has the last recorded iteration below the
    cell. Raises ValueError for what is no such file.
    """
    text = os.fspath(given)
    path, in_cell = any_path(text), not has_display() and running_shell() is not None
    is_recording = text.endswith(".bprec")
    if is_recording:
        check_recording_file(path)
    elif not (text.endswith(".py") and Path(text).is_file()):
        said = QT_TRANSLATE_NOOP(
            "errors",
            "show takes a model, a recording, or the path of a recording (.bprec) or of a Python "
            "file that makes a model (.py), not {0}.",
        )
        raise ArgumentError(said, repr(text))
    if in_cell and is_recording:
        with load(text) as file:
            recording = file[-1]
            show_in_cell(html_of(recording), repr(recording))
        return ShownFile(text, None)
    if in_cell:
        said = QT_TRANSLATE_NOOP(
            "errors", "There is no display to open a window on for the training of {0}."
        )
        raise ArgumentError(said, repr(text))
    command = program_command(text if isinstance(path, RemotePath) else os.path.abspath(text))
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    return ShownFile(text, process)
