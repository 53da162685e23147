"""Offers to restore an unsaved run, inside the window, which stays usable."""

from collections.abc import Mapping

from PySide6.QtCore import QDateTime, QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QMessageBox, QVBoxLayout, QWidget

from backprop_viz.analysis.losses import LOSSES
from backprop_viz.analysis.optimizers import OPTIMIZERS
from backprop_viz.desktop.style.language import locale_of_dates
from backprop_viz.desktop.texts.table_texts import data_text, loss_text, optimizer_text
from backprop_viz.digits.data_sets import DATA_SETS

TOP = 150  # below the toolbar and the phase bar
TEXT_WIDTH = 340


class RestoreOffer(QMessageBox):
    """Says which run it is and when it was saved; emits ``restore``, ``discard`` or ``later``.

    It is part of the window, not a dialog: nothing waits for the answer.
    """

    restore = Signal()
    discard = Signal()
    later = Signal()

    def __init__(self, about: Mapping[str, str], kept_at: float, parent: QWidget) -> None:
        self._over = parent
        self._card = card = QFrame(parent)
        card.setProperty("role", "panel")
        super().__init__(card)
        QVBoxLayout(card).addWidget(self)
        self.setObjectName("autosaveQuestion")
        self.setWindowFlags(Qt.WindowType.Widget)
        self.setStyleSheet("QMessageBox { background: transparent; }")
        self.setIcon(QMessageBox.Icon.Question)
        self.setText(self.tr("Restore the unsaved run?"))
        self.setAccessibleName(self.text())
        self.setInformativeText("\n".join(self._lines(about, kept_at)))
        for label in self.findChildren(QLabel, "qt_msgbox_informativelabel"):
            label.setMinimumWidth(TEXT_WIDTH)
        role = QMessageBox.ButtonRole
        restore = self.addButton(self.tr("Restore"), role.AcceptRole)
        restore.setToolTip(self.tr("Continue that run in this window"))
        discard = self.addButton(self.tr("Discard"), role.DestructiveRole)
        discard.setToolTip(self.tr("Delete that run"))
        later = self.addButton(self.tr("Ask again later"), role.RejectRole)
        later.setToolTip(self.tr("Keep that run for the next launch (Esc)"))
        restore.clicked.connect(self.restore)
        discard.clicked.connect(self.discard)
        self.setDefaultButton(restore)
        self.setEscapeButton(later)
        self.rejected.connect(self.later)
        self.finished.connect(card.deleteLater)

    def open_in_window(self) -> None:
        """Show it over the panels; Enter and Escape answer it."""
        self._over.installEventFilter(self)
        self._card.show()
        self.show()
        self._place()
        self._card.raise_()
        self.defaultButton().setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the middle when the window is resized."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        self._card.adjustSize()
        room = self._over.width() - self._card.width()
        self._card.move(max(0, room // 2), TOP)

    def _lines(self, about: Mapping[str, str], kept_at: float) -> list[str]:
        """Which run it is; files of older versions only say when they were saved."""
        data = {name: data_text(entry.title) for name, entry in DATA_SETS.items()}
        loss = {name: loss_text(entry.title) for name, entry in LOSSES.items()}
        optimizer = {name: optimizer_text(entry.title) for name, entry in OPTIMIZERS.items()}
        lines = []
        if file := about.get("file"):
            lines.append(self.tr("File: {0}").format(file))
        if {"data", "loss", "optimizer"} <= about.keys():
            names = ((data, "data"), (loss, "loss"), (optimizer, "optimizer"))
            lines.append(", ".join(labels.get(about[key], about[key]) for labels, key in names))
        locale = locale_of_dates()
        when = locale.toString(
            QDateTime.fromSecsSinceEpoch(int(kept_at)), locale.FormatType.ShortFormat
        )
        if about.get("iterations", "").isdecimal():
            lines.append(self.tr("Iterations done: {0:,}").format(int(about["iterations"])))
        return [*lines, self.tr("Autosaved: {0}").format(when)]
