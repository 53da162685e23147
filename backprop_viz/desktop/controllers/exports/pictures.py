"""Saves and copies what the window or a panel shows, as a picture."""

from contextlib import nullcontext
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from backprop_viz.desktop.controllers.appearance.theme import ThemeController
from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.controllers.dialogs import ask_where_to_save, open_
from backprop_viz.desktop.style.panel import Panel
from backprop_viz.desktop.style.picture_files import PICTURE_SUFFIXES, picture_of, save_picture
from backprop_viz.desktop.system.background_jobs import failure_notice
from backprop_viz.desktop.widgets.picture_dialog import PictureChoice, PictureDialog
from backprop_viz.recording.errors import UserError

# Of what is told of a picture that could not be saved.
_SUBJECT = "picture"


class PicturesController(QObject):
    """Saves and copies the window, or the panel that has the keyboard."""

    def __init__(self, context: Context, theme: ThemeController) -> None:
        super().__init__(context.window)
        self._window, self._theme = context.window, theme

    def copy_panel(self) -> None:
        """Put the panel that has the keyboard on the clipboard; without one the window."""
        panel = self._panel()
        QGuiApplication.clipboard().setPixmap(picture_of(panel))
        said = self.tr("The picture of {0} is copied.").format(self._name_of(panel))
        self._window.messages.tell(said, "info")

    def save_panel(self) -> None:
        """Ask for a file for the panel that has the keyboard; without one for the window."""
        self._ask(self._panel())

    def save_window(self) -> None:
        """Ask for a file for the whole window."""
        self._ask(self._window)

    def save_chosen(self) -> None:
        """Ask what becomes a picture, how large and in which colours, and for a file."""
        panels = [panel for panel in self._window.findChildren(Panel) if panel.isVisible()]
        widgets: list[tuple[str, QWidget]] = [(self.tr("The whole window"), self._window)]
        widgets += [(panel.accessibleName(), panel) for panel in panels]
        dialog = PictureDialog(widgets, self._panel(), self._window)
        dialog.chosen.connect(lambda choice: self._ask(choice.widget, choice))
        open_(dialog)

    def save(self, widget: QWidget, path: Path, choice: PictureChoice | None = None) -> None:
        """Save what a widget shows to a file, in the format of its suffix."""
        if path.suffix.lower() not in PICTURE_SUFFIXES:
            said = self.tr("{0} has an unknown format: choose .png, .svg or .pdf.")
            self._window.messages.tell(said.format(path.name), "error", _SUBJECT)
            return
        scale = None if choice is None else choice.width / widget.width()
        colours = nullcontext() if choice is None else self._theme.for_a_moment(choice.theme)
        try:
            with colours:
                save_picture(widget, path, scale)
        except UserError as error:
            self._window.messages.tell_notice(failure_notice(error, _SUBJECT))
        else:
            self._window.messages.withdraw(_SUBJECT)
            self._window.messages.tell(self.tr("Saved as {0}.").format(path.name), "info")

    def _ask(self, widget: QWidget, choice: PictureChoice | None = None) -> None:
        # Now: the dialog takes the keyboard, and with it what is the panel.
        kinds = [
            self.tr("PNG picture (*.png)"),
            self.tr("SVG drawing, text stays text (*.svg)"),
            self.tr("PDF page, text stays text (*.pdf)"),
        ]
        ask_where_to_save(
            "savePictureDialog",
            self.tr("Save picture"),
            kinds,
            "backprop_viz.png",
            lambda path: self.save(widget, path, choice),
            self._window,
        )

    def _panel(self) -> QWidget:
        widget = QApplication.focusWidget()
        while widget is not None and not isinstance(widget, Panel):
            widget = widget.parentWidget()
        return widget or self._window

    def _name_of(self, widget: QWidget) -> str:
        return widget.accessibleName() if widget is not self._window else self.tr("the window")
