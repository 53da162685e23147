"""The files of ranks that have trained together, made once for all tests that look at them."""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

_SCRIPT = Path(__file__).parent / "capture" / "live" / "forked_ranks.py"


def train_ranks(kind: str, to: str = "", ranks: int = 2, steps: int = 4) -> list[str]:
    """What ranks print that train together, sorted; with ``to``, they are watched."""
    command = [sys.executable, str(_SCRIPT), kind, to, str(ranks), str(steps)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return sorted(line for line in done.stdout.splitlines() if line.startswith("rank"))


@cache
def printed_and_files(kind: str, ranks: int = 2) -> tuple[list[str], tuple[Path, ...]]:
    """What the ranks of a kind of training print, and the files that they wrote, by rank."""
    folder = Path(tempfile.mkdtemp(prefix="ranks"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    printed = train_ranks(kind, str(folder / "run.bprec"), ranks)
    return printed, tuple(folder / f"run.rank{rank}.bprec" for rank in range(ranks))


def rank_files(kind: str, ranks: int = 2) -> tuple[Path, ...]:
    """The files of a kind of training, by rank. Do not change them."""
    return printed_and_files(kind, ranks)[1]
