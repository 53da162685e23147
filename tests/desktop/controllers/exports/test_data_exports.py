"""File > Export > Data: curves, the tensors that are shown, and a whole recording in files."""

import csv
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QDialogButtonBox, QFileDialog
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.composer import Composer
from backprop_viz.desktop.widgets.data_dialog import DataDialog
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.stream.commands import Configure
from tests.conftest import OpenWindow
from tests.nightly import by_night
from tests.waiting import until_idle


@pytest.fixture
def window(shared_window: MainWindow) -> MainWindow:
    return shared_window


def opened(window: MainWindow) -> DataDialog:
    window.findChild(QAction, "actionExportData").trigger()
    dialog = window.findChild(DataDialog, "dataDialog")
    assert dialog is not None
    return dialog


def titles(dialog: DataDialog) -> list[str]:
    box = dialog.findChild(QComboBox, "dataWhat")
    return [box.itemText(i) for i in range(box.count())]


def export(window: MainWindow, qtbot: QtBot, what: str, path: Path) -> None:
    dialog = opened(window)
    box, kind = (dialog.findChild(QComboBox, name) for name in ("dataWhat", "dataFormat"))
    box.setCurrentIndex(next(i for i, text in enumerate(titles(dialog)) if what in text))
    kind.setCurrentIndex(kind.findData(path.suffix))
    dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Ok).click()
    file = window.findChild(QFileDialog, "exportDataDialog")
    assert file is not None
    assert file.selectedNameFilter() == f"Data (*{path.suffix})"
    file.fileSelected.emit(str(path))
    file.reject()
    qtbot.waitUntil(lambda: window.messages.text() != "", timeout=60_000)
    qtbot.waitUntil(lambda: window.findChild(DataDialog, "dataDialog") is None)
    qtbot.waitUntil(lambda: window.findChild(QFileDialog, "exportDataDialog") is None)


def test_what_is_shown_is_in_the_files(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    assert window.session.wait_idle(30)
    for _ in range(3):
        window.session.iterate()
        until_idle(window.session)
    window.picked.emit("parameter", "fc3.bias")
    view_state = window.session.view_state
    assert view_state is not None
    cursor = view_state.cursor
    export(window, qtbot, "Curves: loss and accuracy, iterations 1 to 3", tmp_path / "curves.csv")
    assert window.messages.text() == "Saved as curves.csv."
    window.messages.dismiss()
    losses = np.genfromtxt(tmp_path / "curves.csv", delimiter=",", names=True)["loss"]
    assert losses.tobytes() == view_state.curves.loss.tobytes()
    export(window, qtbot, "fc3.bias.grad", tmp_path / "grad.csv")
    window.messages.dismiss()
    grad = cursor.grad("fc3.bias")
    assert grad is not None
    found = np.loadtxt(tmp_path / "grad.csv", delimiter=",", skiprows=1, dtype=np.float32)
    assert found.tobytes() == grad.tobytes()
    assert cursor.event is not None
    export(window, qtbot, f"{cursor.event.op} output0", tmp_path / "event.npz")
    window.messages.dismiss()
    with np.load(tmp_path / "event.npz", allow_pickle=False) as file:
        (name,) = file
        assert name == f"{cursor.event.op} output0"
        assert file[name].tobytes() == cursor.event.outputs[0].tobytes()
    export(window, qtbot, "All tensors of iteration 3", tmp_path / "all.npz")
    with np.load(tmp_path / "all.npz", allow_pickle=False) as file:
        places = dict(map(tuple, file["places"]))
        weight = file[places["before/fc3.bias"]]
    assert weight.tobytes() == cursor.recording.by_parameter["fc3.bias"].value.tobytes()


def test_all_tensors_are_no_csv(window: MainWindow) -> None:
    window.session.iterate()
    until_idle(window.session)
    dialog = opened(window)
    box, kind = (dialog.findChild(QComboBox, name) for name in ("dataWhat", "dataFormat"))
    assert titles(dialog)[-1] == "All tensors of iteration 1"
    assert [kind.itemData(i) for i in range(kind.count())] == [".csv", ".npz"]
    box.setCurrentIndex(box.count() - 1)
    assert [kind.itemData(i) for i in range(kind.count())] == [".npz"]
    dialog.reject()


def test_a_file_that_cannot_be_written_is_said_to_be_so(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window.session.iterate()
    until_idle(window.session)
    export(window, qtbot, "Curves", tmp_path / "no" / "curves.csv")
    assert "does not exist" in window.messages.text()
    assert not (tmp_path / "no").exists()


def test_before_anything_has_run_it_says_so(window: MainWindow) -> None:
    assert window.session.wait_idle(30)
    window.findChild(QAction, "actionExportData").trigger()
    assert window.messages.text().startswith("Nothing is recorded yet")
    assert window.findChild(DataDialog, "dataDialog") is None


@by_night
def test_earlier_runs_are_exported_with_this_one(open_window: OpenWindow) -> None:
    window = open_window("--preset", "tutorial")
    losses = []
    for iterations in (2, 1):
        window.session.send(Configure(replace(Settings(data="random"), seed=iterations)))
        for _ in range(iterations):
            window.session.iterate()
        until_idle(window.session)
        losses.insert(0, [*window.session.shown.run.losses])
    exports = window.findChild(Composer).data_exports
    choices = [*exports.choices(window.session.view_state)]
    content = choices[1].writers[".csv"]().decode()
    rows = [row for row in csv.DictReader(io.StringIO(content)) if row["loss"]]
    found = [[float(r["loss"]) for r in rows if r["run"] == run] for run in ("1", "2")]
    assert found == losses
