"""``python -m tests.forged --count N --seed S``: what became of so many forged sessions."""

import argparse
import faulthandler
import sys
import tempfile
import traceback
from pathlib import Path

from tests.forged.run import Forger


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.forged")
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    faulthandler.enable()
    with tempfile.TemporaryDirectory() as folder:
        forger = Forger(Path(folder), options.seed)
        figures = forger.run(options.count, lambda text: print(text, file=sys.stderr, flush=True))
        forger.close()
    print(f"seed {options.seed}: {figures}")
    return 1 if figures.wrong else 0


try:
    status = main()
except Exception:  # the window's watch has taken the hook that would print it
    traceback.print_exc()
    status = 2
sys.exit(status)
