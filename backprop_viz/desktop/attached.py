"""What the process runs that a script has started as its window."""

import sys


def open_attached() -> None:
    """Open a window at the end of the line whose descriptors are this process's arguments."""
    from backprop_viz.desktop import system_libraries
    from backprop_viz.stream.pipe import line

    incoming, outgoing = line(sys.argv[1:3])
    system_libraries.ensure()
    import numpy  # noqa: F401 - before Qt: PySide reads the source of all imported after it

    from backprop_viz.desktop.application import run
    from backprop_viz.desktop.arguments import Arguments

    raise SystemExit(run(Arguments({}, None, None, line=(incoming, outgoing))))
