"""What every controller works with."""

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QSettings
from PySide6.QtGui import QAction

from backprop_viz.desktop.run.session import Session
from backprop_viz.desktop.window.main_window import MainWindow


@dataclass(frozen=True, slots=True)
class Context:
    """The window, its session, its actions by id, and the store of preferences.

    ``run_options`` are those of the ``run`` that started the script that the window is on.
    """

    window: MainWindow
    session: Session
    actions: Mapping[str, QAction]
    store: QSettings
    run_options: tuple[str, ...] = ()
