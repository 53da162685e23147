"""A window with a script that the test plays, and what torch recorded of a loop."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PySide6.QtCore import QCoreApplication, QEvent, QSettings
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

import backprop_viz as bv
from backprop_viz.recording.iteration import Recording
from tests.desktop.clients.played_script import Played
from tests.waiting import until


@pytest.fixture
def played(tmp_path: Path, qtbot: QtBot) -> Iterator[Played]:
    store = QSettings.Format.IniFormat, QSettings.Scope.UserScope
    QSettings.setPath(*store, str(tmp_path / "settings"))
    found = Played()
    yield found
    found.script.end()
    until(found.session, lambda: not found.session.has_worker)
    found.window.close()
    found.window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.instance().setStyleSheet("")
    found.script.stop()


@pytest.fixture(scope="module")
def recordings() -> list[Recording]:
    """Two iterations of a plain loop."""
    torch.manual_seed(11)
    net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 2))
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    found = []
    for _ in range(2):
        with bv.record(net, optimizer) as recorded:
            optimizer.zero_grad()
            net(torch.randn(5, 3)).square().mean().backward()
            optimizer.step()
        found.append(recorded.recording)
    return [replace(recording, iteration=i) for i, recording in enumerate(found, 1)]
