"""What the tests of the desktop share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from backprop_viz.desktop.style.theme import body_font, set_text_scale


@pytest.fixture
def usual_text_size(qapp: QApplication, tmp_path: Path) -> Iterator[None]:
    """No size of text is remembered, and this test and the next find letters as they are first."""
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path))
    _put_letters_back(qapp)
    yield
    _put_letters_back(qapp)


def _put_letters_back(qapp: QApplication) -> None:
    set_text_scale(1.0)
    qapp.setFont(body_font())
    qapp.setStyleSheet("")  # each window sets its own
