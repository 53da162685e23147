"""Lets a window attach to a watched loop over TCP, whenever it comes, and again."""

import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress

from backprop_viz.recording.errors import UserError
from backprop_viz.stream.refused_error import RefusedError
from backprop_viz.stream.script_address import ScriptAddress
from backprop_viz.stream.socket_connection import Ends, accepted, listening
from backprop_viz.stream.tls import Certificate
from backprop_viz.stream.token_file import read_token

# One who is being asked for the token may keep a server that long from its end.
_ENDS_WITHIN_S = 5.0


class WindowServer:
    """Listens; ``attached`` is called, in a thread of its own, with the ends of each connection.

    A window that does not know the token is turned away, which is said on standard error. With a
    ``certificate`` the connection is under TLS.
    Raises UserError if the address cannot be listened at, or the token cannot be had.
    """

    def __init__(
        self,
        address: ScriptAddress,
        attached: Callable[[Ends], None],
        certificate: Certificate | None = None,
    ) -> None:
        self._token = read_token()
        self._attached, self._certificate = attached, certificate
        self._socket = listening(address)
        self._closed = False
        self._thread = threading.Thread(target=self._serve, name="backprop_viz server", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """The port that it listens at."""
        port: int = self._socket.getsockname()[1]
        return port

    def close(self) -> None:
        """Listen no longer; a connection that is open stays."""
        self._closed = True
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        if threading.current_thread() is not self._thread:
            self._thread.join(_ENDS_WITHIN_S)

    def _serve(self) -> None:
        while not self._closed:
            try:
                link, peer = self._socket.accept()
            except OSError:
                return
            try:
                ends = accepted(link, self._certificate, self._token)
            except RefusedError as error:
                print(f"backprop_viz: {peer[0]} was turned away. {error}", file=sys.stderr)
            except UserError as error:
                print(f"backprop_viz: {error}", file=sys.stderr)
            else:
                self._attached(ends)
