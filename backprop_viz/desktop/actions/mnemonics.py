"""Mnemonics for menu entries whose text is made when the window is, and so has none."""

import re
from collections.abc import Sequence

from PySide6.QtGui import QAction


def give_mnemonics(entries: Sequence[QAction]) -> None:
    """Put "&" before a letter that no other entry of the menu has: of a word's start, if any."""
    taken = {mnemonic(entry.text()) for entry in entries}
    for entry in entries:
        text = entry.text()
        if entry.isSeparator() or mnemonic(text):
            continue
        starts = [match.start() for match in re.finditer(r"\b\w", text)]
        places = [*starts, *(i for i in range(len(text)) if i not in starts)]
        free = (i for i in places if text[i].isalnum() and text[i].lower() not in taken)
        place = next(free, None)
        if place is not None:
            entry.setText(f"{text[:place]}&{text[place:]}")
            taken.add(text[place].lower())


def mnemonic(text: str) -> str:
    """The letter after the "&", in lower case; "" where there is none."""
    _, mark, after = text.replace("&&", "").partition("&")
    return after[:1].lower() if mark else ""
