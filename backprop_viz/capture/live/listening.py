"""A training that listens: a window attaches over TCP when it likes."""

import sys
from os import PathLike

from backprop_viz.capture.live.live_run import LiveRun
from backprop_viz.capture.live.own_rank import own_rank
from backprop_viz.capture.live.server import WindowServer
from backprop_viz.recording.errors import ArgumentError
from backprop_viz.recording.run.program import Program
from backprop_viz.recording.run.run_origin import RunOrigin
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP
from backprop_viz.stream.messages import RunEnded
from backprop_viz.stream.script_address import ScriptAddress, script_address
from backprop_viz.stream.tls import Certificate


def listen_for_windows(
    to: str,
    origin: RunOrigin,
    program: Program,
    *,
    every: int | None = None,
    first: int = 1,
    certificate: str | PathLike[str] | None = None,
    key: str | PathLike[str] | None = None,
) -> tuple[LiveRun, WindowServer]:
    """What follows a loop that runs freely, and what listens at ``to``: "tcp://HOST:PORT".

    Of several processes each listens at PORT plus its rank. Standard error tells how to attach.
    ``first``: iterations are recorded from this one on. Raises UserError where it cannot listen.
    """
    address = own_address(to)
    proof = _certificate(address, certificate, key)
    follower = LiveRun(None, origin, program, runs_freely=True, every=every, first=first)
    server: WindowServer | None = None
    try:
        server = WindowServer(address, follower.attach, proof)
        where = str(address.at_port(server.port))
    except BaseException:
        if server is not None:
            server.close()
        follower.ended(RunEnded(1), None)
        raise
    if proof is not None:
        where = f"{where}#{proof.fingerprint}"
    print(f"backprop_viz: a window attaches by: backprop-viz attach {where}", file=sys.stderr)
    return follower, server


def own_address(to: str) -> ScriptAddress:
    """Where this process listens: each of several ranks at a port of its own."""
    address, (rank, _) = script_address(to), own_rank()
    return address.at_port(address.port + rank) if address.port else address


def _certificate(
    address: ScriptAddress,
    certificate: str | PathLike[str] | None,
    key: str | PathLike[str] | None,
) -> Certificate | None:
    """What to prove with who one is. Raises ArgumentError where it is missing, or useless."""
    if address.tls == (certificate is None):
        raise ArgumentError(
            QT_TRANSLATE_NOOP("errors", "tls://HOST:PORT and certificate= belong together.")
        )
    return None if certificate is None else Certificate(certificate, key)
