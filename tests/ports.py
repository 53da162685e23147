"""Ports that tests may listen at."""

import random
import socket
from contextlib import suppress


def two_free_ports() -> int:
    """The first of two ports beside each other that nobody listens at.

    They are below those that the system gives to whoever connects, which come and go.
    """
    while True:
        port = random.randrange(20_000, 32_000)
        with (
            suppress(OSError),
            socket.create_server(("127.0.0.1", port)),
            socket.create_server(("127.0.0.1", port + 1)),
        ):
            return port
