"""Every benchmark that has a bar, one after the other, each in a process of its own.

    python tests/benchmarks [--picture FILE]

It takes an hour and a quarter, nearly half of it a soak, whose memory ``--picture`` draws: leave
the machine alone meanwhile. ``pip install '.[bench]'`` adds the peers; those that are absent are
left out. ``bench_classification.py`` and ``bench_detector.py`` train for three minutes each and
are run by themselves.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from report import header

BENCHMARKS = (
    "bench_start.py",
    "bench_show.py",
    "bench_training.py",
    "bench_record.py",
    "bench_watch.py",
    "bench_peers.py",
    "bench_ranks.py",
    "bench_latency.py",
    "bench_stream.py",
    "bench_window.py",
    "bench_cursor.py",
    "bench_explanations.py",
    "bench_clicks.py",
    "bench_surface.py",
    "bench_drawing.py",
    "bench_plot.py",
    "bench_graph.py",
    "bench_modules.py",
    "bench_deep.py",
)


def main() -> int:
    """Print the table; the number of benchmarks that could not be run."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--picture", help="where to draw the memory of the soak")
    picture = parser.parse_args().picture
    commands = [*([name] for name in BENCHMARKS), ["bench_memory.py"]]
    commands[-1] += ["--picture", picture] if picture else []
    print(header(), flush=True)
    here = Path(__file__).parent
    runs = [
        subprocess.run([sys.executable, here / name, *options], check=False)
        for name, *options in commands
    ]
    return sum(run.returncode != 0 for run in runs)


if __name__ == "__main__":
    raise SystemExit(main())
