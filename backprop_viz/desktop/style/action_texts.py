"""The texts of actions as buttons and tooltips show them."""

import re

from PySide6.QtGui import QAction, QKeySequence


def native_key(action: QAction) -> str:
    """An action's shortcut as the system writes it."""
    return action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)


def action_label(action: QAction) -> str:
    """An action's text without the "&" of its mnemonic."""
    return without_mnemonic(action.text())


def without_mnemonic(text: str) -> str:
    """A menu's text without its mnemonic: "&Step", and in Korean "한 단계(&S)"."""
    return re.sub(r"\(&\w\)", "", text).replace("&", "")


def show_reason(action: QAction, reason: str) -> None:
    """Add to an action's tooltip why it is disabled; nothing if the reason is empty."""
    tip, key = action.statusTip(), native_key(action)
    tip = f"{tip} ({key})" if key else tip
    tip = f"{tip}\n{reason}" if reason else tip
    if action.toolTip() != tip:
        action.setToolTip(tip)
