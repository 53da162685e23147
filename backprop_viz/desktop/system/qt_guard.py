"""Keeps exceptions in methods that Qt calls from reaching Qt: each is reported once.

Every override of a virtual method of Qt is wrapped when its class is created, so none can be
forgotten. Without this, an exception that passes through a class with its own ``event`` makes
Python 3.11 end the process.
"""

import sys
import time
import traceback
from collections.abc import Callable, Hashable
from contextlib import suppress
from functools import wraps
from inspect import getattr_static
from types import FunctionType
from typing import Any

from PySide6.QtCore import QCoreApplication, QModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QValidator
from PySide6.QtWidgets import QAbstractItemDelegate, QAbstractScrollArea, QGraphicsItem, QWidget
from shiboken6 import Shiboken

# Packages whose classes are guarded: our own, and the plotting library, which paints in Python.
PACKAGES = ("backprop_viz", "pyqtgraph")
# A repeated failure is reported again only after so long without it.
SAID_AGAIN_S = 10.0


class Quiet:
    """Decides whether something that happens repeatedly is reported again."""

    def __init__(self) -> None:
        self._last: dict[Hashable, float] = {}

    def first(self, key: Hashable) -> bool:
        """Whether this has not happened for a while."""
        now = time.monotonic()
        before, self._last[key] = self._last.get(key), now
        return before is None or now - before > SAID_AGAIN_S


def _nothing(*_: object) -> None:
    return None


# Virtual methods that paint; if they fail, a text is painted instead.
PAINTING = frozenset(
    ("paintEvent", "paint", "paintSection", "drawBackground", "drawForeground", "drawItems")
)
# Other virtual methods with the value to return when they fail; None: what Qt's own returns.
# Methods whose name ends in "Event" return nothing and need not be listed.
ANSWERS: dict[str, Callable[..., Any] | None] = {
    **dict.fromkeys(("event", "viewportEvent", "eventFilter", "sceneEvent"), lambda *_: False),
    **dict.fromkeys(("sceneEventFilter", "nativeEvent", "editorEvent"), lambda *_: False),
    "hasHeightForWidth": lambda *_: False,
    **dict.fromkeys(("rowCount", "columnCount"), lambda *_: 0),
    **dict.fromkeys(("index", "parent", "moveCursor"), lambda *_: QModelIndex()),
    **dict.fromkeys(("data", "headerData", "highlightBlock", "currentChanged"), _nothing),
    **dict.fromkeys(("selectionChanged", "stepBy", "paintGL"), _nothing),
    **dict.fromkeys(("initializeGL", "accept", "reject", "done"), _nothing),
    **dict.fromkeys(("sizeHint", "minimumSizeHint", "heightForWidth", "flags"), None),
    "initStyleOption": None,
    **dict.fromkeys(("textFromValue", "valueFromText", "fixup"), None),
    "validate": lambda text, place: (QValidator.State.Intermediate, text, place),
    **dict.fromkeys(("stepEnabled", "focusNextPrevChild", "inputMethodQuery"), None),
    "itemChange": lambda change, value: value,
    "boundingRect": lambda *_: QRectF(),
    "count": lambda *_: 0,
    **dict.fromkeys(("itemAt", "takeAt", "addItem"), _nothing),
    **dict.fromkeys(("minimumSize", "expandingDirections", "setGeometry"), None),
    "shape": lambda *_: QPainterPath(),
}
# Used if Qt's own method fails too: None is not a size.
_SIZES = frozenset(("sizeHint", "minimumSizeHint", "minimumSize"))

# The background and text colours of that text.
_colours = (QColor("#1b1f26"), QColor("#98a1b0"))
# Whether painting has failed before; until then nothing has to be looked up.
_unpainted = False


def use_colours(ground: str, text: str) -> None:
    """Use these colours for the text in place of what cannot be painted."""
    global _colours
    _colours = (QColor(ground), QColor(text))


def is_virtual(name: str) -> bool:
    """Whether Qt calls methods of this name."""
    return name in ANSWERS or name in PAINTING or (name.endswith("Event") and name[0].islower())


def install() -> None:
    """Guard the existing classes, and every class created from now on."""

    def made(cls: type, **options: Any) -> None:
        super(Shiboken.Object, cls).__init_subclass__(**options)  # type: ignore[misc]
        guard(cls)

    Shiboken.Object.__init_subclass__ = classmethod(made)  # type: ignore[assignment, arg-type]
    left = list(type.__subclasses__(Shiboken.Object))
    while left:
        cls = left.pop()
        guard(cls)
        left += type.__subclasses__(cls)


def guard(cls: type) -> None:
    """Guard the methods that a class overrides, or inherits from a class that is not Qt's."""
    if cls.__module__.split(".")[0] not in PACKAGES:
        return
    of_qt = [base for base in cls.__mro__ if base.__module__.startswith("PySide6")]
    beside = [base for base in cls.__mro__ if not issubclass(base, Shiboken.Object)]
    for name in {name for base in (cls, *beside) for name in vars(base) if is_virtual(name)}:
        method = getattr_static(cls, name)
        overrides = any(name in vars(base) for base in of_qt)
        if overrides and isinstance(method, FunctionType) and not is_guarded(method):
            # Before the first object exists: Qt caches the methods that it finds.
            setattr(cls, name, _guarded(name, method, of_qt))


def is_guarded(method: object) -> bool:
    """Whether a method lets no exception out."""
    return hasattr(method, "guarded_by_backprop_viz")


def _guarded(name: str, method: FunctionType, of_qt: list[type]) -> Callable[..., Any]:
    paints = name in PAINTING

    # No bookkeeping unless something fails: some of these are called very often.
    @wraps(method)
    def call(self: Any, *args: Any, **named: Any) -> Any:
        try:
            answer = method(self, *args, **named)
        except BaseException as error:
            if _is_called_by_its_own(self, name, call):
                raise  # the method that Qt called is guarded too
            _failed(self, name, error, args)
            return _answer(self, name, of_qt, args)
        if paints and _unpainted:
            vars(self).pop("_not_painted", None)
        return answer

    call.guarded_by_backprop_viz = True  # type: ignore[attr-defined]
    return call


def _is_called_by_its_own(self: object, name: str, call: Callable[..., Any]) -> bool:
    """Whether an override of the same method on the same object called this one."""
    # The frames of this function, of the guard, of its caller, and of that one's caller.
    caller = sys._getframe(2)
    above = caller.f_back
    return (
        above is not None
        and above.f_code is call.__code__
        and above.f_locals.get("self") is self
        and above.f_locals.get("name") == name
    )


def _failed(self: Any, name: str, error: BaseException, args: tuple[Any, ...]) -> None:
    """Report an error, and paint a text in place of what could not be painted."""
    global _unpainted
    told = error.__traceback__
    again = False
    # The traceback keeps painters alive, which would block a new one on the same device.
    _let_go(error)
    if name in PAINTING:
        _unpainted = True
        kinds = vars(self).setdefault("_not_painted", set())
        again = type(error) in kinds
        kinds.add(type(error))
        with suppress(Exception):
            _paint_text(self, name, args)
    elif not vars(self).setdefault("_quiet", Quiet()).first((name, type(error))):
        again = True
    if not again:
        sys.excepthook(type(error), error, told)


def _let_go(error: BaseException | None) -> None:
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__


def _answer(self: object, name: str, of_qt: list[type], args: tuple[Any, ...]) -> Any:
    """The value to return in place of a method that failed."""
    answer = ANSWERS.get(name, _nothing)
    if answer is not None:
        return answer(*args)
    with suppress(Exception):
        own = next(base for base in of_qt if name in vars(base))
        return getattr(own, name)(self, *args)
    return QSize() if name in _SIZES else None


# -- the text ------------------------------------------------------------------------------------


def _paint_text(self: Any, name: str, args: tuple[Any, ...]) -> None:
    if name == "paintEvent":
        device = self.viewport() if isinstance(self, QAbstractScrollArea) else self
        painter = QPainter(device)
        write(painter, device.rect(), over=has_others(device))
        painter.end()
        return
    painter = args[0]
    assert isinstance(painter, QPainter)
    painter.save()
    if isinstance(self, QGraphicsItem):
        seen = painter.worldTransform().mapRect(self.boundingRect()).toAlignedRect()
        painter.resetTransform()
        box = seen & painter.viewport()
    elif isinstance(self, QAbstractItemDelegate):
        box = args[1].rect
    else:
        box = QRectF(args[1]).toAlignedRect()
    write(painter, box)
    painter.restore()


def has_others(widget: QWidget) -> bool:
    """Whether other widgets lie where the text would be."""
    return widget.childAt(widget.rect().center()) is not None


def write(painter: QPainter, box: QRect, *, over: bool = False) -> None:
    """Write in a box that it could not be drawn, as far as it fits, but not over ``over``."""
    painter.setClipping(False)
    painter.setOpacity(1)
    ground, ink = _colours
    painter.fillRect(box, ground)
    if over:
        return
    painter.setPen(ink)
    text = QCoreApplication.translate("guard", "could not be drawn")
    words = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignCenter
    room = box.adjusted(2, 0, -2, 0)
    if not room.contains(painter.boundingRect(room, words, text)):
        text = "!"
    painter.drawText(room, words, text)
