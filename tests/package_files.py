"""The package's own files as syntax trees."""

import ast
from collections.abc import Collection, Iterator
from pathlib import Path

import backprop_viz

PACKAGE = Path(backprop_viz.__file__).parent


def trees_with(texts: Collection[str]) -> Iterator[tuple[Path, ast.Module]]:
    """Each file that has one of these texts anywhere, and its tree.

    The others are not parsed, which takes long: all of them take over a second.
    """
    for path in PACKAGE.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        if any(text in source for text in texts):
            yield path, ast.parse(source)
