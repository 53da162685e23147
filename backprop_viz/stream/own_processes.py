"""How this program starts processes of its own: by the interpreter, or by the stand-alone bundle.

A bundle has no interpreter that could be given code: it starts itself, and its first argument says
what the new process is.
"""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

# The first argument of a bundle's process that is the worker, or the window of a script.
AS_WORKER, AS_WINDOW = "--as-worker", "--as-window"


def is_bundle() -> bool:
    """Whether this process is the stand-alone bundle's."""
    return bool(getattr(sys, "frozen", False))


def program_command(*arguments: str) -> list[str]:
    """The command that starts this program with these arguments."""
    started = [_bundle()] if is_bundle() else [sys.executable, "-m", "backprop_viz"]
    return [*started, *arguments]


def part_command(code: str, name: str) -> list[str]:
    """The command that starts a process which runs this code; a bundle has it by its name."""
    if not is_bundle():
        return [sys.executable, "-c", code]
    # A worker ends with the process that starts it, a window need not.
    return [_bundle() if name == AS_WINDOW else sys.executable, name]


def _bundle() -> str:
    """The bundle's file for a process that may outlive this one.

    An AppImage is mounted while its first process runs, somewhere else each time: then the image.
    """
    image, mounted = os.environ.get("APPIMAGE"), os.environ.get("APPDIR")
    # The two may be those of a terminal that is an AppImage.
    ours = image and mounted and Path(sys.executable).is_relative_to(mounted)
    return image if image and ours else sys.executable


def outside(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for a program of the system, which must not load a bundle's libraries."""
    found = dict(environment)
    if is_bundle():
        before = found.pop("LD_LIBRARY_PATH_ORIG", None)
        found.pop("LD_LIBRARY_PATH", None)
        if before is not None:
            found["LD_LIBRARY_PATH"] = before
    return found


def with_ends(ends: Sequence[int], *, console: bool) -> tuple[list[str], dict[str, Any]]:
    """How a process is given the ends of a connection, and no other file of this one's.

    Returns what tells it of them, as arguments, and the options of ``subprocess.Popen``. The
    process has a session of its own: what a terminal sends to all that runs in it, as at Ctrl+C or
    when it is closed, is for the process that it belongs to. ``console``: on Windows the process
    may have one.
    """
    if sys.platform == "win32":
        import msvcrt

        handles = [msvcrt.get_osfhandle(end) for end in ends]
        for handle in handles:
            os.set_handle_inheritable(handle, True)
        how: dict[str, Any] = {
            "startupinfo": subprocess.STARTUPINFO(lpAttributeList={"handle_list": handles}),
            "creationflags": subprocess.CREATE_NEW_PROCESS_GROUP,
        }
        if not console:
            how["creationflags"] |= subprocess.CREATE_NO_WINDOW
        return [*map(str, handles)], how
    return [*map(str, ends)], {"pass_fds": list(ends), "start_new_session": True}
