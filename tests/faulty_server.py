"""A local HTTP server whose every answer can be made to go wrong."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[["Handler", bytes], None]


class Handler(BaseHTTPRequestHandler):
    server: "Server"

    def do_GET(self) -> None:
        name = self.path.strip("/")
        self.server.asked.append(name)
        answer = self.server.answers.get(name, whole)
        answer(self, self.server.files[name])

    def begin(self, length: int) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """``answers``: by file name, how to serve it; ``whole`` where nothing is said."""

    daemon_threads = False
    block_on_close = True

    def __init__(self, files: dict[str, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files = files
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        # What stalls goes on when this is set.
        self.release = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"

    def handle_error(self, *_: object) -> None:
        """A client that went away is what is tested."""


@contextmanager
def serving(files: dict[str, bytes]) -> Iterator[Server]:
    server = Server(files)
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01))
    thread.start()
    try:
        yield server
    finally:
        server.release.set()
        server.shutdown()
        thread.join()
        server.server_close()


def whole(handler: Handler, body: bytes) -> None:
    handler.begin(len(body))
    handler.wfile.write(body)


def shorter(handler: Handler, body: bytes) -> None:
    handler.begin(len(body))
    handler.wfile.write(body[: len(body) // 2])


def reset(handler: Handler, body: bytes) -> None:
    handler.begin(len(body))
    handler.wfile.write(body[: len(body) // 2])
    # Closed like this, the socket sends a reset instead of an end.
    linger = struct.pack("ii", 1, 0)
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    handler.connection.close()


def stalled(handler: Handler, body: bytes) -> None:
    handler.begin(len(body))
    handler.wfile.write(body[: len(body) // 2])
    handler.wfile.flush()
    handler.server.release.wait(60)


def silent(handler: Handler, body: bytes) -> None:
    handler.server.release.wait(60)


def intervention(handler: Handler, body: bytes) -> None:
    """As long as it should be, with one bit changed."""
    whole(handler, body[:-1] + bytes([body[-1] ^ 1]))


def portal(handler: Handler, body: bytes) -> None:
    whole(handler, b"<html>Log in to this network</html>")


def endless(handler: Handler, body: bytes) -> None:
    handler.send_response(200)
    handler.end_headers()
    while not handler.server.release.is_set():
        handler.wfile.write(bytes(1 << 16))


def missing(handler: Handler, body: bytes) -> None:
    handler.send_error(404)


def broken(handler: Handler, body: bytes) -> None:
    handler.send_error(500)
