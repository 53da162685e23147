"""Windows on scripts: what the process runs that a script has started as its window."""

import sys

from backprop_viz.desktop.arguments import Arguments


def open_attached() -> None:
    """Open a window at the end of the connection whose descriptors are this process's arguments.

    After them come the theme and the language, "" for none, and the script's run's own options.
    """
    from backprop_viz.stream.pipe import pipe_ends

    theme, language, *options = sys.argv[3:]
    ends = pipe_ends(sys.argv[1:3])
    told = theme or None, None, language or None, ends
    raise SystemExit(follow_scripts(Arguments({}, *told, run_options=tuple(options))))


def follow_scripts(arguments: Arguments) -> int:
    """Open a window on scripts at the other ends of connections; returns the exit status."""
    from backprop_viz.desktop.system import system_libraries

    system_libraries.ensure()
    import numpy  # noqa: F401 - before Qt: PySide reads the source of all imported after it

    from backprop_viz.desktop.application import run

    return run(arguments)
