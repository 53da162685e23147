"""What the dialogs that ask for a choice are put together from."""

from collections.abc import Callable

from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QFormLayout, QVBoxLayout


def named_choices(object_name: str, tip: str) -> QComboBox:
    """An empty box to choose from; its tooltip is its name for screen readers too."""
    box = QComboBox()
    box.setObjectName(object_name)
    box.setToolTip(tip)
    box.setAccessibleName(tip)
    return box


def put_form(dialog: QDialog, form: QFormLayout, accept: Callable[[], None]) -> None:
    """Fill a dialog with a form, OK and Cancel below; OK calls ``accept``."""
    buttons = QDialogButtonBox(
        QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
    )
    buttons.accepted.connect(accept)
    buttons.rejected.connect(dialog.reject)
    column = QVBoxLayout(dialog)
    column.addLayout(form)
    column.addWidget(buttons)
