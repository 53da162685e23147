"""Starts a window on a script, in a process of its own. Qt is never imported here."""

import os
import subprocess
import sys
from typing import IO, Any

# What the window's interpreter runs: it finds modules where this one does.
_START = """
import sys
sys.path[:] = {path!r}
from backprop_viz.desktop.attached import open_attached
open_attached()
"""


def start_window() -> tuple[subprocess.Popen[bytes], IO[bytes], IO[bytes]]:
    """A window that waits at the end of a line; (process, incoming, outgoing). Raises OSError."""
    theirs_in, ours_out = os.pipe()
    ours_in, theirs_out = os.pipe()
    try:
        process = _spawn(theirs_in, theirs_out)
    except BaseException:
        os.close(ours_in)
        os.close(ours_out)
        raise
    finally:
        os.close(theirs_in)
        os.close(theirs_out)
    return process, os.fdopen(ours_in, "rb"), os.fdopen(ours_out, "wb")


def _spawn(incoming: int, outgoing: int) -> subprocess.Popen[bytes]:
    how: dict[str, Any]
    if sys.platform == "win32":
        import msvcrt

        ends = [msvcrt.get_osfhandle(end) for end in (incoming, outgoing)]
        for end in ends:
            os.set_handle_inheritable(end, True)
        startup = subprocess.STARTUPINFO(lpAttributeList={"handle_list": ends})
        how = {"startupinfo": startup}
    else:
        ends = [incoming, outgoing]
        # In a session of its own: Ctrl+C in the terminal is for the script.
        how = {"pass_fds": ends, "start_new_session": True}
    path = [os.path.abspath(entry) for entry in sys.path]
    return subprocess.Popen(
        [sys.executable, "-c", _START.format(path=path), *map(str, ends)],
        stdin=subprocess.DEVNULL,
        **how,
    )
