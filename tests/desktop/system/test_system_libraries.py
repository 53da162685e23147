"""Libraries that the system lacks, played by a library that needs one that is nowhere."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from backprop_viz.desktop.system import system_libraries
from backprop_viz.desktop.system.system_libraries import (
    display_plugin,
    missing,
    not_found,
    packages_of,
)

LINUX = sys.platform.startswith("linux")
pytestmark = pytest.mark.skipif(not LINUX, reason="other systems' Qt brings all it needs")


@pytest.fixture(scope="module")
def orphan(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A library that needs libEGL.so.1 and libxcb-cursor.so.0 by names that no system has."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler here")
    folder = tmp_path_factory.mktemp("orphan")
    (folder / "empty.c").write_text("int empty(void) { return 0; }\n")

    def build(name: str, *needs: str) -> str:
        file = folder / name
        command = [compiler, "-shared", "-fPIC", "-Wl,--no-as-needed", f"-Wl,-soname,{name}"]
        subprocess.run(
            [*command, "-o", str(file), str(folder / "empty.c"), *needs], check=True, timeout=60
        )
        return str(file)

    needed = [build(name) for name in ("libnowhere.so.1", "libnor-here.so.0")]
    made = build("liborphan.so", *needed)
    for file in needed:
        Path(file).unlink()
    return made


def test_qt_finds_all_it_needs_here() -> None:
    assert missing("offscreen") == ()


def test_every_library_that_is_missing_is_named_not_only_the_first(orphan: str) -> None:
    assert not_found([orphan]) == ("libnowhere.so.1", "libnor-here.so.0")


def test_without_ldd_the_loaders_own_word_is_taken(
    orphan: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert not_found([orphan]) == ("libnowhere.so.1",)


def test_packages_are_named_once_and_not_guessed() -> None:
    assert packages_of(["libgthread-2.0.so.0", "libglib-2.0.so.0", "libEGL.so.1"]) == (
        "libegl1",
        "libglib2.0-0",
    )
    assert packages_of(["libEGL.so.1", "libnowhere.so.1"]) == ()


@pytest.mark.parametrize(
    ("environment", "plugin"),
    [
        ({"DISPLAY": ":0"}, "xcb"),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, "wayland"),
        ({"QT_QPA_PLATFORM": "offscreen"}, "offscreen"),
        ({"QT_QPA_PLATFORM": "wayland;xcb", "DISPLAY": ":0"}, "wayland"),
        ({"QT_QPA_PLATFORM": "vnc:size=800x600"}, "vnc"),
    ],
)
def test_the_plugin_that_will_draw(environment: dict[str, str], plugin: str) -> None:
    assert display_plugin(environment) == plugin


def test_without_a_display_one_sentence_and_no_abort(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "backprop_viz"],
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path.cwd()), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "there is no display" in done.stderr


class System:
    """Stands for a system with some programs, where some user is; notes what would be run."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, programs: set[str], user: int, *, works: bool
    ) -> None:
        self.run: list[list[str]] = []
        self._absent: tuple[str, ...] = ("libEGL.so.1", "libxcb-cursor.so.0")
        self._works = works
        monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
        monkeypatch.setattr(shutil, "which", lambda name: name if name in programs else None)
        monkeypatch.setattr(system_libraries.os, "geteuid", lambda: user)
        monkeypatch.setattr(system_libraries, "missing", lambda plugin: self._absent)
        monkeypatch.setattr(subprocess, "run", self._run)

    def _run(self, command: list[str], **_: object) -> None:
        self.run.append(command)
        if self._works and "install" in command:
            self._absent = ()


def test_root_installs_without_sudo(monkeypatch: pytest.MonkeyPatch) -> None:
    system = System(monkeypatch, {"apt-get", "sudo"}, 0, works=True)
    system_libraries.ensure()
    assert [command[0] for command in system.run] == ["env", "env"]
    assert system.run[1][-2:] == ["libegl1", "libxcb-cursor0"]


def test_a_user_installs_through_sudo(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    system = System(monkeypatch, {"apt-get", "sudo"}, 1000, works=True)
    system_libraries.ensure()
    assert all(command[0] == "sudo" for command in system.run)
    said = capsys.readouterr().err
    assert "sudo apt-get install libegl1 libxcb-cursor0" in said  # before it asks for a password


@pytest.mark.parametrize(
    ("programs", "user", "command"),
    [
        ({"apt-get"}, 1000, "sudo apt-get install libegl1 libxcb-cursor0"),
        ({"apt-get", "sudo"}, 0, "apt-get install libegl1 libxcb-cursor0"),
        ({"dnf"}, 1000, "sudo dnf install 'libEGL.so.1()(64bit)' 'libxcb-cursor.so.0()(64bit)'"),
        (set(), 1000, "libEGL.so.1, libxcb-cursor.so.0."),
    ],
)
def test_what_cannot_be_installed_is_named_with_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, programs: set[str], user: int, command: str
) -> None:
    System(monkeypatch, programs, user, works=False)
    with pytest.raises(SystemExit) as exit_:
        system_libraries.ensure()
    assert str(exit_.value).endswith(command)
    assert "libEGL.so.1, libxcb-cursor.so.0" in str(exit_.value)
