"""What every controller works with."""

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QSettings
from PySide6.QtGui import QAction

from backprop_viz.desktop.main_window import MainWindow
from backprop_viz.desktop.session import Session


@dataclass(frozen=True, slots=True)
class Context:
    """The window, its session, its actions by id, and the store of preferences."""

    window: MainWindow
    session: Session
    actions: Mapping[str, QAction]
    store: QSettings
