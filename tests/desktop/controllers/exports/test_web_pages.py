"""File > Export > Web page: the iteration that is shown, as a page."""

import json
import re
from pathlib import Path

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from tests.conftest import OpenWindow
from tests.waiting import until_idle


def test_the_iteration_shown_is_exported(
    open_window: OpenWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window("--preset", "tutorial")
    export = window.findChild(QAction, "actionExportPage")
    assert window.session.wait_idle(30)
    export.trigger()
    assert window.messages.text().startswith("Nothing is recorded yet")
    assert window.findChild(QFileDialog, "exportPageDialog") is None
    for _ in range(2):
        window.session.iterate()
        until_idle(window.session)
    window.session.shown.show_iteration(1)
    export.trigger()
    dialog = window.findChild(QFileDialog, "exportPageDialog")
    assert dialog is not None
    dialog.fileSelected.emit(str(tmp_path / "one.html"))
    dialog.reject()
    said = "Saved as one.html; any browser opens it."
    qtbot.waitUntil(lambda: window.messages.text() == said, timeout=60_000)
    page = (tmp_path / "one.html").read_text(encoding="utf-8")
    found = re.search(r'id="recording">(.*?)</script>', page)
    assert found is not None
    content = json.loads(found[1])
    recording = window.session.recording_of(1)
    assert recording is not None
    assert content["iteration"] == 1
    assert content["loss"] == recording.loss
    assert [e["op"] for e in content["events"]] == [e.op for e in recording.events]


def test_a_page_that_cannot_be_written_is_said_to_be_so(
    open_window: OpenWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window("--preset", "tutorial")
    window.session.iterate()
    until_idle(window.session)
    window.findChild(QAction, "actionExportPage").trigger()
    dialog = window.findChild(QFileDialog, "exportPageDialog")
    assert dialog is not None
    dialog.fileSelected.emit(str(tmp_path / "no" / "page.html"))
    dialog.reject()
    qtbot.waitUntil(lambda: "does not exist" in window.messages.text(), timeout=60_000)
    assert not list(tmp_path.rglob("*.html*"))
