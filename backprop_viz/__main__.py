"""``python -m backprop_viz`` and the ``backprop-viz`` command."""

import sys
from collections.abc import Sequence

from .arguments import parse


def main(argv: Sequence[str] | None = None) -> int:
    """Read the command line, open the window, return the exit status."""
    arguments = parse(sys.argv[1:] if argv is None else argv)
    from .worker_process import start_ahead

    start_ahead()
    from .app import run

    return run(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
