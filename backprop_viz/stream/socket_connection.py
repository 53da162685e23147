"""A connection over TCP between a script and a window, open only to those who know the token.

Each side sends 32 random bytes; each answers with the HMAC-SHA-256, under the token, of its role
and of both. So neither the token crosses the connection, nor can an answer be used again. All else
goes as it is: over an untrusted network the connection goes through a tunnel, as ``ssh -L`` makes,
or TLS.
"""

import hmac
import secrets
import socket
from contextlib import suppress
from io import BufferedWriter
from typing import IO, Literal

from backprop_viz.recording.errors import UserError
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP
from backprop_viz.stream.refused_error import RefusedError
from backprop_viz.stream.script_address import ScriptAddress
from backprop_viz.stream.tls import Certificate, trusted

Side = Literal["script", "window"]
Ends = tuple[IO[bytes], IO[bytes]]

# What both sides send first: it tells a stranger from an older version.
_MAGIC = b"bpviz-line-1\n"
_NONCE, _ANSWER = 32, 32
# How long a silent peer is waited for.
_ANSWERS_WITHIN_S = 5.0
# A silent connection is asked after 10 s whether it still stands, and given up after 30.
_KEEPALIVE = (
    *(("TCP_KEEPIDLE", 10), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 4)),
    ("TCP_USER_TIMEOUT", 30_000),
)


def listening(address: ScriptAddress) -> socket.socket:
    """A socket that listens; port 0 takes a free one. Raises UserError if it cannot be had."""
    try:
        return socket.create_server((address.host, address.port), reuse_port=False)
    except OSError as error:
        text = QT_TRANSLATE_NOOP("errors", "Cannot listen at {0}: {1}.")
        raise UserError(text, address.place, error.strerror or error) from error


def connected(address: ScriptAddress, token: bytes) -> Ends:
    """A window's ends of a connection to a script that listens, (incoming, outgoing).

    Raises UserError where there is none, RefusedError where the token or certificate is another.
    """
    try:
        link = socket.create_connection((address.host, address.port), timeout=_ANSWERS_WITHIN_S)
    except OSError as error:
        text = QT_TRANSLATE_NOOP("errors", "Nothing answers at {0}: {1}.")
        raise UserError(text, address.place, error.strerror or error) from error
    _prepare(link)
    if address.tls:
        link = trusted(link, address.host, address.fingerprint)
    return proven(link, "window", token)


def accepted(link: socket.socket, certificate: Certificate | None, token: bytes) -> Ends:
    """A script's ends of a connection to a window that has connected. Raises RefusedError."""
    _prepare(link)
    if certificate is not None:
        link = certificate.accepted(link)
    return proven(link, "script", token)


def proven(link: socket.socket, role: Side, token: bytes) -> Ends:
    """Both ends of a connection, once each side has shown that it knows the token.

    Closes the connection and raises RefusedError if the other does not.
    """
    try:
        link.settimeout(_ANSWERS_WITHIN_S)
        mine = secrets.token_bytes(_NONCE)
        link.sendall(_MAGIC + mine)
        if _received(link, len(_MAGIC)) != _MAGIC:
            raise RefusedError(QT_TRANSLATE_NOOP("errors", "The other side is not backprop_viz."))
        theirs = _received(link, _NONCE)
        other: Side = "window" if role == "script" else "script"
        first, second = (mine, theirs) if role == "script" else (theirs, mine)
        link.sendall(_answer(token, role, first, second))
        if not hmac.compare_digest(_received(link, _ANSWER), _answer(token, other, first, second)):
            raise RefusedError(
                QT_TRANSLATE_NOOP(
                    "errors",
                    "The token does not match: copy the script's token file to this machine.",
                )
            )
        link.settimeout(None)
    except (OSError, EOFError) as error:
        link.close()
        text = QT_TRANSLATE_NOOP("errors", "The other side has refused the connection.")
        raise RefusedError(text) from error
    except BaseException:
        link.close()
        raise
    return link.makefile("rb"), _Outgoing(link)


def _prepare(link: socket.socket) -> None:
    """Have the system send at once, and end a connection whose other side is gone silently."""
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    link.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE:
        if hasattr(socket, name):  # not every system has each
            link.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


class _Outgoing(BufferedWriter):
    """What is written to a connection; the other side is told when it is closed."""

    def __init__(self, link: socket.socket) -> None:
        super().__init__(link.makefile("wb", buffering=0))
        self._link = link

    def close(self) -> None:
        """Send what is left, and say that no more comes."""
        with suppress(OSError):
            super().close()
        with suppress(OSError):
            self._link.shutdown(socket.SHUT_WR)
        self._link.close()


def _answer(token: bytes, role: Side, script: bytes, window: bytes) -> bytes:
    return hmac.digest(token, role.encode() + script + window, "sha256")


def _received(link: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        more = link.recv(size - len(found))
        if not more:
            raise EOFError
        found += more
    return found
