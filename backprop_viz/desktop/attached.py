"""Windows on scripts: what the process runs that a script has started as its window."""

import sys
from typing import IO


def open_attached() -> None:
    """Open a window at the end of the line whose descriptors are this process's arguments.

    After them come the theme and the language, "" for none.
    """
    from backprop_viz.stream.pipe import line

    theme, language = (*sys.argv[3:5], "", "")[:2]
    raise SystemExit(follow_script(line(sys.argv[1:3]), theme or None, language or None))


def follow_script(
    line: tuple[IO[bytes], IO[bytes]], theme: str | None, language: str | None
) -> int:
    """Open a window on the script at the other end of a line; returns the exit status."""
    from backprop_viz.desktop import system_libraries

    system_libraries.ensure()
    import numpy  # noqa: F401 - before Qt: PySide reads the source of all imported after it

    from backprop_viz.desktop.application import run
    from backprop_viz.desktop.arguments import Arguments

    return run(Arguments({}, theme, None, language, line))
