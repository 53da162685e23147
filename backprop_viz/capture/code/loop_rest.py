"""Whether a for loop of a script has a further pass, as far as what it goes through tells."""

import ast
from types import FrameType
from typing import Any

import torch
from torch import Tensor, nn

from backprop_viz.capture.code.held_values import held_value


def goes_on(frame: FrameType, loop: ast.For) -> bool | None:
    """Whether a pass comes after the one that runs in this frame; None where it is not known.

    It is known of lists, tuples, ranges, lists of modules and values of dictionaries, by what the
    variable holds: of what is there twice, the last one counts.
    """
    match loop.iter, loop.target:
        case ast.Call(func=ast.Name(id="enumerate"), args=[inner]), ast.Tuple(elts=[_, target]):
            return _is_before_last(frame, inner, target)
        case ast.Call(func=ast.Name(id="zip"), args=[inner, *_]), ast.Tuple(elts=[target, *_]):
            return _is_before_last(frame, inner, target)
        case iterated, target:
            return _is_before_last(frame, iterated, target)
    return None


def _is_before_last(frame: FrameType, iterated: ast.expr, target: ast.expr) -> bool | None:
    last, now = _last_of(frame, iterated), held_value(frame, target)
    if last is None or now is None:
        return None
    if not isinstance(last, int):
        return now is not last
    return now != last if type(now) is int else None  # the loop may use its variable for another


def _last_of(frame: FrameType, iterated: ast.expr) -> Any:
    """The last of what a loop goes through; None if that is not known."""
    match iterated:
        case ast.Tuple(elts=items) | ast.List(elts=items):
            return held_value(frame, items[-1]) if items else None
        case ast.Call(func=ast.Name(id="range"), args=bounds, keywords=[]):
            known = [_whole(frame, bound) for bound in bounds]
            numbers = [one for one in known if one is not None]
            steps = range(*numbers) if len(numbers) == len(known) and 0 not in known[2:] else None
            return steps[-1] if steps else None
        case ast.Call(func=ast.Attribute(attr="values", value=of), args=[]):
            found = held_value(frame, of)
            return next(reversed(found.values()), None) if type(found) is dict else None
    found = held_value(frame, iterated)
    if isinstance(found, nn.Sequential | nn.ModuleList):
        found = list(found.__dict__["_modules"].values())
    return found[-1] if type(found) in (list, tuple) and found else None


def _whole(frame: FrameType, bound: ast.expr) -> int | None:
    match bound:
        case ast.Call(func=ast.Name(id="len"), args=[of]):
            found = held_value(frame, of)
            return len(found) if type(found) in (list, tuple, range) else _size(found, 0)
        case (
            ast.Call(func=ast.Attribute(value=of, attr="size"), args=[at])
            | ast.Subscript(value=ast.Call(func=ast.Attribute(value=of, attr="size")), slice=at)
            | ast.Subscript(value=ast.Attribute(value=of, attr="shape"), slice=at)
        ):
            return _size(held_value(frame, of), held_value(frame, at))
    number = held_value(frame, bound)
    return number if type(number) is int else None


def _size(tensor: Any, axis: Any) -> int | None:
    if not isinstance(tensor, Tensor) or type(axis) is not int or not 0 <= axis < tensor.ndim:
        return None
    with torch._C.DisableTorchFunction():
        return tensor.shape[axis]
