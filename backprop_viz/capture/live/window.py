"""Starts a window on a script, in a process of its own. Qt is never imported here."""

import os
import subprocess
import sys
from collections.abc import Sequence
from typing import IO

from backprop_viz.stream.own_processes import AS_WINDOW, part_command, with_ends

# What the window's interpreter runs: it finds modules where this one does.
WINDOW_START = """
import sys
sys.path[:] = {path!r}
from backprop_viz.desktop.attached import open_attached
open_attached()
"""


def has_display() -> bool:
    """Whether a window can be opened here, as far as the environment tells."""
    names = "QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "DISPLAY"
    return not sys.platform.startswith("linux") or any(map(os.environ.get, names))


def start_window(
    theme: str | None = None, language: str | None = None, options: Sequence[str] = ()
) -> tuple[subprocess.Popen[bytes], IO[bytes], IO[bytes]]:
    """A window that waits at the end of a connection; (process, incoming, outgoing).

    ``theme`` is "light" or "dark", ``language`` a code; None: as the system has them. ``options``
    are those of the command that the window keeps if it runs the script again.
    """
    theirs_in, ours_out = os.pipe()
    ours_in, theirs_out = os.pipe()
    try:
        process = _spawn(theirs_in, theirs_out, (theme or "", language or "", *options))
    except BaseException:
        os.close(ours_in)
        os.close(ours_out)
        raise
    finally:
        os.close(theirs_in)
        os.close(theirs_out)
    return process, os.fdopen(ours_in, "rb"), os.fdopen(ours_out, "wb")


def _spawn(incoming: int, outgoing: int, told: Sequence[str]) -> subprocess.Popen[bytes]:
    arguments, how = with_ends((incoming, outgoing), console=True)
    path = [os.path.abspath(entry) for entry in sys.path]
    return subprocess.Popen(
        [*part_command(WINDOW_START.format(path=path), AS_WINDOW), *arguments, *told],
        stdin=subprocess.DEVNULL,
        **how,
    )
