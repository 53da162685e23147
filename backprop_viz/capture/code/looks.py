"""Whether a line only looks at a number, as ``print(w[0].item())`` does."""

import ast
import linecache
from collections.abc import Iterator, Sequence
from functools import cache
from sys import _getframe
from types import CodeType, FrameType

from torch import Tensor

from backprop_viz.capture.code.loss_code import CodePart
from backprop_viz.capture.code.loss_lines import place_in_source
from backprop_viz.capture.code.user_lines import is_written_by_user

_GIVE_NUMBERS = "item", "tolist"  # methods of a Tensor that end a graph
_SHOW_NUMBERS = "print", "float", "int"


def only_looks() -> bool:
    """Whether what runs is computed to be printed, or to be a number of Python.

    What the user's own functions are given does not count: they may train.
    """
    frame: FrameType | None = _getframe(1)
    while frame is not None and not is_written_by_user(frame.f_code.co_filename):
        frame = frame.f_back
    return frame is not None and _is_look(frame.f_code, frame.f_lasti)


@cache
def _is_look(code: CodeType, instruction: int) -> bool:
    place = place_in_source(code, instruction)
    return place is not None and any(look.has(place) for look in _looks(code.co_filename))


@cache
def _looks(path: str) -> Sequence[CodePart]:
    """The parts of a file that make nothing but a number to look at."""
    try:
        tree = ast.parse("".join(linecache.getlines(path)))
    except SyntaxError:  # as of a notebook's cell with a command of its shell
        return ()
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    looked_at = [one for call in calls for one in _looked_at(call)]
    return tuple(CodePart.of(one) for one in looked_at if _computes_alone(one))


def _looked_at(call: ast.Call) -> Iterator[ast.expr]:
    match call.func:
        case ast.Attribute(attr=name) if name in _GIVE_NUMBERS:
            yield call
        case ast.Name(id=name) if name in _SHOW_NUMBERS:
            yield from call.args


def _computes_alone(looked_at: ast.expr) -> bool:
    """Whether it calls nothing but methods of a Tensor, and such as show numbers."""
    called = [node.func for node in ast.walk(looked_at) if isinstance(node, ast.Call)]
    return all(
        hasattr(Tensor, one.attr)
        if isinstance(one, ast.Attribute)
        else isinstance(one, ast.Name) and one.id in _SHOW_NUMBERS
        for one in called
    )
