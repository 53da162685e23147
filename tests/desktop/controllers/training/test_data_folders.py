"""MNIST in the window: chosen, downloaded, cancelled, from a folder."""

import gzip
import hashlib
import struct
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QComboBox, QFileDialog, QMessageBox, QToolButton
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.controllers.training import data_folders
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.digits.data_set import DownloadSource
from backprop_viz.digits.data_sets import DATA_SETS
from tests import faulty_server
from tests.faulty_server import Server, serving
from tests.nightly import by_night

OpenWindow = Callable[..., MainWindow]


def idx(array: np.ndarray) -> bytes:
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    return gzip.compress(header + array.astype(np.uint8).tobytes(), mtime=0)


def small_mnist() -> dict[str, bytes]:
    random = np.random.default_rng(0)
    return {
        name: idx(random.integers(0, 256, (40, 28, 28)))
        if "images" in name
        else idx(random.integers(0, 10, 40))
        for name in DATA_SETS["mnist"].download.files
    }


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Server]:
    """A mirror, which the window takes for the only one; its cache is ``tmp_path / "mnist"``."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    files = small_mnist()
    sums = {name: hashlib.sha256(body).hexdigest() for name, body in files.items()}
    with serving(files) as server:
        source = DownloadSource((server.url,), sums, "MNIST", 12, 60.0)
        monkeypatch.setitem(DATA_SETS, "mnist", replace(DATA_SETS["mnist"], download=source))
        monkeypatch.setattr(data_folders, "cache_folder", lambda name: tmp_path / name)
        yield server


def data_box(window: MainWindow) -> QComboBox:
    return next(c for c in window.findChildren(QComboBox) if c.accessibleName() == "Data")


def choose_mnist(window: MainWindow) -> None:
    box = data_box(window)
    box.setCurrentIndex(box.findData("mnist"))


def press(window: MainWindow, dialog: str, text: str) -> None:
    question = window.findChildren(QMessageBox, dialog)[-1]
    buttons = question.findChildren(QAbstractButton)
    next(b for b in buttons if b.text().replace("&", "").startswith(text)).click()


def test_chosen_and_downloaded(
    open_window: OpenWindow, qtbot: QtBot, server: Server, tmp_path: Path
) -> None:
    window = open_window("--preset", "digits")
    choose_mnist(window)
    assert data_box(window).currentData() == "strokes"  # nothing has changed yet
    press(window, "mnistQuestion", "Download")
    action = window.findChild(QAction, "actionDownloadMnist")
    assert not action.isEnabled()
    qtbot.waitUntil(lambda: window.session.view_state.settings.data == "mnist", timeout=60_000)
    assert window.session.view_state.settings.root == str(tmp_path / "mnist")
    assert {p.name: p.read_bytes() for p in (tmp_path / "mnist").iterdir()} == server.files
    assert action.isEnabled()
    assert not window.download_strip.isVisible()
    assert data_box(window).currentData() == "mnist"
    window.findChild(QAction, "actionIteration").trigger()
    assert window.session.wait_idle(30)
    assert window.session.iteration == 1


def test_what_was_downloaded_once_is_not_asked_for(
    open_window: OpenWindow, qtbot: QtBot, server: Server, tmp_path: Path
) -> None:
    (tmp_path / "mnist").mkdir()
    for name, body in server.files.items():
        (tmp_path / "mnist" / name).write_bytes(body)
    window = open_window("--preset", "digits")
    choose_mnist(window)
    qtbot.waitUntil(lambda: window.session.view_state.settings.data == "mnist", timeout=60_000)
    assert window.findChild(QMessageBox, "mnistQuestion") is None
    assert server.asked == []


@by_night
def test_training_goes_on_while_a_download_stalls_and_is_cancelled(
    open_window: OpenWindow, qtbot: QtBot, server: Server, tmp_path: Path
) -> None:
    name = "train-images-idx3-ubyte.gz"
    server.answers[name] = faulty_server.stalled
    window = open_window("--preset", "digits")
    window.findChild(QAction, "actionTrain").trigger()
    window.findChild(QAction, "actionDownloadMnist").trigger()
    qtbot.waitUntil(lambda: name in window.download_strip.text(), timeout=60_000)
    assert window.download_strip.isVisible()
    assert f"{name} (1 of 4)" in window.download_strip.text()
    at = window.session.iteration
    qtbot.waitUntil(lambda: window.session.iteration > at + 20, timeout=60_000)
    window.findChild(QToolButton, "downloadStripCancel").click()
    assert not window.download_strip.isVisible()
    assert "cancelled" in window.messages.text()
    assert window.messages.kind() == "info"
    assert window.findChild(QAction, "actionDownloadMnist").isEnabled()
    server.release.set()
    qtbot.waitUntil(lambda: list((tmp_path / "mnist").iterdir()) == [], timeout=60_000)
    assert window.session.view_state.settings.data == "strokes"
    at = window.session.iteration
    qtbot.waitUntil(lambda: window.session.iteration > at, timeout=60_000)


def test_a_fresh_network_is_asked_for(
    open_window: OpenWindow, qtbot: QtBot, server: Server
) -> None:
    window = open_window("--preset", "digits")
    window.findChild(QAction, "actionIteration").trigger()
    assert window.session.wait_idle(30)
    window.findChild(QAction, "actionDownloadMnist").trigger()
    qtbot.waitUntil(
        lambda: window.findChild(QMessageBox, "freshNetworkQuestion") is not None, timeout=60_000
    )
    press(window, "freshNetworkQuestion", "Keep")
    assert window.session.wait_idle(30)
    assert window.session.iteration == 1
    assert data_box(window).currentData() == "strokes"


def test_what_goes_wrong_is_told(open_window: OpenWindow, qtbot: QtBot, server: Server) -> None:
    server.answers["t10k-labels-idx1-ubyte.gz"] = faulty_server.intervention
    window = open_window("--preset", "digits")
    window.findChild(QAction, "actionDownloadMnist").trigger()
    qtbot.waitUntil(lambda: window.messages.isVisible(), timeout=60_000)
    assert "t10k-labels-idx1-ubyte.gz" in window.messages.text()
    assert "wrong checksum" in window.messages.text()
    assert window.messages.kind() == "error"
    assert window.session.view_state.settings.data == "strokes"
    assert not window.download_strip.isVisible()
    # Again, with a server that came to its senses.
    server.answers.clear()
    window.findChild(QAction, "actionDownloadMnist").trigger()
    qtbot.waitUntil(lambda: window.session.view_state.settings.data == "mnist", timeout=60_000)


def test_a_window_closed_in_the_middle(
    open_window: OpenWindow, qtbot: QtBot, server: Server, tmp_path: Path
) -> None:
    server.answers["train-images-idx3-ubyte.gz"] = faulty_server.stalled
    window = open_window("--preset", "digits")
    window.findChild(QAction, "actionDownloadMnist").trigger()
    qtbot.waitUntil(lambda: bool(server.asked), timeout=60_000)
    server.release.set()
    window.close()
    assert not any((tmp_path / "mnist").iterdir())


def test_from_a_folder(
    open_window: OpenWindow, qtbot: QtBot, server: Server, tmp_path: Path
) -> None:
    window = open_window("--preset", "digits")
    choose_mnist(window)
    press(window, "mnistQuestion", "Choose")
    window.findChildren(QFileDialog, "mnistDialog")[-1].reject()
    assert data_box(window).currentData() == "strokes"
    (tmp_path / "mine").mkdir()
    for name, body in server.files.items():
        (tmp_path / "mine" / name).write_bytes(body)
    window.findChild(QAction, "actionMnistFolder").trigger()
    window.findChildren(QFileDialog, "mnistDialog")[-1].fileSelected.emit(str(tmp_path / "mine"))
    assert window.session.wait_idle(60)
    assert window.session.view_state.settings.root == str(tmp_path / "mine")
    assert server.asked == []
