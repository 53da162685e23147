"""Lends a font to a system without any, such as a container, where Qt draws boxes for letters."""

import sys

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QImage, QPainter
from PySide6.QtWidgets import QMessageBox, QWidget

_COMMAND = "apt-get install fonts-dejavu-core"
# Set once a font is lent, for the window to say so.
_lent = False


def lend_if_there_is_none() -> None:
    """Where letters show as boxes, use the Latin letters that Pillow brings, and say on standard
    error how to get a font; needs a QGuiApplication.
    """
    global _lent
    if letters_differ():
        return
    added = _add_pillows()
    _lent = added and letters_differ()
    shows = "so only Latin letters show" if _lent else "so all text shows as boxes"
    told = f"backprop-viz: this system has no font, {shows}. Install one, on Debian and Ubuntu with"
    print(f"{told}: {_COMMAND}", file=sys.stderr, flush=True)


def tell_if_lent(window: QWidget) -> None:
    """Say in front of the window that its font is lent, and how to get one."""
    if not _lent:
        return
    box = QMessageBox(window)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setObjectName("noFont")
    box.setIcon(QMessageBox.Icon.Warning)
    box.setText(QCoreApplication.translate("Fonts", "This system has no font"))
    box.setInformativeText(
        QCoreApplication.translate(
            "Fonts",
            "Latin letters are shown in a font that comes with the program; symbols and other"
            " scripts show as boxes. Install a font, on Debian and Ubuntu with: {0}",
        ).format(_COMMAND)
    )
    box.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    box.open()


def letters_differ() -> bool:
    """Whether two letters are painted differently: of some boxes Qt tells that they are letters."""
    return _painted("m") != _painted("s")


def _painted(letter: str) -> QImage:
    image = QImage(32, 32, QImage.Format.Format_Grayscale8)
    image.fill(QColor("white"))
    painter = QPainter(image)
    font = QFont()
    font.setPixelSize(20)
    painter.setFont(font)
    painter.drawText(4, 24, letter)
    painter.end()
    return image


def _add_pillows() -> bool:
    """Whether Pillow has its font, and Qt takes it."""
    from PIL import ImageFont

    data = getattr(ImageFont.load_default(12), "font_bytes", b"")
    return bool(data) and QFontDatabase.addApplicationFontFromData(data) >= 0
