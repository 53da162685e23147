"""A number on screen: its tooltip, and how it is copied."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import QMenu

from backprop_viz.desktop.style.numbers import element_text, full, hexadecimal, numpy_text
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.trace.tensors import Array


@dataclass(frozen=True, slots=True, eq=False)
class ShownNumber:
    """An element of a tensor that the user sees.

    ``name`` is the tensor's, ``index`` the place of ``value`` in it; ``row`` are the texts of the
    row it stands in, itself among them. ``origin`` is the recorded tensor that it is an element
    of, as a Number without an index; None where nothing recorded is.
    """

    name: str
    index: tuple[int, ...]
    value: Any
    row: Sequence[str] = ()
    origin: Number | None = None

    @property
    def number(self) -> Number | None:
        """The recorded number that can be asked where it comes from."""
        return None if self.origin is None else replace(self.origin, index=self.index)

    @property
    def text(self) -> str:
        """Its index and value: ``conv1[48, 0, 19, 12] = +0.0001018``."""
        return element_text(self.name, self.index, self.value)

    def said(self, exact: bool) -> str:
        """Its index and value, with every digit or short."""
        return element_text(self.name, self.index, self.value, exact)

    @property
    def tip(self) -> str:
        """Its index and value, and below that every digit."""
        return f"{self.text}\n{exactly(self.value)}"

    def copied(self, form: str) -> str:
        """What the clipboard gets: the "number" with every digit, "numpy", "hex" or the "row"."""
        match form:
            case "numpy":
                return numpy_text(self.value)
            case "hex":
                return hexadecimal(self.value)
            case "row":
                return "\t".join(self.row or (self.name, *map(str, self.index), full(self.value)))
        return full(self.value)

    def copy(self, form: str = "number") -> None:
        """Put it on the clipboard."""
        QGuiApplication.clipboard().setText(self.copied(form))


def element_of(
    name: str,
    array: Array,
    element: int,
    first: tuple[int, ...] = (),
    origin: Number | None = None,
) -> ShownNumber:
    """An element of an array by its place in the flat array; its row is along the last dimension.

    ``array`` is the part at ``first`` of the tensor that is called ``name``.
    """
    index = tuple(int(i) for i in np.unravel_index(element, array.shape))
    row = tuple(full(value) for value in np.atleast_1d(array[index[:-1]]))
    return ShownNumber(name, (*first, *index), array[index], row, origin)


def exactly(value: Any) -> str:
    """The type and every digit: ``float32 0.00010179876``."""
    return f"{np.asarray(value).dtype.name} {full(value)}"


def add_copy_actions(menu: QMenu, number: ShownNumber, by_key: str = "number") -> None:
    """Add entries that copy a number as it is, for Python, in hexadecimal, and with its row.

    ``by_key`` is what Ctrl+C copies there.
    """
    translate = QCoreApplication.translate
    for form, text in (
        ("number", translate("ShownNumber", "&Copy number")),
        ("numpy", translate("ShownNumber", "Copy as &NumPy")),
        ("row", translate("ShownNumber", "Copy &row")),
        ("hex", translate("ShownNumber", "Copy as &hexadecimal")),
    ):
        if form == "hex" and np.iscomplexobj(number.value):
            continue
        action = menu.addAction(text)
        action.setObjectName(f"copy_{form}")
        # A row is long: what is copied says more than how it looks.
        if form != "row":
            action.setToolTip(number.copied(form))
        else:
            action.setToolTip(translate("ShownNumber", "Tab-separated, for a spreadsheet"))
        if form == by_key:
            action.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
            action.setShortcutVisibleInContextMenu(True)
        action.triggered.connect(partial(number.copy, form))
    menu.setToolTipsVisible(True)
