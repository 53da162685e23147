"""Forged sessions with right checksums: each is refused in one sentence, or goes on."""

import re
import subprocess
import sys

import pytest

from tests.forked_workers import sharing_server
from tests.nightly import by_night

# As many as it takes to have each field of the schema wrong.
COUNT = 500


@by_night
@pytest.mark.parametrize("seed", [4])
def test_forged_sessions(seed: int) -> None:
    """In a process of their own: what they may do is end it."""
    command = [sys.executable, "-m", "tests.forged", "--count", str(COUNT), "--seed", str(seed)]
    how = {"capture_output": True, "text": True, "timeout": 100 + 5 * COUNT}
    done = subprocess.run(command, **how, **sharing_server())
    assert done.returncode == 0, done.stdout + done.stderr
    figures = re.search(r"(\d+) refused in one sentence, (\d+) opened and stepped", done.stdout)
    assert figures is not None
    assert int(figures[1]) > 0
    assert int(figures[2]) > 0
