"""A system without fonts, played by a configuration of fontconfig that names no folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication

from backprop_viz.desktop.system import fonts

TELL = """
from PySide6.QtGui import QGuiApplication
from backprop_viz.desktop.system import fonts
application = QGuiApplication([])
fonts.tell_if_there_are_none()
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems have fonts")
def test_without_a_font_it_is_said_how_to_get_one(tmp_path: Path) -> None:
    (tmp_path / "fonts.conf").write_text("<fontconfig/>")
    environment = os.environ | {"FONTCONFIG_FILE": str(tmp_path / "fonts.conf")}
    command = [sys.executable, "-c", TELL]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60)
    assert done.returncode == 0
    assert done.stderr.count("\n") == 1
    assert "has no font" in done.stderr
    assert "fonts-dejavu-core" in done.stderr


def test_with_fonts_nothing_is_said(qapp: QGuiApplication, capfd: pytest.CaptureFixture) -> None:
    fonts.tell_if_there_are_none()
    assert capfd.readouterr().err == ""
