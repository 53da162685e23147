"""``python -m tests.monkey --seed N --actions K``: one run; on a failure, its shortest prefix."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.monkey.run import RunError, run
from tests.monkey.scripts import CHANGED

NAMES = ", ".join(CHANGED)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.monkey")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--actions", type=int, default=1000)
    parser.add_argument("--only", help="the numbers of the actions to do, with commas between them")
    parser.add_argument("--journal", type=Path, help="where to write what was done")
    parser.add_argument("--keep-going", action="store_true", help="journal what goes wrong, go on")
    parser.add_argument("--script", default="", help="the window is that of a script: " + NAMES)
    options = parser.parse_args()
    numbers = range(options.actions)
    if options.only is not None:
        numbers = [int(n) for n in options.only.split(",") if n]
    with tempfile.TemporaryDirectory() as folder:
        journal = options.journal or Path(folder) / "journal"
        try:
            print(
                run(
                    options.seed,
                    numbers,
                    Path(folder),
                    journal,
                    options.keep_going,
                    options.script,
                )
            )
        except RunError as failed:
            print(f"seed {options.seed}: {failed}", file=sys.stderr)
            last = (
                journal.read_text(encoding="utf-8").splitlines()[-12:] if journal.exists() else []
            )
            print("\n".join(last), file=sys.stderr)
            sys.stderr.flush()
            return 1
    return 0


sys.exit(main())
