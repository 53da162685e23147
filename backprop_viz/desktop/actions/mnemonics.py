"""Mnemonics for menu entries whose text is made when the window is, and so has none."""

import re
from collections.abc import Sequence

from PySide6.QtGui import QAction


def give_mnemonics(entries: Sequence[QAction]) -> None:
    """Put "&" before a letter that no other entry of the menu has: of a word's start, if any.

    An entry all of whose letters are others' takes one from an entry that has another left.
    """
    given = {mnemonic(entry.text()) for entry in entries}
    open_ones = [e for e in entries if not e.isSeparator() and not mnemonic(e.text())]
    letters = [[x for x in _letters(entry.text()) if x not in given] for entry in open_ones]
    owners: dict[str, int] = {}
    for number in range(len(open_ones)):
        _take_one(number, letters, owners, set())
    for letter, number in owners.items():
        text = open_ones[number].text()
        place = _letters(text)[letter]
        open_ones[number].setText(f"{text[:place]}&{text[place:]}")


def _letters(text: str) -> dict[str, int]:
    """The letters that may be marked, those of a word's start first, each with its first place."""
    starts = [match.start() for match in re.finditer(r"\b\w", text)]
    places = [i for i in (*starts, *range(len(text))) if text[i].isalnum()]
    found: dict[str, int] = {}
    for place in places:
        found.setdefault(text[place].lower(), place)
    return found


def _take_one(
    number: int, letters: Sequence[Sequence[str]], owners: dict[str, int], tried: set[str]
) -> bool:
    """Give an entry a letter, another's if need be; whether there was one (Kuhn's matching)."""
    for letter in letters[number]:
        if letter not in owners:
            owners[letter] = number
            return True
    for letter in letters[number]:
        if letter not in tried:
            tried.add(letter)
            if _take_one(owners[letter], letters, owners, tried):
                owners[letter] = number
                return True
    return False


def mnemonic(text: str) -> str:
    """The letter after the "&", in lower case; "" where there is none."""
    _, mark, after = text.replace("&&", "").partition("&")
    return after[:1].lower() if mark else ""
