"""What forks workers for tests, in this process and in those that tests start."""

import atexit
import os
from functools import cache
from typing import Any

from backprop_viz.desktop.clients import worker_process
from tests.forked_process import FORKS, ForkServer

_WORKERS_HAVE = """
import backprop_viz.worker.main, backprop_viz.worker.loop
from tests import drawn_digits
drawn_digits.leave_the_rest()
drawn_digits.draw_first()
"""


# The number of the server's file, in the environment of a process that shares it.
_SHARED = "TESTS_WORKER_SERVER"


@cache
def worker_server() -> ForkServer:
    """The server for ``worker_process.subprocess``, until this process ends."""
    if _SHARED in os.environ:
        return ForkServer.shared(int(os.environ.pop(_SHARED)))
    server = ForkServer(_WORKERS_HAVE, worker_process.WORKER_ENVIRONMENT, for_all=True)
    atexit.register(server.close)
    return server


def sharing_server() -> dict[str, Any]:
    """What ``subprocess`` is told of a process that calls ``fork_workers``: it uses our server."""
    if not FORKS:
        return {}
    number = worker_server().fileno()
    return {"env": {**os.environ, _SHARED: str(number)}, "pass_fds": [number]}


def fork_workers() -> None:
    """Have this process's workers forked until it ends; by night they are started."""
    if FORKS:
        worker_process.subprocess = worker_server()  # type: ignore[assignment]
