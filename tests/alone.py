"""Runs a script as somebody does who has torch and nothing else of what the program needs."""

import subprocess
import sys
from pathlib import Path

# A module of these that is imported ends the script; torch itself does without.
_BLOCKED = ("backprop_viz", "numpy", "PySide6", "pyqtgraph", "PIL", "safetensors", "platformdirs")
_RUN = """
import runpy, sys

sys.modules.update(dict.fromkeys({blocked!r}))  # None there: whoever imports it is told it is not
runpy.run_path({path!r}, run_name="__main__")
"""


def losses_of(script: Path) -> list[str]:
    """What the script prints, each number as ``float.hex`` has it."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _RUN.format(blocked=_BLOCKED, path=str(script))],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=script.parent,
    )
    assert done.returncode == 0, done.stderr
    return [float(line).hex() for line in done.stdout.split()]


def losses_of_text(text: str, folder: Path) -> list[str]:
    """As ``losses_of``, of a script that was copied."""
    (folder / "copied.py").write_text(text)
    return losses_of(folder / "copied.py")
