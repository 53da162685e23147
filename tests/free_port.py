"""A port that nobody listens at."""

import socket


def free_port() -> int:
    """One that the system has just given out and taken back."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port
