"""Where a script listens, as people write it."""

from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import urlsplit

from backprop_viz.recording.errors import ArgumentError
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

# How an address begins, without and with TLS.
SCHEMES = ("tcp:", "tls:")


@dataclass(frozen=True, slots=True)
class ScriptAddress:
    """A host, a port, and whether TLS is spoken there.

    ``fingerprint`` is the SHA-256 of the certificate that the script has to have, in lower-case
    hexadecimal; "": a certificate for the host by an authority that is known.
    """

    host: str
    port: int
    tls: bool = False
    fingerprint: str = ""

    def __str__(self) -> str:
        """As it is written; without the fingerprint."""
        return f"{'tls' if self.tls else 'tcp'}://{self.place}"

    @property
    def place(self) -> str:
        """ "host:port"."""
        return f"{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    def at_port(self, port: int) -> Self:
        """The same, at another port."""
        return replace(self, port=port)


def script_address(url: str) -> ScriptAddress:
    """What "tcp://host:port" or "tls://host:port#fingerprint" says; without a host the loopback.

    Raises ArgumentError for anything else.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    pin = parts.fragment.replace(":", "").lower()
    is_pin = len(pin) == 64 and not set(pin) - set("0123456789abcdef")
    wrong = port is None or parts.path not in ("", "/") or f"{parts.scheme}:" not in SCHEMES
    if port is None or wrong or (pin and not (is_pin and parts.scheme == "tls")):
        text = QT_TRANSLATE_NOOP(
            "errors",
            "{0} is not an address: write tcp://HOST:PORT, or tls://HOST:PORT#FINGERPRINT.",
        )
        raise ArgumentError(text, url)
    return ScriptAddress(parts.hostname or "127.0.0.1", port, parts.scheme == "tls", pin)
