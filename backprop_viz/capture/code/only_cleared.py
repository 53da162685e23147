"""Whether the source says that a loop clears an optimizer's gradients, and never has it step."""

import ast
import inspect
import linecache
import os
import sys
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from types import FrameType, ModuleType
from typing import Any

from torch.optim import Optimizer, lr_scheduler
from torch.optim.lr_scheduler import LRScheduler

from backprop_viz.capture.code.frame_variables import variables_of
from backprop_viz.capture.code.user_lines import is_written_by_user

_CLEARS = "zero_grad"
# What is asked of an optimizer without a step.
_ASKED = frozenset({_CLEARS, "param_groups", "state_dict", "load_state_dict", "add_param_group"})
_RECORDS = frozenset({"record", "watch"})
_PASS_ON = ast.List | ast.Tuple | ast.keyword
_AMONG_OTHERS = ""
_NOWHERE = 0, 0  # the lines of what no frame waits in


def is_only_cleared(optimizer: Optimizer, *, by_model: bool = False) -> bool:
    """Whether all that the code that runs does with an optimizer is to clear its gradients.

    ``by_model``: a model's ``zero_grad`` may do that for it; the code has a variable for it.

    Each variable that holds it is looked at, and each attribute of what a variable holds. Where one
    of them is handed on, other than to a schedule or to a function that runs now, the optimizer may
    step somewhere else: then it is not certain, and False. So it is of one that has a state, or is
    in a list.
    """
    if optimizer.state:
        return False
    cleared, frames = False, list(_users_frames())
    waiting = [(outer.f_code.co_filename, outer.f_lineno) for outer in _waiting(frames)]
    held = {one for frame in frames for one in _holders(frame, optimizer)}
    for name, path in held:
        if name == _AMONG_OTHERS:
            return False
        clears, others = _uses(path, name)
        if not all(any(_is_at(line, path, lines) for line in waiting) for lines in others):
            return False
        cleared |= clears or by_model
    return cleared


def _users_frames() -> Iterator[FrameType]:
    """The frames of files of the user's that run, the innermost first."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        path = frame.f_code.co_filename
        if is_written_by_user(path) and os.path.isfile(path):
            yield frame
        frame = frame.f_back


def _waiting(frames: Sequence[FrameType]) -> Iterator[FrameType]:
    """Those that wait for a function of the user's, which is among them."""
    return (outer for inner, outer in pairwise(frames) if inner.f_back is outer)


def _holders(frame: FrameType, optimizer: Optimizer) -> Iterator[tuple[str, str]]:
    """The variables that hold it, and as ".name" the attributes; each with a file to look in."""
    path = frame.f_code.co_filename
    for name, value in variables_of(frame).items():
        if (held := _held(value, name, optimizer)) is not None:
            yield held, path
        for attribute, inner in _attributes_of(value).items():
            if (held := _held(inner, f".{attribute}", optimizer)) is not None:
                yield from ((held, file) for file in (path, *_files_of(type(value))))


def _held(value: object, name: str, optimizer: Optimizer) -> str | None:
    """The name if a value is the optimizer; _AMONG_OTHERS of a container that has it, else None."""
    if value is optimizer:
        return name
    several = tuple(dict.values(value)) if isinstance(value, dict) else value
    is_among = isinstance(several, list | tuple) and any(one is optimizer for one in several)
    return _AMONG_OTHERS if is_among else None


def _attributes_of(value: object) -> dict[str, Any]:
    """The attributes of an object that may hold one; nothing of the script's runs."""
    if isinstance(value, ModuleType | LRScheduler | type):
        return {}
    try:
        return dict(object.__getattribute__(value, "__dict__"))
    except AttributeError:
        return {}


def _files_of(kind: type[Any]) -> Iterator[str]:
    """The user's files in which a class and its bases are."""
    for each in kind.__mro__:
        try:
            path = inspect.getfile(each)
        except (TypeError, OSError):
            continue
        if is_written_by_user(path):
            yield path


@lru_cache(maxsize=64)
def _uses(path: str, name: str) -> tuple[bool, tuple[tuple[int, int], ...]]:
    """Whether a file clears what a name holds, and the lines of all else that may have it step.

    The lines are those of the call or the statement that it is used in: its first and its last.
    """
    try:
        tree = ast.parse("".join(linecache.getlines(path)))
    except (SyntaxError, ValueError):
        return False, (_NOWHERE,)
    clears, others = False, list[tuple[int, int]]()
    for around, node in _with_users(tree):
        if not _is_named(node, name):
            continue
        match around:
            case ast.Attribute(attr=asked) if asked in _ASKED:
                clears |= asked == _CLEARS
            case ast.Call(func=func) if _only_looks(func):
                pass
            case ast.Call():
                others.append((around.lineno, around.end_lineno or around.lineno))
            case _:
                others.append(_NOWHERE)
    return clears, tuple(others)


def _with_users(tree: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Each node with what uses it: of what is given to a call, also in a list, that call."""
    waiting = [(tree, child) for child in ast.iter_child_nodes(tree)]
    while waiting:
        user, node = waiting.pop()
        yield user, node
        passes_on = isinstance(user, ast.Call) and isinstance(node, _PASS_ON)
        after = user if passes_on else node
        waiting += [(after, child) for child in ast.iter_child_nodes(node)]


def _is_named(node: ast.AST, name: str) -> bool:
    """Whether a name is used, or an import brings it from elsewhere, where it may be used too."""
    match node:
        case ast.Name(id=found, ctx=ast.Load()):
            return found == name
        case ast.Attribute(attr=found, ctx=ast.Load()):
            return f".{found}" == name
        case ast.alias(name=found, asname=known):
            return name in (found, known)
    return False


def _only_looks(func: ast.expr) -> bool:
    """Whether what is called is a schedule, or records: neither has an optimizer step."""
    called = ast.unparse(func).rpartition(".")[2]
    return called in _RECORDS or isinstance(getattr(lr_scheduler, called, None), type)


def _is_at(waits: tuple[str, int], path: str, lines: tuple[int, int]) -> bool:
    """Whether a frame that waits, in a file at a line, is within these lines of a file."""
    return waits[0] == path and lines[0] <= waits[1] <= lines[1]
