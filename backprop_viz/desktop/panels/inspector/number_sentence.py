"""Sentences in which numbers are links: a click asks where one comes from."""

import re
from collections.abc import Sequence
from html import escape
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QWidget

from backprop_viz.desktop.style.theme import DARK, Theme
from backprop_viz.desktop.widgets.sentence import Sentence

# Where no longer figure and no name began before, and what one goes on with.
_BEGINS = re.compile(r"(?<![\w.+\-−])(?<!\d,)")
_GOES_ON = re.compile("[.,]?[0-9A-Za-z_]")
# Where a figure begins and ends in the text, and what it stands for.
Span = tuple[int, int, Any]


class NumberSentence(Sentence):
    """Wrapped sentences; ``picked`` carries what the figure stands for that was clicked.

    Tab and Enter reach the figures.
    """

    picked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = DARK
        self._plain = ""
        self._spans: tuple[Span, ...] = ()
        self.linkActivated.connect(self._pick)

    def text(self) -> str:
        """What it says, without links."""
        return self._plain

    def setText(self, text: str) -> None:  # noqa: N802
        """Show a text without links."""
        self.say(text)

    @property
    def figures(self) -> list[tuple[str, Any]]:
        """The figures that are links, in their order, each with what it stands for."""
        return [(self._plain[start:stop], target) for start, stop, target in self._spans]

    def say(self, text: str, spans: Sequence[Span] = ()) -> None:
        """Show a text in which some figures, in their order, are links."""
        self._plain, self._spans = text, tuple(spans)
        flags = Qt.TextInteractionFlag.TextSelectableByMouse
        if spans:
            flags |= Qt.TextInteractionFlag.LinksAccessibleByMouse
            flags |= Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        self.setTextInteractionFlags(flags)
        rich = Qt.TextFormat.RichText if spans else Qt.TextFormat.PlainText
        self.setTextFormat(rich)
        self.setAccessibleName(text)
        self._write()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self._write()

    def _write(self) -> None:
        QLabel.setText(self, self._marked_up() if self._spans else self._plain)
        self._fit()

    def _marked_up(self) -> str:
        parts, at = [], 0
        for i, (start, stop, _) in enumerate(self._spans):
            parts.append(escape(self._plain[at:start]))
            figure = escape(self._plain[start:stop])
            parts.append(f'<a href="{i}" style="color:{self._theme.accent}">{figure}</a>')
            at = stop
        parts.append(escape(self._plain[at:]))
        return "".join(parts).replace("\n", "<br>")

    def _pick(self, link: str) -> None:
        self.picked.emit(self._spans[int(link)][2])


def figure_spans(text: str, figures: Sequence[tuple[Sequence[str], Any]]) -> list[Span]:
    """Where figures stand in a text, each written in one of some ways; those not in it are not.

    A figure is found as a whole: "1" is not in "12", "0.1" or "1.weight". It is in "1입니다": in
    Korean the next word is written to it.
    """
    found: list[Span] = []
    for ways, target in figures:
        places = (place for way in ways for place in _places(text, way))
        free = (p for p in places if all(p[1] <= start or p[0] >= stop for start, stop, _ in found))
        place = next(free, None)
        if place is not None:
            found.append((*place, target))
    return sorted(found, key=lambda span: span[0])


def _places(text: str, way: str) -> list[tuple[int, int]]:
    # No pattern is made of the figure: each would be another one to compile.
    starts = [i for i in range(len(text)) if text.startswith(way, i)] if way else []
    spans = [(start, start + len(way)) for start in starts]
    return [s for s in spans if _BEGINS.match(text, s[0]) and not _GOES_ON.match(text, s[1])]
