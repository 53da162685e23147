"""Messages and commands as records: each comes back, and what cannot be read is told, no more."""

import ast
import io
import random
import re
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from backprop_viz.recording.format import frames
from backprop_viz.recording.format.codec import encoded
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.stream import commands
from backprop_viz.stream.commands import COMMANDS, ChooseLabel, Command, Configure, Step
from backprop_viz.stream.messages import FROM_WINDOW, FROM_WORKER, Painted
from backprop_viz.stream.wire import (
    COMMAND,
    MESSAGE,
    MessageReader,
    MessageWriter,
    NumberedCommand,
    Unreadable,
)
from tests.package_files import trees_with


def sample_of(kind: Any, dice: random.Random) -> Any:
    """A value of a type, with something in every field."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if kind in (Any, type(None)):
        return None
    if typing.is_typeddict(kind):
        hints = typing.get_type_hints(kind)
        return {name: sample_of(hint, dice) for name, hint in hints.items()}
    if is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        own = {f.name for f in fields(kind) if kind in typing.get_args(hints[f.name])}
        hints |= dict.fromkeys(own, type(None))  # one in itself is one like the others
        return kind(**{f.name: sample_of(hints[f.name], dice) for f in fields(kind)})
    if origin in (np.ndarray, NDArray):  # the second from numpy 2.5 on
        dtype = next(iter(typing.get_args(arguments[-1])), arguments[-1])
        return np.arange(6).reshape(2, 3).astype(np.float64 if dtype is Any else dtype)
    if origin in (typing.Union, types.UnionType):
        return sample_of(next(a for a in arguments if a is not type(None)), dice)
    if origin is typing.Literal:
        return arguments[-1]
    if origin is tuple:
        if arguments[1:] == (...,):
            return tuple(sample_of(arguments[0], dice) for _ in range(2))
        return tuple(sample_of(a, dice) for a in arguments)
    if origin in (list, Sequence):
        return [sample_of(arguments[0], dice)]
    if origin in (dict, Mapping):
        return {"name": sample_of(arguments[1], dice)}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return dice.choice(list(kind))
    made = {
        bool: True,
        int: dice.randrange(10**6),
        float: dice.random(),
        str: "grün",
        bytes: b"\0\xff",
    }
    return made[kind]


def shown(value: object) -> object:
    """A value as something to compare: arrays are compared bit for bit."""
    if isinstance(value, np.ndarray):
        return value.dtype.name, value.shape, value.tobytes()
    if is_dataclass(value) and not isinstance(value, type):
        return type(value), {f.name: shown(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {key: shown(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value), [shown(item) for item in value]
    return value


def read(*messages: object) -> list[Any]:
    writer = MessageWriter()
    reader = MessageReader(io.BytesIO(b"".join(p for m in messages for p in writer.pieces(m))))
    return [reader.read()[0] for _ in messages]


@pytest.mark.parametrize("kind", [*FROM_WORKER, *FROM_WINDOW], ids=lambda kind: kind.__name__)
def test_every_message_comes_back_with_all_its_fields(kind: type[Any]) -> None:
    message = sample_of(kind, random.Random(kind.__name__))
    (back,) = read(message)
    assert shown(back) == shown(message)


@pytest.mark.parametrize("kind", COMMANDS, ids=lambda kind: kind.__name__)
def test_every_command_comes_back_with_its_number(kind: type[Command]) -> None:
    command = sample_of(kind, random.Random(kind.__name__))
    (back,) = read(NumberedCommand(7, command))
    assert back.number == 7
    assert shown(back.command) == shown(command)


def test_every_command_is_in_the_table() -> None:
    declared = [
        kind
        for kind in vars(commands).values()
        if isinstance(kind, type) and issubclass(kind, Command) and kind is not Command
    ]
    assert sorted(declared, key=str) == sorted(COMMANDS, key=str)


def test_whole_numbers_and_tuples_of_settings_stay_what_they_are() -> None:
    settings = Settings(
        lr=1,
        optimizer_options={"betas": (0.9, 1), "amsgrad": True},
        schedule="step",
        schedule_options={"step_size": 3, "gamma": 0.5},
    )
    (back,) = read(NumberedCommand(1, Configure(settings)))
    assert repr(back.command.settings) == repr(settings)


def raw(kind: int, value: object) -> bytes:
    return b"".join(frames.record_pieces(kind, [encoded(value)]))


@pytest.mark.parametrize(
    ("record", "said", "number"),
    [
        (raw(MESSAGE, ["NoSuchMessage", {}]), "NoSuchMessage", None),
        (raw(MESSAGE, ["Update", {"run": "one"}]), "Update: .*", None),
        (raw(MESSAGE, {"not": "an envelope"}), "array", None),
        (raw(COMMAND, [3, "__class__", {}]), "there is no '__class__'", 3),
        (raw(COMMAND, [4, "files.save", {}]), "there is no 'files.save'", 4),
        (raw(COMMAND, [5, "ChooseLabel", {"label": "five"}]), "ChooseLabel: .*label", 5),
        (raw(COMMAND, [6, "ChooseLabel", []]), "ChooseLabel", 6),
        (raw(COMMAND, ["six", "Step", {}]), "int", None),
        (b"".join(frames.record_pieces(COMMAND, [b"\xc1"])), "malformed", None),
    ],
)
def test_what_cannot_be_read_is_told_and_the_next_one_is_read(
    record: bytes, said: str, number: int | None
) -> None:
    after = b"".join(MessageWriter().pieces(NumberedCommand(9, Step())))[len(frames.header()) :]
    reader = MessageReader(io.BytesIO(frames.header() + record + after))
    found, _ = reader.read()
    assert isinstance(found, Unreadable)
    assert found.number == number
    assert re.search(said, found.reason)
    following, _ = reader.read()
    assert following.number == 9


def test_records_of_a_type_that_is_not_known_are_passed_over() -> None:
    whole = b"".join(MessageWriter().pieces(Painted()))
    start = len(frames.header())
    unknown = b"".join(frames.record_pieces(200, [b"of another version"]))
    reader = MessageReader(io.BytesIO(whole[:start] + unknown + whole[start:]))
    assert reader.read() == (Painted(), None)


@given(st.lists(st.tuples(st.sampled_from([1, 2, 3, 4, 7, MESSAGE, COMMAND]), st.binary())))
def test_no_payload_does_more_than_be_refused(records: list[tuple[int, bytes]]) -> None:
    data = b"".join(p for kind, payload in records for p in frames.record_pieces(kind, [payload]))
    reader = MessageReader(io.BytesIO(frames.header() + data))
    found = []
    with pytest.raises(EOFError):
        found.extend(reader.read() for _ in range(len(records) + 1))


def test_a_field_of_a_newer_version_is_left_out() -> None:
    body = {"label": 3, "colour": "red"}
    reader = MessageReader(io.BytesIO(frames.header() + raw(COMMAND, [1, "ChooseLabel", body])))
    found, _ = reader.read()
    assert found.command == ChooseLabel(3)


def test_nothing_in_the_package_unpickles() -> None:
    """Data from another process, or from a file, must not be able to name what is run."""
    forbidden = {"pickle", "cPickle", "dill", "cloudpickle", "marshal", "shelve"}
    for path, tree in trees_with(forbidden):
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            else:
                continue
            assert not forbidden & {name.split(".")[0] for name in names}, path


def test_the_codec_needs_no_types_to_be_decoded_by_others() -> None:
    """What is sent is MessagePack that any library reads."""
    (body,) = [*MessageWriter().pieces(NumberedCommand(1, ChooseLabel(4)))][-1:]
    assert msgspec.msgpack.decode(body) == [1, "ChooseLabel", {"label": 4}]
