"""The worker's ends of the pipes that the window started it with."""

import os
import sys
from typing import IO


def pipe_ends(arguments: list[str]) -> tuple[IO[bytes], IO[bytes]]:
    """The worker's ends of the connection, (incoming, outgoing), from its program's arguments."""
    incoming, outgoing = map(int, arguments)
    if sys.platform == "win32":
        import msvcrt

        incoming = msvcrt.open_osfhandle(incoming, os.O_RDONLY | os.O_BINARY)
        outgoing = msvcrt.open_osfhandle(outgoing, os.O_BINARY)
    else:
        # Programs that the worker starts must not keep the connection open.
        for descriptor in (incoming, outgoing):
            os.set_inheritable(descriptor, False)
    return os.fdopen(incoming, "rb"), os.fdopen(outgoing, "wb")
