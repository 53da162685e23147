"""Tells of a system without fonts, such as a container: Qt draws boxes there, and says nothing."""

import sys

from PySide6.QtGui import QFont, QFontMetrics


def tell_if_there_are_none() -> None:
    """Say on standard error how to get a font if there is none; needs a QGuiApplication."""
    if not QFontMetrics(QFont()).inFont("a"):
        print(
            "backprop-viz: this system has no font, so all text shows as boxes. Install one, on "
            "Debian and Ubuntu with: apt-get install fonts-dejavu-core",
            file=sys.stderr,
        )
