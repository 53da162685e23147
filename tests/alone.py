"""Runs a script as somebody does who has torch and nothing else of what the program needs."""

import atexit
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

from tests.forked_process import FORKS, ForkServer

# A module of these that is imported ends the script; torch itself does without.
_BLOCKED = ("backprop_viz", "numpy", "PySide6", "pyqtgraph", "PIL", "safetensors", "platformdirs")
_BLOCK = f"""
import sys, warnings
sys.modules.update(dict.fromkeys({_BLOCKED!r}))  # None there: whoever imports it is told it is not
warnings.simplefilter("ignore")
"""
_RUN = (
    _BLOCK
    + """
import runpy
runpy.run_path({path!r}, run_name="__main__")
"""
)
# Making an optimizer imports torch._dynamo.
_IMPORTS = _BLOCK + "import torch, torch._dynamo"


@cache
def _subprocess() -> Any:
    """The ``subprocess`` module, or what forks in its place from a process that has torch."""
    if not FORKS:
        return subprocess
    server = ForkServer(_IMPORTS, {}, for_all=True)
    atexit.register(server.close)
    return server


def losses_of(script: Path) -> list[str]:
    """What the script prints, each number as ``float.hex`` has it."""
    process = _subprocess().Popen(
        [sys.executable, "-c", _RUN.format(path=str(script))],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        bufsize=0,
        env=os.environ,
        cwd=script.parent,
    )
    with process.stdout:
        printed = process.stdout.read().decode()
    assert process.wait(120) == 0, printed
    return [float(line).hex() for line in printed.split()]


def losses_of_text(text: str, folder: Path) -> list[str]:
    """As ``losses_of``, of a script that was copied."""
    (folder / "copied.py").write_text(text)
    return losses_of(folder / "copied.py")


def losses_of_notebook(notebook: Path) -> list[str]:
    """What a notebook's code cells print, run one after the other, as ``losses_of`` has it."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    # Each by itself, as Jupyter runs them: __file__ is in none.
    one_by_one = f"scope = {{'__name__': '__main__'}}\nfor code in {code!r}: exec(code, scope)\n"
    path = notebook.with_name("cells_alone.py")
    path.write_text(one_by_one)
    return losses_of(path)
