"""Starts the worker's process. Imports next to nothing, so that it can be done first of all."""

import os
import subprocess
import sys

# What the worker's interpreter runs: it finds modules where this one does.
_START = "import sys; sys.path[:] = {path!r}; from backprop_viz.link import serve; serve()"

# glibc else gives each thread a heap of its own, and none gives another what it does not need. Nor
# are small pieces kept apart for each thread: they would come to lie all over the heap, and each
# keeps a whole page.
_ENVIRONMENT = {"MALLOC_ARENA_MAX": "1", "GLIBC_TUNABLES": "glibc.malloc.tcache_count=0"}

_ahead: list[subprocess.Popen[bytes]] = []


def start_ahead() -> None:
    """Start a process now, so that torch loads while Qt does; the next ``take`` gets it."""
    _ahead.append(_start())


def take() -> subprocess.Popen[bytes]:
    """A process that waits for its settings; ends by itself if its standard input is closed."""
    return _ahead.pop() if _ahead else _start()


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", _START.format(path=sys.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=_ENVIRONMENT | os.environ,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
