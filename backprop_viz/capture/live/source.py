"""A script's source as the program that the window shows."""

import ast
import linecache
from collections.abc import Iterator
from dataclasses import replace

from backprop_viz.recording.run.program import Line, Program


def script_program(source: str, path: str, edited: str = "") -> Program:
    """The script's lines, by their numbers; those on which a statement begins can be held at.

    ``edited`` is the text to be edited, for a file that the window may run again.
    """
    begun = frozenset(_statements(source, path))
    lines = source.splitlines()
    return Program(
        tuple(
            Line(text, source_line=number, runs="traced" if number in begun else "")
            for number, text in enumerate(lines, 1)
        ),
        edited,
    )


def loop_program(path: str, since: int) -> Program:
    """A notebook's cell, or a file of the user's, in which the loop runs since an iteration."""
    # A notebook has its cells' lines where tracebacks look for them.
    program = script_program("".join(linecache.getlines(path)), path)
    return replace(program, path=path, since=since)


def _statements(source: str, path: str) -> Iterator[int]:
    try:
        tree = ast.parse(source, path)
    except SyntaxError:
        return  # python says so when it is run
    for node in ast.walk(tree):
        documents = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if isinstance(node, ast.stmt) and not documents:
            yield node.lineno
