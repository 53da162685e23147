"""Kinds of values that hold others: lists, tables and records."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from typing import Any

from backprop_viz.recording.errors import UserError
from backprop_viz.recording.files.kinds import Kind, OneOf, Rule, Wrong, described
from backprop_viz.recording.files.raw import Raw


class _All(frozenset[Any]):
    """Holds every key."""

    def __contains__(self, key: object) -> bool:
        return True


# For a table of which any part may be missing.
ALL: frozenset[Any] = _All()


@dataclass(frozen=True)
class Maybe(Kind):
    """A value, or None."""

    kind: Kind

    @property
    def allowed(self) -> str:
        """The kind's, or nothing."""
        return f"{self.kind.allowed} or nothing"

    def read(self, value: Any) -> Any:
        """The value."""
        if value is None:
            return None
        try:
            return self.kind.read(value)
        except Wrong as wrong:
            # What is wrong inside it is said as it is.
            whole = str(wrong) == str(self.kind.refusal(value))
            raise (self.refusal(value) if whole else wrong) from wrong


@dataclass(frozen=True)
class Items(Kind):
    """A list, or a tuple, of at most ``most`` values of one kind, at least ``least``."""

    kind: Kind
    most: int
    least: int = 0
    type: type[list[Any]] | type[tuple[Any, ...]] = list

    @property
    def allowed(self) -> str:
        """The size."""
        return f"a {self.type.__name__} of {self.least:,} to {self.most:,}"

    def read(self, value: Any) -> Any:
        """The list, or the tuple."""
        if type(value) is not self.type or not self.least <= len(value) <= self.most:
            raise self.refusal(value)
        return self.type([_inside(i, self.kind, item) for i, item in enumerate(value)])


@dataclass(frozen=True)
class Row(Kind):
    """A tuple, or a list, with a kind for each of its values."""

    kinds: tuple[Kind, ...]
    type: type[list[Any]] | type[tuple[Any, ...]] = tuple
    rules: tuple[Rule, ...] = ()

    @property
    def allowed(self) -> str:
        """The size."""
        return f"a {self.type.__name__} of {len(self.kinds)}"

    def read(self, value: Any) -> Any:
        """The tuple, or the list."""
        if type(value) is not self.type or len(value) != len(self.kinds):
            raise self.refusal(value)
        pairs = zip(self.kinds, value, strict=True)
        found = self.type([_inside(i, kind, item) for i, (kind, item) in enumerate(pairs)])
        _apply(self.rules, found)
        return found


@dataclass(frozen=True)
class Table(Kind):
    """A dict with a kind for each key; those of ``optional`` may be missing, others may not be."""

    kinds: Mapping[Any, Kind]
    optional: frozenset[Any] = frozenset()
    rules: tuple[Rule, ...] = ()

    @property
    def allowed(self) -> str:
        """The keys."""
        return "a table"

    def read(self, value: Any) -> dict[Any, Any]:
        """The dict."""
        if not isinstance(value, dict):
            raise self.refusal(value)
        found = _read_fields(self.kinds, value, self.optional)
        _apply(self.rules, found)
        return found


@dataclass(frozen=True)
class Entries(Kind):
    """A dict of at most ``most`` keys of one kind, with values of another."""

    key: Kind
    value: Kind
    most: int

    @property
    def allowed(self) -> str:
        """The size."""
        return f"a table of at most {self.most:,}"

    def read(self, value: Any) -> dict[Any, Any]:
        """The dict."""
        if not isinstance(value, dict) or len(value) > self.most:
            raise self.refusal(value)
        return {self.key.read(k): _inside(k, self.value, v) for k, v in value.items()}


@dataclass(frozen=True)
class RecordOf(Kind):
    """One of the program's dataclasses; what its fields may be missing, it has a default for.

    Every field of the dataclass has its kind: one that is added has to be declared here.
    """

    type: type[Any]
    kinds: Mapping[str, Kind]
    rules: tuple[Rule, ...] = ()

    def __post_init__(self) -> None:
        declared, there = set(self.kinds), {f.name for f in fields(self.type)}
        assert declared == there, f"{self.type.__name__}: {declared ^ there}"

    @property
    def allowed(self) -> str:
        """The name."""
        return f"a record of {self.type.__name__}"

    def read(self, value: Any) -> Any:
        """The record."""
        if isinstance(value, self.type):
            given = {name: getattr(value, name) for name in self.kinds}
        elif isinstance(value, Raw) and value.name == self.type.__name__:
            given = value.fields
        else:
            raise self.refusal(value)
        missing = {} if isinstance(value, self.type) else _defaults(self.type)
        read = _read_fields(self.kinds, given, missing)
        try:
            record = self.type(**read)
        except UserError as error:  # the record checks itself
            raise Wrong(f"is not possible: {error}") from error
        _apply(self.rules, record)
        return record


@dataclass(frozen=True)
class Cases(Kind):
    """A record, or a table, whose other fields depend on the word in one of them."""

    by: str
    kinds: Mapping[str, RecordOf | Table]

    @property
    def allowed(self) -> str:
        """That of its first case: they differ in what is inside."""
        return next(iter(self.kinds.values())).allowed

    def read(self, value: Any) -> Any:
        """The record, or the table."""
        return self.case_of(value).read(value)

    def case_of(self, value: Any) -> Kind:
        """The kind that a value has to be of."""
        own = value.fields if isinstance(value, Raw) else value
        word = own.get(self.by) if isinstance(own, dict) else getattr(own, self.by, None)
        if isinstance(word, str) and word in self.kinds:
            return self.kinds[word]
        # One without the word, or with another one: it says what is wrong with that.
        first = next(iter(self.kinds.values()))
        word_kind = {self.by: OneOf(tuple(self.kinds))}
        if isinstance(first, RecordOf):
            return RecordOf(first.type, {**first.kinds, **word_kind})
        return Table({**first.kinds, **word_kind})


@dataclass(frozen=True)
class Either(Kind):
    """A table or a record of one of some kinds, told apart by a key that only one of them has."""

    kinds: Mapping[str, Table]

    @property
    def allowed(self) -> str:
        """The keys that tell them apart."""
        return f"a table with {' or '.join(self.kinds)}"

    def read(self, value: Any) -> Any:
        """The table."""
        if isinstance(value, dict):
            for key, kind in self.kinds.items():
                if key in value:
                    return kind.read(value)
        raise self.refusal(value)


@dataclass(frozen=True)
class AnyOf(Kind):
    """A value of one of some kinds: it is read as the first that takes it."""

    kinds: tuple[Kind, ...]

    @property
    def allowed(self) -> str:
        """All of the kinds."""
        return " or ".join(kind.allowed for kind in self.kinds)

    def read(self, value: Any) -> Any:
        """The value."""
        for kind in self.kinds:
            try:
                return kind.read(value)
            except Wrong:
                continue
        raise self.refusal(value)


def one_of(tables: Iterable[Table]) -> dict[Any, Kind]:
    """For each key of some tables, what it may be in any of them."""
    found: dict[Any, tuple[Kind, ...]] = {}
    for table in tables:
        for key, kind in table.kinds.items():
            found[key] = tuple(dict.fromkeys((*found.get(key, ()), kind)))
    return {key: kinds[0] if len(kinds) == 1 else AnyOf(kinds) for key, kinds in found.items()}


def _inside(name: object, kind: Kind, value: Any) -> Any:
    try:
        return kind.read(value)
    except Wrong as wrong:
        raise wrong.inside(name) from wrong


def _read_fields(
    kinds: Mapping[Any, Kind], given: Mapping[Any, Any], optional: Any
) -> dict[Any, Any]:
    unknown = [key for key in given if key not in kinds]
    if unknown:
        raise Wrong(f"holds {described(unknown[0])}, which does not belong there")
    missing = [key for key in kinds if key not in given and key not in optional]
    if missing:
        raise Wrong(f"holds no {missing[0]}")
    return {key: _inside(key, kinds[key], given[key]) for key in given}


def _apply(rules: Sequence[Rule], value: Any) -> None:
    for rule in rules:
        if text := rule(value):
            raise Wrong(text)


def _defaults(type_: type[Any]) -> set[str]:
    """The fields of a dataclass that need not be given."""
    return {
        f.name
        for f in fields(type_)
        if f.default is not MISSING or f.default_factory is not MISSING
    }
