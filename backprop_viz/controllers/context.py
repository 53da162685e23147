"""What every controller works with."""

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QSettings
from PySide6.QtGui import QAction

from ..session import Session
from ..views.window import MainWindow


@dataclass(frozen=True, slots=True)
class Context:
    """The window and its session, the actions by id, and what is remembered between launches."""

    window: MainWindow
    session: Session
    actions: Mapping[str, QAction]
    store: QSettings
