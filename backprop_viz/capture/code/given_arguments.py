"""Which arguments a call in the user's code gives; torch fills in the others."""

import ast
import sys
from functools import lru_cache
from linecache import getlines
from types import CodeType, FrameType

from torch.overrides import handle_torch_function


def training_given(place: int) -> bool:
    """Whether the code that called torch's dropout, which runs now, gave ``training``.

    ``place``: its place among the arguments. True where the code cannot be read.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code is not handle_torch_function.__code__:
        frame = frame.f_back
    for _ in range(2):  # the function that hands the call over, and who called it
        frame = None if frame is None else frame.f_back
    return frame is None or _is_given(frame.f_code, frame.f_lasti, place)


@lru_cache(maxsize=1024)
def _is_given(code: CodeType, instruction: int, place: int) -> bool:
    positions = list(code.co_positions())[instruction // 2]
    first, last, start, stop = positions
    if first is None or last is None or start is None or stop is None:
        return True
    lines = [line.encode() for line in getlines(code.co_filename)[first - 1 : last]]
    if not lines:
        return True
    lines[-1] = lines[-1][:stop]  # the offsets count bytes; the last one first, for one line alone
    lines[0] = lines[0][start:]
    try:
        call = ast.parse(b"(" + b"".join(lines) + b")", mode="eval").body
    except (SyntaxError, ValueError):
        return True
    if not isinstance(call, ast.Call) or any(isinstance(one, ast.Starred) for one in call.args):
        return True
    return len(call.args) > place or any(one.arg in ("training", None) for one in call.keywords)
