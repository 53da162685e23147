"""Makes the application and its window, and runs them."""

import sys

from PySide6.QtWidgets import QApplication

from backprop_viz import __version__
from backprop_viz.desktop.arguments import Arguments
from backprop_viz.desktop.composer import Composer
from backprop_viz.desktop.style.language import SYSTEM, language_for, use_language
from backprop_viz.desktop.style.program_icon import program_icon
from backprop_viz.desktop.style.theme import body_font
from backprop_viz.desktop.system import fonts
from backprop_viz.desktop.system.desktop_files import DESKTOP_NAME
from backprop_viz.desktop.system.preferences import settings_store
from backprop_viz.desktop.system.system_signals import EndingSignals
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.desktop.window_handover import window_of


def run(arguments: Arguments) -> int:
    """Open the window and run the event loop; returns the exit status."""
    window = make_window(arguments)
    signals = EndingSignals(lambda: _end(window))
    window.show()
    fonts.tell_if_lent(window)
    status = QApplication.exec() or signals.status
    signals.close()
    return status


def make_window(arguments: Arguments) -> MainWindow:
    """A window for these arguments, not yet visible."""
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setApplicationName("backprop_viz")
    application.setApplicationDisplayName("backprop_viz")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName(DESKTOP_NAME)
    application.setWindowIcon(program_icon())
    fonts.lend_if_there_is_none()
    application.setFont(body_font())
    chosen = arguments.language or str(settings_store().value("language", SYSTEM))
    use_language(language_for(chosen))
    return window_of(Composer(arguments))


def _end(window: MainWindow) -> None:
    """Close a window, or the one that has taken its place, without asking anything."""
    while window.successor is not None:
        window = window.successor
    composer = window.findChild(Composer)
    assert composer is not None
    composer.closing.end()
