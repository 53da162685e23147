"""What forks workers for tests, in this process and in those that tests start."""

from backprop_viz.desktop.clients import worker_process
from tests.forked_process import FORKS, ForkServer

_WORKERS_HAVE = """
import backprop_viz.worker.main, backprop_viz.worker.loop
from tests import drawn_digits
drawn_digits.leave_the_rest()
drawn_digits.draw_first()
"""


def worker_server() -> ForkServer:
    """A server for ``worker_process.subprocess``."""
    return ForkServer(_WORKERS_HAVE, worker_process._ENVIRONMENT)


def fork_workers() -> None:
    """Have this process's workers forked until it ends; by night they are started."""
    if FORKS:
        worker_process.subprocess = worker_server()  # type: ignore[assignment]
