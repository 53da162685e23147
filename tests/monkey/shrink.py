"""Runs in a process of its own, which may crash; and the shortest run that still fails."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.forked_workers import sharing_server

ROOT = Path(__file__).resolve().parents[2]
# What torch or Qt say of the machine, and not of the program.
SAID_ANYWAY = ("propagateSizeHints",)


def outcome(
    seed: int, numbers: Sequence[int], timeout_s: float, script: str = ""
) -> tuple[str, str]:
    """The figures of a run that went well, or ""; and what was said of one that did not, or ""."""
    command = [sys.executable, "-m", "tests.monkey", "--seed", str(seed), "--script", script]
    if list(numbers) == list(range(len(numbers))):
        command += ["--actions", str(len(numbers))]
    else:
        command += ["--only", ",".join(map(str, numbers))]
    told = {"env": os.environ, **sharing_server()}
    told["env"] = {**told["env"], "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"}
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, cwd=ROOT, **told)
    try:
        said, wrong = process.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGABRT)  # faulthandler tells where every thread stands
        said, wrong = process.communicate()
        wrong += f"\nNo end after {timeout_s} s."
    lines = [line for line in wrong.splitlines() if not any(s in line for s in SAID_ANYWAY)]
    if process.returncode and not lines:
        lines = [f"The process ended with {process.returncode}."]
    return said.strip(), "\n".join(lines)


def shortest(seed: int, count: int, timeout_s: float, budget_s: float) -> tuple[list[int], str]:
    """The shortest run found in the time that still fails, of the first ``count`` actions.

    First the shortest prefix, by halving; then what can be left out of it, chunk by chunk.
    """
    until = time.monotonic() + budget_s
    failing, said = list(range(count)), ""
    low, high = 0, count
    while low + 1 < high and time.monotonic() < until:
        middle = (low + high) // 2
        _, wrong = outcome(seed, range(middle), timeout_s)
        if wrong:
            failing, said, high = list(range(middle)), wrong, middle
        else:
            low = middle
    chunk = len(failing) // 2
    while chunk and time.monotonic() < until:
        for start in range(0, len(failing), chunk):
            fewer = failing[:start] + failing[start + chunk :]
            _, wrong = outcome(seed, fewer, timeout_s)
            if wrong:
                failing, said = fewer, wrong
                break
            if time.monotonic() > until:
                break
        else:
            chunk //= 2
    return failing, said
