"""Mouse, touch and stylus events in one form: which instrument touches the pad, and where."""

from dataclasses import dataclass, field
from typing import Literal

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEventPoint, QMouseEvent, QPointingDevice, QTabletEvent, QTouchEvent

PointerKind = Literal["down", "move", "up", "drop"]
_BUTTONS = {Qt.MouseButton.LeftButton: "left button", Qt.MouseButton.RightButton: "right button"}
_FINGER = "finger "
_STYLUS = "stylus"


@dataclass(frozen=True, slots=True)
class PointerEvent:
    """Something that an instrument does on the pad.

    ``at`` is in the widget's pixels, ``pressure`` from 0 to 1, or None if unknown. The kind "drop"
    discards the stroke that was started.
    """

    kind: PointerKind
    by: str
    at: QPointF = field(default_factory=QPointF)
    pressure: float | None = None
    erases: bool = False


def mouse_pointer_events(event: QMouseEvent, holder: str | None) -> tuple[PointerEvent, ...]:
    """The left button draws, the right one erases; ``holder`` is what is drawing."""
    at, by = event.position(), _BUTTONS.get(event.button())
    if event.type() is QEvent.Type.MouseMove:
        if holder is None or holder not in _BUTTONS.values():
            return ()
        held = [name for button, name in _BUTTONS.items() if event.buttons() & button]
        # Otherwise the release went elsewhere, for instance to a dialog.
        return (PointerEvent("move", holder, at) if holder in held else PointerEvent("up", holder),)
    if by is None:
        return ()
    if event.type() is QEvent.Type.MouseButtonRelease:
        return PointerEvent("move", by, at), PointerEvent("up", by)
    return (PointerEvent("down", by, at, erases=event.button() is Qt.MouseButton.RightButton),)


def touch_pointer_events(event: QTouchEvent, holder: str | None) -> tuple[PointerEvent, ...]:
    """Each finger is an instrument; a gesture that the system takes over is dropped."""
    if event.type() is QEvent.Type.TouchCancel:
        ours = holder if holder is not None and holder.startswith(_FINGER) else None
        return () if ours is None else (PointerEvent("drop", ours),)
    found: list[PointerEvent] = []
    for point in event.points():
        at, by = point.position(), f"{_FINGER}{point.id()}"
        if point.state() is QEventPoint.State.Pressed:
            found.append(PointerEvent("down", by, at))
        elif point.state() is QEventPoint.State.Updated:
            found.append(PointerEvent("move", by, at))
        elif point.state() is QEventPoint.State.Released:
            found += [PointerEvent("move", by, at), PointerEvent("up", by)]
    return tuple(found)


def tablet_pointer_events(event: QTabletEvent) -> tuple[PointerEvent, ...]:
    """A stylus; its other end and its second button erase."""
    pressure = event.pressure() if event.pressure() > 0 else None
    if event.type() is QEvent.Type.TabletPress:
        turned = event.pointerType() is QPointingDevice.PointerType.Eraser
        erases = turned or event.button() is Qt.MouseButton.RightButton
        return (PointerEvent("down", _STYLUS, event.position(), pressure, erases),)
    if event.type() is QEvent.Type.TabletMove:
        return (PointerEvent("move", _STYLUS, event.position(), pressure),)
    return (PointerEvent("up", _STYLUS),)
