"""A tunnel over loopback that can be cut and restored, as an ssh tunnel drops."""

import socket
import threading
from contextlib import suppress


def seen(data: bytes) -> None:
    """Told what passes; a test may put something else in its place."""


class CutProxy:
    """Passes bytes between whoever connects to ``port`` and whoever listens at ``target``."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.port = 0
        self._links: list[socket.socket] = []
        self._server: socket.socket | None = None
        self.restore()

    def restore(self) -> None:
        """Take connections (again), at the same port."""
        self._server = server = socket.create_server(("127.0.0.1", self.port))
        self.port = server.getsockname()[1]
        threading.Thread(target=self._serve, args=(server,), daemon=True).start()

    def cut(self) -> None:
        """End all connections, and take none until it is restored."""
        if self._server is not None:
            with suppress(OSError):
                self._server.shutdown(socket.SHUT_RDWR)
            self._server.close()
            self._server = None
        for link in self._links:
            with suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)
            link.close()
        self._links.clear()

    def _serve(self, server: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _ = server.accept()
                far = socket.create_connection(("127.0.0.1", self.target))
                self._links += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=_pass, args=(one, other), daemon=True).start()


def _pass(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            seen(data)
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
