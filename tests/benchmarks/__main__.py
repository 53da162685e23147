"""Every benchmark that has a bar, one after the other, each in a process of its own.

    python tests/benchmarks

Leave the machine alone meanwhile. ``pip install '.[bench]'`` adds the peers; those that are absent
are left out. ``bench_reading.py`` trains for three minutes and is run by itself.
"""

import subprocess
import sys
from pathlib import Path

from report import header

BENCHMARKS = (
    "bench_start.py",
    "bench_training.py",
    "bench_window.py",
    "bench_cursor.py",
    "bench_drawing.py",
    "bench_plot.py",
    "bench_graph.py",
    "bench_deep.py",
    "bench_memory.py",
)


def main() -> int:
    """Print the table; the number of benchmarks that could not be run."""
    print(header(), flush=True)
    here = Path(__file__).parent
    runs = [subprocess.run([sys.executable, str(here / name)], check=False) for name in BENCHMARKS]
    return sum(run.returncode != 0 for run in runs)


if __name__ == "__main__":
    raise SystemExit(main())
