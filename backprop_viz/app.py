"""The window, at the import path that stays."""

from backprop_viz.cli import parse
from backprop_viz.desktop.application import make_window
from backprop_viz.desktop.window.main_window import MainWindow


def create_window(argv: list[str]) -> MainWindow:
    """A window for these arguments (without the program's name), not shown yet."""
    return make_window(parse(argv))
