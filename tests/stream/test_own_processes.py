"""How processes are started: by an interpreter here, by the bundle where there is none."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from backprop_viz import __main__
from backprop_viz.capture.live import window
from backprop_viz.desktop.clients import worker_process
from backprop_viz.stream import own_processes
from backprop_viz.stream.own_processes import (
    AS_WINDOW,
    AS_WORKER,
    outside,
    part_command,
    program_command,
)
from tests.nightly import by_night

ROOT = Path(__file__).parents[2]

# Stands for the bundle's executable: tells what it was started with, in a process as PyInstaller
# makes it, or is the program.
BUNDLE = """#!{python}
import os, sys
sys.path.insert(0, {root!r})
sys.frozen = True
sys.executable = sys.argv[0]
from backprop_viz.__main__ import main
sys.exit(main())
"""


@pytest.fixture
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An executable that behaves as the bundle does; this process takes itself for it."""
    file = tmp_path / "backprop-viz"
    file.write_text(BUNDLE.format(python=sys.executable, root=str(ROOT)))
    file.chmod(0o755)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(file))
    return file


def test_with_an_interpreter_it_is_given_the_code() -> None:
    assert program_command("run.bprec") == [sys.executable, "-m", "backprop_viz", "run.bprec"]
    assert part_command("print(1)", AS_WORKER) == [sys.executable, "-c", "print(1)"]


def test_a_bundle_starts_itself(bundle: Path) -> None:
    assert program_command("attach", "tcp://h:1") == [str(bundle), "attach", "tcp://h:1"]
    assert part_command("print(1)", AS_WINDOW) == [str(bundle), "--as-window"]


def test_what_may_outlive_an_appimages_mount_is_started_from_the_image(
    bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APPIMAGE", "/home/me/backprop-viz.AppImage")
    monkeypatch.setenv("APPDIR", str(bundle.parent))
    assert program_command("a.bprec") == ["/home/me/backprop-viz.AppImage", "a.bprec"]
    assert part_command("", AS_WINDOW) == ["/home/me/backprop-viz.AppImage", "--as-window"]
    assert part_command("", AS_WORKER) == [str(bundle), "--as-worker"]
    # Those of another program that this one was started from.
    monkeypatch.setenv("APPDIR", "/tmp/.mount_other")
    assert program_command("a.bprec") == [str(bundle), "a.bprec"]


@by_night
@pytest.mark.skipif(sys.platform == "win32", reason="a script is no program there")
@pytest.mark.real_worker
def test_a_bundles_worker_serves_at_the_end_of_its_line(bundle: Path) -> None:
    started = worker_process.take()
    # Nothing is asked of it: it ends when the line does, as a worker does and --help would not.
    started.outgoing.close()
    assert started.process.wait(120) == 0, started.printed.text(10)
    assert started.incoming.read() == b""
    started.incoming.close()
    assert started.printed.text(10) == ""


@by_night
@pytest.mark.skipif(sys.platform == "win32", reason="a script is no program there")
def test_a_bundles_window_opens_at_the_end_of_its_line(bundle: Path) -> None:
    process, incoming, outgoing = window.start_window()
    outgoing.close()  # a script that has ended at once
    with incoming:
        assert incoming.read() == b""  # the window has nothing more to say to it, and stays
    process.terminate()
    assert process.wait(60) in (-signal.SIGTERM, 128 + signal.SIGTERM)


def test_only_a_bundle_takes_the_names_of_its_parts(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        __main__.main([AS_WORKER])
    assert ended.value.code == 2
    assert "--as-worker" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"LD_LIBRARY_PATH": "/bundle", "A": "1"}, {"A": "1"}),
        (
            {"LD_LIBRARY_PATH": "/bundle", "LD_LIBRARY_PATH_ORIG": "/own"},
            {"LD_LIBRARY_PATH": "/own"},
        ),
    ],
)
def test_programs_of_the_system_do_not_load_a_bundles_libraries(
    bundle: Path, before: dict[str, str], after: dict[str, str]
) -> None:
    assert outside(before) == after


def test_without_a_bundle_the_environment_is_the_same() -> None:
    assert outside({"LD_LIBRARY_PATH": "/own"}) == {"LD_LIBRARY_PATH": "/own"}


class Windows:
    """Stands for Windows: its module of the C run-time, and what subprocess has there."""

    O_BINARY = 0x8000

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.inherited: list[int] = []
        monkeypatch.setattr(sys, "platform", "win32")
        monkeypatch.setitem(sys.modules, "msvcrt", self)
        monkeypatch.setattr(
            os, "set_handle_inheritable", lambda n, _: self.inherited.append(n), raising=False
        )
        monkeypatch.setattr(subprocess, "STARTUPINFO", dict, raising=False)
        monkeypatch.setattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0x200, raising=False)
        monkeypatch.setattr(subprocess, "CREATE_NO_WINDOW", 0x8000000, raising=False)

    @staticmethod
    def get_osfhandle(descriptor: int) -> int:
        """A handle has another number than the descriptor."""
        return descriptor + 1000


def test_on_windows_the_line_is_inherited_as_handles(monkeypatch: pytest.MonkeyPatch) -> None:
    system = Windows(monkeypatch)
    told, how = own_processes.with_ends((3, 4), console=False)
    assert told == ["1003", "1004"]
    assert system.inherited == [1003, 1004]
    assert how["startupinfo"] == {"lpAttributeList": {"handle_list": [1003, 1004]}}
    assert how["creationflags"] == 0x8000200
    _, how = own_processes.with_ends((3, 4), console=True)
    assert how["creationflags"] == 0x200


@pytest.mark.skipif(sys.platform == "win32", reason="as on other systems")
def test_elsewhere_the_process_has_a_session_of_its_own() -> None:
    theirs, ours = os.pipe()
    told, how = own_processes.with_ends((theirs, ours), console=False)
    code = "import json, os, sys; print(json.dumps([os.getsid(0) == os.getpid(), sys.argv[1:]]))"
    done = subprocess.run([sys.executable, "-c", code, *told], stdout=subprocess.PIPE, **how)
    assert json.loads(done.stdout) == [True, [str(theirs), str(ours)]]
    os.close(theirs)
    os.close(ours)
