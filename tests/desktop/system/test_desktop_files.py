"""What makes the program known to a Linux desktop."""

import configparser
import os
import shlex
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtGui import QGuiApplication

from backprop_viz.desktop.style.program_icon import SIZES, icon_image
from backprop_viz.desktop.system import desktop_files
from tests.conftest import OpenWindow

LINUX = sys.platform.startswith("linux")
on_linux = pytest.mark.skipif(not LINUX, reason="other systems have no such files")


@pytest.fixture
def data_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    monkeypatch.setenv("XDG_DATA_DIRS", "/usr/share")
    return tmp_path / "share"


def entry(data_home: Path) -> configparser.SectionProxy:
    parser = configparser.RawConfigParser()
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(data_home / "applications" / "backprop_viz.desktop", encoding="utf-8")
    return parser["Desktop Entry"]


@on_linux
def test_the_command_installs_and_removes_all(data_home: Path) -> None:
    run = [sys.executable, "-m", "backprop_viz"]
    subprocess.run([*run, "--install-desktop"], check=True, timeout=60)
    told = entry(data_home)
    assert told["MimeType"] == f"{desktop_files.SESSION_TYPE};{desktop_files.RECORDING_TYPE};"
    for size in SIZES:
        with Image.open(data_home / f"icons/hicolor/{size}x{size}/apps/backprop_viz.png") as image:
            assert image.size == (size, size)
    command = [word for word in shlex.split(told["Exec"]) if word != "%f"]
    said = subprocess.run([*command, "--version"], capture_output=True, text=True, timeout=60)
    assert said.stdout.startswith("backprop-viz ")
    subprocess.run([*run, "--remove-desktop"], check=True, timeout=60)
    left = [path for path in data_home.rglob("*") if path.is_file() and "backprop" in path.name]
    assert left == []


@on_linux
@pytest.mark.skipif(shutil.which("desktop-file-validate") is None, reason="desktop-file-utils")
def test_the_entry_is_valid(data_home: Path, qapp: QGuiApplication) -> None:
    assert desktop_files.install_desktop_files() == 0
    command = ["desktop-file-validate", str(data_home / "applications" / "backprop_viz.desktop")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


@on_linux
@pytest.mark.skipif(
    not (shutil.which("update-desktop-database") and shutil.which("xdg-mime")),
    reason="desktop-file-utils and xdg-utils",
)
@pytest.mark.parametrize("kind", [desktop_files.SESSION_TYPE, desktop_files.RECORDING_TYPE])
def test_the_program_opens_its_files(data_home: Path, qapp: QGuiApplication, kind: str) -> None:
    assert desktop_files.install_desktop_files() == 0
    # Of a desktop it would ask that one's own program.
    environment = os.environ | {"XDG_CURRENT_DESKTOP": "", "DE": "", "HOME": str(data_home)}
    command = ["xdg-mime", "query", "default", kind]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.stdout.strip() == "backprop_viz.desktop"


# In a process of its own: Qt reads the database once.
TYPE = """
import sys
from PySide6.QtCore import QMimeDatabase
print(QMimeDatabase().mimeTypeForFile(sys.argv[1]).name())
"""


@on_linux
@pytest.mark.parametrize(
    ("name", "kind"),
    [("run.bpviz", desktop_files.SESSION_TYPE), ("run.bprec", desktop_files.RECORDING_TYPE)],
)
def test_the_desktop_knows_the_type_of_a_file(
    data_home: Path, qapp: QGuiApplication, tmp_path: Path, name: str, kind: str
) -> None:
    assert desktop_files.install_desktop_files() == 0
    (tmp_path / name).write_bytes(b"\x89BPVIZ\r\n")
    command = [sys.executable, "-c", TYPE, str(tmp_path / name)]
    assert subprocess.run(command, capture_output=True, text=True).stdout.strip() == kind


@on_linux
def test_the_types_are_well_formed(data_home: Path, qapp: QGuiApplication) -> None:
    assert desktop_files.install_desktop_files() == 0
    text = (data_home / "mime/packages/backprop_viz.xml").read_text(encoding="utf-8")
    space = "{http://www.freedesktop.org/standards/shared-mime-info}"
    types = {
        kind.get("type"): [glob.get("pattern") for glob in kind.iter(f"{space}glob")]
        for kind in ElementTree.fromstring(text).iter(f"{space}mime-type")
    }
    assert types == {
        "application/x-backprop-viz-session": ["*.bpviz"],
        "application/x-backprop-viz-recording": ["*.bprec"],
    }


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_other_systems_are_told_what_to_do_and_nothing_is_written(
    platform: str, data_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert desktop_files.install_desktop_files() == 2
    assert desktop_files.remove_desktop_files() == 2
    assert capsys.readouterr().err.count("\n") == 2
    assert not data_home.exists()


def test_a_folder_that_cannot_be_written_to_is_one_sentence(
    data_home: Path, qapp: QGuiApplication, capsys: pytest.CaptureFixture[str]
) -> None:
    data_home.write_text("a file")
    assert desktop_files.install_desktop_files() == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    ("word", "quoted"),
    [
        # xdg-open 1.1 looks for the first word as it stands.
        ("/usr/bin/x", "/usr/bin/x"),
        ("/a b/100%", '"/a b/100%%"'),
        ('/a"b', '"/a\\\\"b"'),
        ("/a$b`", '"/a\\\\$b\\\\`"'),
        ("/a\\b", '"/a\\\\\\\\b"'),
    ],
)
def test_words_of_the_command_are_quoted(word: str, quoted: str) -> None:
    assert desktop_files.quoted_word(word) == quoted


def test_the_icon_is_drawn_at_every_size(qapp: QGuiApplication) -> None:
    for size in SIZES:
        image = icon_image(size)
        assert image.pixelColor(0, 0).alpha() == 0  # the corner is round
        # In the middle of the right is the loss, on the left the backward's head.
        loss = image.pixelColor(round(size * 182 / 256), size // 2)
        back = image.pixelColor(round(size * 84 / 256), round(size * 172 / 256))
        assert loss.red() > 180
        assert back.red() > back.blue()


def test_the_window_has_the_icon_and_the_name_of_the_entry(open_window: OpenWindow) -> None:
    window = open_window("--preset", "tutorial")
    assert QGuiApplication.desktopFileName() == "backprop_viz"
    assert not window.windowIcon().isNull()
    assert {size.width() for size in window.windowIcon().availableSizes()} >= {16, 32, 48, 128}
