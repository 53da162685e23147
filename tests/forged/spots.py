"""Where in a session each field of the schema is, and how to put something else there."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from backprop_viz.recording.files.kinds import Kind
from backprop_viz.recording.files.nested import (
    Cases,
    Either,
    Entries,
    Items,
    Maybe,
    RecordOf,
    Row,
    Table,
)
from backprop_viz.recording.files.raw import Raw

Place = tuple[Any, ...]
# Of long lists so many items are looked at: the others are of the same kind.
FEW = 2


@dataclass(frozen=True)
class Spot:
    """A value in a session: where it is, of what kind it has to be, and what it is."""

    place: Place
    kind: Kind
    value: Any

    @property
    def name(self) -> str:
        """The field in the schema: the same for every item of a list."""
        return ".".join("*" if isinstance(step, int) else str(step) for step in self.place)


def spots(kind: Kind, value: Any, place: Place = ()) -> Iterator[Spot]:
    """A value and all that is in it."""
    yield Spot(place, kind, value)
    inner = kind.kind if isinstance(kind, Maybe) and value is not None else kind
    if isinstance(inner, Cases):
        inner = inner.case_of(value)
    if isinstance(inner, Either):
        inner = next(k for key, k in inner.kinds.items() if key in value)
    for key, child in children(inner, value):
        held = value.fields[key] if isinstance(value, Raw) else value[key]
        yield from spots(child, held, (*place, key))


def children(kind: Kind, value: Any) -> Iterator[tuple[Any, Kind]]:
    """The keys of what a value holds, and the kinds that belong there."""
    if isinstance(kind, RecordOf | Table):
        held = value.fields if isinstance(value, Raw) else value
        yield from ((key, k) for key, k in kind.kinds.items() if key in held)
    elif isinstance(kind, Entries):
        yield from ((key, kind.value) for key in list(value)[:FEW])
    elif isinstance(kind, Items):
        yield from ((i, kind.kind) for i in range(min(len(value), FEW)))
    elif isinstance(kind, Row):
        yield from enumerate(kind.kinds)


def replaced(value: Any, place: Place, new: Any) -> Any:
    """A copy with something else in a place; the rest is shared."""
    if not place:
        return new
    step, *rest = place
    if isinstance(value, Raw):
        inside = replaced(value.fields[step], tuple(rest), new)
        return Raw(value.name, {**value.fields, step: inside})
    inside = replaced(value[step], tuple(rest), new)
    if isinstance(value, dict):
        return {**value, step: inside}
    return type(value)(inside if i == step else item for i, item in enumerate(value))


def one_of_each(kind: Kind, value: Any, dice: random.Random) -> Spot:
    """A spot, each field of the schema as likely as any other."""
    by_name: dict[str, list[Spot]] = {}
    for spot in spots(kind, value):
        by_name.setdefault(spot.name, []).append(spot)
    return dice.choice(by_name[dice.choice(sorted(by_name))])
