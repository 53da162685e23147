"""What a script is given, prints and ends with is the same as when python runs it."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from backprop_viz.stream.messages import RunEnded
from tests.capture.live.script_runs import PATIENCE_S, SCRIPTS, Ended, Scripts
from tests.nightly import by_day_every

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
    "argparse": "import argparse\np = argparse.ArgumentParser()\n"
    "p.add_argument('--lr', type=float)\np.parse_args()\nprint('never')\n",
    "an exception": "def f(x):\n    return 1 / x\n\n\nprint('before', flush=True)\nf(0)\n",
    "an exception with a cause": "try:\n    {}[1]\nexcept KeyError as e:\n"
    "    raise ValueError('no\\nsuch') from e\n",
    "an exception in a library": "import json\njson.loads('{')\n",
    "a syntax error": "x = 1\nfor in x:\n    pass\n",
    "an excepthook": "import sys\n"
    "sys.excepthook = lambda *a: print('mine', a[0].__name__)\n1 / 0\n",
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
    assert (told.error, told.line) == ("ZeroDivisionError: division by zero", 2)
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
import os, signal, time
try:
    print("ready", flush=True)
    os.kill(os.getpid(), signal.SIGINT)
finally:
    print("tidied", flush=True)
"""


def test_ctrl_c_ends_a_script_as_under_python(scripts: Scripts, tmp_path: Path) -> None:
    name = written(tmp_path, "import atexit\natexit.register(print, 'bye')\n" + INTERRUPTED)
    plain = python(name, folder=tmp_path)
    assert plain.status == -signal.SIGINT
    with scripts.followed(name, folder=tmp_path) as window:
        window.rest()
        assert window.ended() == plain


def test_ctrl_c_comes_through_to_a_script(scripts: Scripts, tmp_path: Path) -> None:
    text = INTERRUPTED.replace("finally:", "except KeyboardInterrupt:")
    text = text.replace("os.kill(os.getpid(), signal.SIGINT)", "while True: time.sleep(0.01)")
    name = written(tmp_path, text + "raise SystemExit(7)\n")
    with scripts.followed(name, folder=tmp_path) as window:
        window.interrupt("ready\n")
        assert window.ended() == Ended(7, "ready\ntidied\n")


def test_ctrl_c_while_the_window_holds_a_script(scripts: Scripts) -> None:
    with scripts.followed(str(SCRIPTS / "lbfgs.py")) as window:
        window.held()
        window.interrupt("")
        ended = window.ended()
    assert ended.status == -signal.SIGINT
    assert ended.printed.endswith("KeyboardInterrupt\n")
    assert "backprop_viz/capture" not in ended.printed
    assert ", in closure\n    out = model(x)\n" in ended.printed


COMPILED = """
import torch
from torch import nn

torch.manual_seed(0)
net = nn.Linear(4, 2)
fast = torch.compile(net, backend="eager")
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for i in range(3):
    loss = fast(torch.randn(8, 4)).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(i, loss.item(), flush=True)
"""

# It is compiled before there is an optimizer by which the model is found.
COMPILED_EARLY = COMPILED.replace("optimizer =", "fast(torch.randn(8, 4))\noptimizer =")


@pytest.mark.parametrize("text", by_day_every(2, [COMPILED_EARLY, COMPILED]))
def test_what_is_compiled_prints_the_same_without_a_warning(
    scripts: Scripts, tmp_path: Path, text: str
) -> None:
    written(tmp_path, text)
    script = str(tmp_path / "train.py")
    for every in by_day_every(2, ("2", "1")):
        with scripts.followed("--go", "--every", every, script) as window:
            window.rest()
            ended = window.ended()
        assert ended == scripts.plain(tmp_path / "train.py")
        assert sorted(window.recordings) == ([1, 2, 3] if every == "1" else [2])
