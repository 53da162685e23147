"""TLS around a connection; the window knows the certificate by its authority or fingerprint.

One thread alone talks to OpenSSL, whose connections are not made for two; what the program reads
and writes goes through a pair of sockets.
"""

import hashlib
import hmac
import os
import selectors
import socket
import ssl
import threading
from contextlib import suppress
from os import PathLike

from backprop_viz.recording.errors import UserError
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP
from backprop_viz.stream.refused_error import RefusedError

# Names a file of authorities' certificates that a window trusts, in place of the system's.
CA_VARIABLE = "BACKPROP_VIZ_CA_FILE"
_HANDSHAKE_WITHIN_S = 5.0
_PIECE = 2**16
# What OpenSSL calls a certificate that has expired, or is not yet valid.
_EXPIRED, _NOT_YET = 10, 9


class Certificate:
    """What a script proves with who it is. Raises UserError if the files cannot be used.

    ``key``: the file of its private key, if that is not in the certificate's own.
    """

    def __init__(
        self, certificate: str | PathLike[str], key: str | PathLike[str] | None = None
    ) -> None:
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        try:
            # No password is asked for in the middle of a training.
            self.context.load_cert_chain(certificate, key, password=lambda: "")
            with open(certificate, encoding="ascii", errors="replace") as file:
                text = file.read()
        except (OSError, ssl.SSLError) as error:
            found = QT_TRANSLATE_NOOP("errors", "The certificate in {0} cannot be used: {1}.")
            raise UserError(found, os.fspath(certificate), error.strerror or error) from error
        first = text[text.index("-----BEGIN CERTIFICATE") :].partition("-----END CERTIFICATE-----")
        self.fingerprint = fingerprint_of(ssl.PEM_cert_to_DER_cert(first[0] + first[1] + "\n"))

    def accepted(self, link: socket.socket) -> socket.socket:
        """A connection that a window has made, under TLS. Raises RefusedError."""
        try:
            link.settimeout(_HANDSHAKE_WITHIN_S)
            return _plain_end(self.context.wrap_socket(link, server_side=True))
        except OSError as error:
            link.close()
            text = QT_TRANSLATE_NOOP("errors", "It does not speak TLS, or refuses the certificate.")
            raise RefusedError(text) from error


def fingerprint_of(der: bytes) -> str:
    """The SHA-256 of a certificate in DER, in hexadecimal."""
    return hashlib.sha256(der).hexdigest()


def trusted(link: socket.socket, host: str, fingerprint: str) -> socket.socket:
    """A connection to a script, under TLS, once its certificate is found to be the right one.

    It has this ``fingerprint``; "": it is for the ``host``, by an authority that is known.
    Raises RefusedError.
    """
    try:
        link.settimeout(_HANDSHAKE_WITHIN_S)
        context = _context(pinned=bool(fingerprint))
        wrapped = context.wrap_socket(link, server_hostname=host)
        found = fingerprint_of(wrapped.getpeercert(binary_form=True) or b"")
        if fingerprint and not hmac.compare_digest(found, fingerprint):
            wrapped.close()
            text = QT_TRANSLATE_NOOP(
                "errors", "The certificate of {0} has another fingerprint: {1}. It is not trusted."
            )
            raise RefusedError(text, host, found)
        return _plain_end(wrapped)
    except ssl.SSLCertVerificationError as error:
        link.close()
        raise _refusal(host, error) from error
    except OSError as error:
        link.close()
        text = QT_TRANSLATE_NOOP("errors", "{0} does not speak TLS: write tcp:// if it should not.")
        raise RefusedError(text, host) from error


def _context(*, pinned: bool) -> ssl.SSLContext:
    file = os.environ.get(CA_VARIABLE)
    try:
        context = ssl.create_default_context(cafile=file if file and not pinned else None)
    except (OSError, ssl.SSLError) as error:
        text = QT_TRANSLATE_NOOP("errors", "The certificate in {0} cannot be used: {1}.")
        raise RefusedError(text, file, error.strerror or error) from error
    if pinned:  # whoever has signed it, and whatever it is for
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _refusal(host: str, error: ssl.SSLCertVerificationError) -> RefusedError:
    if error.verify_code in (_EXPIRED, _NOT_YET):
        text = QT_TRANSLATE_NOOP(
            "errors", "The certificate of {0} has expired, or is not valid yet."
        )
        return RefusedError(text, host)
    if "mismatch" in error.verify_message:
        text = QT_TRANSLATE_NOOP("errors", "The certificate is for another name than {0}.")
        return RefusedError(text, host)
    text = QT_TRANSLATE_NOOP(
        "errors",
        "Nobody that is trusted here has signed the certificate of {0}: write "
        "tls://HOST:PORT#FINGERPRINT, as the script has printed it, or give the authority's "
        "certificate with --ca.",
    )
    return RefusedError(text, host)


def _plain_end(link: ssl.SSLSocket) -> socket.socket:
    """A socket at whose other end a thread talks TLS with the peer."""
    link.setblocking(False)
    near, far = socket.socketpair()
    far.setblocking(False)
    _Tunnel(far, link).start()
    return near


class _Tunnel:
    """Passes bytes between a plain socket and one under TLS, both of which do not block."""

    def __init__(self, plain: socket.socket, link: ssl.SSLSocket) -> None:
        self._plain, self._link = plain, link
        self._out, self._in = b"", b""  # to the peer, and from it
        self._plain_open = True  # whether more may come from the plain side
        self._peer_open = True
        self._told_end = False  # whether the peer knows that no more comes

    def start(self) -> None:
        """Pass bytes until both sides have ended."""
        threading.Thread(target=self._run, name="backprop_viz tls", daemon=True).start()

    def _run(self) -> None:
        selector = selectors.DefaultSelector()
        with self._plain, self._link, selector, suppress(OSError):
            while self._peer_open or self._in:
                self._read_peer()
                self._write_plain()
                self._read_plain()
                self._write_peer()
                if self._in or not self._link.pending():
                    self._wait(selector)

    def _wait(self, selector: selectors.BaseSelector) -> None:
        """Wait until one of the two can go on."""
        read, write = selectors.EVENT_READ, selectors.EVENT_WRITE
        plain = read if self._plain_open and not self._out else 0
        plain |= write if self._in else 0
        peer = 0 if self._in else read
        peer |= write if self._out else 0
        for one, events in ((self._plain, plain), (self._link, peer)):
            if one in selector.get_map():
                selector.unregister(one)
            if events:
                selector.register(one, events)
        if selector.get_map():
            selector.select()

    def _read_peer(self) -> None:
        if self._in or not self._peer_open:
            return
        try:
            self._in = self._link.recv(_PIECE)
            self._peer_open = bool(self._in)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            pass

    def _write_plain(self) -> None:
        if self._in:
            with suppress(BlockingIOError):
                self._in = self._in[self._plain.send(self._in) :]

    def _read_plain(self) -> None:
        if self._out or not self._plain_open:
            return
        with suppress(BlockingIOError):
            self._out = self._plain.recv(_PIECE)
            self._plain_open = bool(self._out)

    def _write_peer(self) -> None:
        if self._out:
            with suppress(ssl.SSLWantWriteError, ssl.SSLWantReadError):
                self._out = self._out[self._link.send(self._out) :]
        if not self._plain_open and not self._out and not self._told_end:
            # Of the connection itself: SSLSocket.shutdown would leave off TLS in both directions.
            self._told_end = True
            socket.socket.shutdown(self._link, socket.SHUT_WR)
