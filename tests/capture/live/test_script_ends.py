"""What a script is given, prints and ends with is what python itself gives, prints and ends with."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from backprop_viz.stream.messages import RunEnded
from tests.capture.live.script_runs import PATIENCE_S, Ended, Scripts

SURROUNDINGS = """'''Its docstring.'''
import os, sys
import neighbour
print(sys.argv, __file__, __name__, __package__, __spec__ is None, __doc__, __builtins__)
print(sys.path[0], neighbour.WORD, sys.modules["__main__"].sys is sys, sorted(globals()))
"""
CASES = {
    "surroundings": SURROUNDINGS,
    "a status": "import sys; print('a'); sys.exit(3)",
    "a large status": "import sys; sys.exit(259)",
    "a status that is a text": "import sys; sys.exit('No such data.')",
    "no status": "raise SystemExit",
    "argparse": "import argparse; p = argparse.ArgumentParser(); p.add_argument('--lr', type=float)\n"
    "p.parse_args(); print('never')",
    "an exception": "def f(x):\n    return 1 / x\n\n\nprint('before', flush=True)\nf(0)\n",
    "an exception with a cause": "try:\n    {}[1]\nexcept KeyError as e:\n"
    "    raise ValueError('no\\nsuch') from e\n",
    "an exception in a library": "import json\njson.loads('{')\n",
    "a syntax error": "x = 1\nfor in x:\n    pass\n",
    "an excepthook": "import sys\nsys.excepthook = lambda *a: print('mine', a[0].__name__)\n1 / 0\n",
    "atexit": "import atexit, sys\natexit.register(print, 'bye')\nprint('hi')\nsys.exit(4)\n",
    "a thread": "import threading, time\n"
    "threading.Thread(target=lambda: (time.sleep(0.2), print('late'))).start()\nprint('early')\n",
    "coding": "# -*- coding: latin-1 -*-\nprint(len('\xe9'))\n",
    "a group": "raise ExceptionGroup('several', [ValueError(1), TypeError('two')])\n",
}
ARGUMENTS = ("--lr", "fast", "--", "-m", "--go", "run")


def python(*arguments: str, folder: Path) -> Ended:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        timeout=PATIENCE_S,
        check=False,
    )
    return Ended(done.returncode, done.stdout.decode())


def written(folder: Path, text: str, name: str = "train.py") -> str:
    (folder / name).write_bytes(text.encode("latin-1"))
    (folder / "neighbour.py").write_text("WORD = 'near'\n")
    return name


@pytest.mark.parametrize("case", CASES)
def test_a_script_ends_as_under_python(scripts: Scripts, tmp_path: Path, case: str) -> None:
    name = written(tmp_path, CASES[case])
    plain = python(name, *ARGUMENTS, folder=tmp_path)
    with scripts.followed(name, *ARGUMENTS, folder=tmp_path) as window:
        window.rest()
        assert window.ended() == plain
    ended = window.messages[-1]
    assert isinstance(ended, RunEnded)
    assert ended.status == plain.status


def test_an_exception_is_told_with_its_line(scripts: Scripts, tmp_path: Path) -> None:
    name = written(tmp_path, CASES["an exception"])
    with scripts.followed(name, folder=tmp_path) as window:
        window.rest()
    told = window.messages[-1]
    assert isinstance(told, RunEnded)
    assert (told.error, told.line) == ("ZeroDivisionError: division by zero", 6)
    assert "before\n" + told.details == window.ended().printed


@pytest.mark.parametrize("name", ["package", "package.module"])
def test_a_module_is_run_by_its_name(scripts: Scripts, tmp_path: Path, name: str) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").write_text("print('made', __name__)\n")
    text = SURROUNDINGS.replace("import neighbour", "from . import neighbour")
    for file in ("__main__.py", "module.py"):
        written(package, text + "sys.exit(5)\n", file)
    plain = python("-m", name, *ARGUMENTS, folder=tmp_path)
    assert plain.status == 5
    with scripts.followed("-m", name, *ARGUMENTS, folder=tmp_path) as window:
        window.rest()
        assert window.ended() == plain


INTERRUPTED = """
import time
try:
    print("ready", flush=True)
    time.sleep(600)
finally:
    print("tidied", flush=True)
"""


def test_ctrl_c_is_the_scripts(scripts: Scripts, tmp_path: Path) -> None:
    name = written(tmp_path, INTERRUPTED)
    with scripts.followed(name, folder=tmp_path) as window:
        window.interrupt("ready")
        ours = window.ended()
    with subprocess.Popen(
        [sys.executable, name], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        os.kill(process.pid, signal.SIGINT)
        printed = (first + process.stdout.read()).decode()
    assert ours == Ended(process.returncode, printed)
    assert "KeyboardInterrupt" in printed


def test_ctrl_c_that_the_script_catches(scripts: Scripts, tmp_path: Path) -> None:
    text = INTERRUPTED.replace("finally:", "except KeyboardInterrupt:") + "raise SystemExit(7)\n"
    name = written(tmp_path, text)
    with scripts.followed(name, folder=tmp_path) as window:
        window.interrupt("ready")
        assert window.ended() == Ended(7, "ready\ntidied\n")


def test_standard_input_is_the_scripts(tmp_path: Path) -> None:
    """Of the program as it is started."""
    name = written(tmp_path, "print(input() + input())\n")
    done = subprocess.run(
        [sys.executable, "-m", "backprop_viz", "run", "--no-window", name],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        input=b"one\ntwo\n",
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"onetwo\n", b"")
