"""What an expression of a script stands for now, read without running anything of the script's."""

import ast
import builtins
from inspect import getattr_static
from types import FrameType, ModuleType
from typing import Any

from torch import nn

from backprop_viz.capture.code.frame_variables import variables_of


def held_value(frame: FrameType, expression: ast.expr) -> Any:
    """That of a number, a variable, its attribute or its element; None where it is not known."""
    match expression:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            held = variables_of(frame)
            known = held if name in held else frame.f_globals
            return known.get(name, getattr(builtins, name, None))
        case ast.Attribute(value=of, attr=name):
            return _attribute(held_value(frame, of), name)
        case ast.Subscript(value=of, slice=at):
            return _element(held_value(frame, of), held_value(frame, at))
    return None


def _attribute(owner: Any, name: str) -> Any:
    if isinstance(owner, ModuleType):
        return vars(owner).get(name)
    found = owner.__dict__.get("_modules", {}).get(name) if isinstance(owner, nn.Module) else None
    return getattr_static(owner, name, None) if found is None else found


def _element(owner: Any, at: Any) -> Any:
    if isinstance(owner, nn.Sequential | nn.ModuleList | nn.ModuleDict):
        return owner.__dict__["_modules"].get(str(at))
    if type(owner) is dict and isinstance(at, str | int):
        return owner.get(at)
    if type(owner) in (list, tuple) and isinstance(at, int) and -len(owner) <= at < len(owner):
        return owner[at]
    return None
