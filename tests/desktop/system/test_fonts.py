"""A system without fonts, played by a configuration of fontconfig that names no folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.system import fonts

SAY = """
import sys
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget
from backprop_viz.desktop.style.theme import body_font
from backprop_viz.desktop.system import fonts
application = QApplication([])
window = QWidget()
before = fonts.letters_differ()
fonts.lend_if_there_is_none()
application.setFont(body_font())
window.show()
fonts.tell_if_lent(window)
(box,) = window.findChildren(QMessageBox, "noFont")
print(before, fonts.letters_differ(), box.isVisible(), box.informativeText())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems have fonts")
def test_without_a_font_one_is_lent_and_it_is_said_how_to_get_one(tmp_path: Path) -> None:
    (tmp_path / "fonts.conf").write_text("<fontconfig/>")
    environment = os.environ | {"FONTCONFIG_FILE": str(tmp_path / "fonts.conf")}
    command = [sys.executable, "-c", SAY]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    assert "has no font, so only Latin letters show" in done.stderr
    assert "apt-get install fonts-dejavu-core" in done.stderr
    # All letters were the same box; now they are not, and a dialog that can be read says it too.
    assert done.stdout.startswith("False True True Latin letters")
    assert "apt-get install fonts-dejavu-core" in done.stdout


def test_with_fonts_nothing_is_said(
    qapp: QGuiApplication, qtbot: QtBot, capfd: pytest.CaptureFixture
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    fonts.lend_if_there_is_none()
    fonts.tell_if_lent(window)
    assert capfd.readouterr().err == ""
    assert not window.findChildren(QMessageBox)
