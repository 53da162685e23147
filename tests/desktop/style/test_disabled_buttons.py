"""A button that cannot be pressed looks otherwise than one that can."""

import pytest
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.style.theme import DARK, LIGHT, Theme, style_sheet


@pytest.mark.parametrize("theme", [DARK, LIGHT])
@pytest.mark.parametrize("role", ["segment", "primary"])
def test_a_disabled_button_looks_so(role: str, theme: Theme, qtbot: QtBot) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    application.setStyleSheet(style_sheet(theme))
    button = QToolButton()
    qtbot.addWidget(button)
    button.setProperty("role", role)
    button.setText("‹")
    button.resize(40, 24)
    button.show()
    enabled = button.grab().toImage()
    button.setEnabled(False)
    disabled = button.grab().toImage()
    application.setStyleSheet("")
    assert enabled != disabled
