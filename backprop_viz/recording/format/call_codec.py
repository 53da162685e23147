"""A call's arguments in MessagePack's own types, and back.

None, bool, int, float and str are themselves. All else is a list that begins with a tag.
``FORMAT.md`` beside this file specifies the tags.
"""

from collections.abc import Sequence
from typing import Any

from backprop_viz.recording.format.codec import Malformed
from backprop_viz.recording.format.records import CallRecord
from backprop_viz.recording.trace.calls import Call, TensorPlace, TorchName

_SEQUENCES = {tuple: "tuple", list: "list"}


def told(value: Any) -> Any:
    """An argument in MessagePack's own types."""
    match value:
        case tuple() | list():
            return [_SEQUENCES[type(value)], *map(told, value)]
        case dict():
            return ["dict", *([told(key), told(item)] for key, item in value.items())]
        case slice():
            return ["slice", told(value.start), told(value.stop), told(value.step)]
        case TensorPlace():
            return ["tensor", value.place]
        case TorchName():
            return [value.kind, value.name]
        case complex():
            return ["complex", value.real, value.imag]
        case _ if value is Ellipsis:
            return ["..."]
    return value


def told_call(call: Call) -> CallRecord:
    """A call as a record."""
    kwargs = {name: told(value) for name, value in call.kwargs.items()}
    return CallRecord(call.function, tuple(map(told, call.args)), kwargs, call.random, call.orders)


def understood_call(record: CallRecord, tensors: int) -> Call:
    """The call of a record, on this many tensors. Raises Malformed."""
    if any(not 0 <= place < tensors for place, _ in record.orders):
        raise Malformed(f"a call tells of the memory of a tensor that is none of its {tensors}")
    try:
        return Call(
            record.function,
            tuple(understood(value, tensors) for value in record.args),
            {name: understood(value, tensors) for name, value in record.kwargs.items()},
            record.random,
            record.orders,
        )
    except RecursionError as error:
        raise Malformed("the arguments of a call are nested too deeply") from error


def understood(value: Any, tensors: int) -> Any:
    """The argument that was ``told``, of a call on this many tensors. Raises Malformed."""
    if not isinstance(value, list | tuple):
        if value is None or isinstance(value, bool | int | float | str):
            return value
        raise Malformed(f"an argument is of type {type(value).__name__}")
    match value:
        case ["tuple", *items]:
            return tuple(understood(item, tensors) for item in items)
        case ["list", *items]:
            return [understood(item, tensors) for item in items]
        case ["dict", *pairs]:
            return _dict(pairs, tensors)
        case ["slice", start, stop, step]:
            return slice(*(understood(x, tensors) for x in (start, stop, step)))
        case ["tensor", int(place)] if 0 <= place < tensors:
            return TensorPlace(place)
        case [("dtype" | "device" | "layout" | "memory_format") as kind, str(name)]:
            return TorchName(kind, name)
        case ["complex", float(real), float(imaginary)]:
            return complex(real, imaginary)
        case ["..."]:
            return ...
    raise Malformed(f"an argument has the tag {value[0]!r}" if value else "an argument is empty")


def _dict(pairs: Sequence[Any], tensors: int) -> dict[Any, Any]:
    found = {}
    for pair in pairs:
        match pair:
            case [(None | bool() | int() | float() | str()) as key, item]:
                found[key] = understood(item, tensors)
            case _:
                raise Malformed("a dict among the arguments has a pair that is none")
    return found
