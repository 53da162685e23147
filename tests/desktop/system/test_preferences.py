"""A settings file that is damaged, or somebody else's, does not keep the window from opening."""

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings

from backprop_viz.desktop.system.preferences import settings_store
from tests.forked_workers import sharing_server
from tests.nightly import by_day_every

OPEN = """
import sys
from pathlib import Path
from PySide6.QtCore import QSettings
from backprop_viz.desktop.panels.drawing.draw_pad import DrawPanel
from tests.forked_workers import fork_workers
from tests.opened_windows import OpenedWindows
from tests.nightly import by_day_every
QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, sys.argv[1])
fork_workers()
for text in sys.argv[3:]:
    Path(sys.argv[2]).write_text(text)
    windows = OpenedWindows()
    window = windows.open("--preset", "tutorial", size=None)
    print("open", window.panel(DrawPanel).size_of_pen, flush=True)
    windows.close()
"""
# Of a list of two thousand million values; Qt makes room for them.
BILLIONS = r"@Variant(\0\0\0\x9\x7f\xff\xff\xff)"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path))
    found = Path(settings_store().fileName())
    found.parent.mkdir(parents=True, exist_ok=True)
    return found


def test_what_is_ours_stays(path: Path) -> None:
    store = settings_store()
    store.setValue("theme", "dark")
    store.setValue("window/place", "1 2 300 400 0")
    store.sync()
    before = path.read_bytes()
    again = settings_store()
    assert again.value("theme") == "dark"
    assert again.value("window/place") == "1 2 300 400 0"
    assert path.read_bytes() == before


def test_what_qt_would_make_anything_of_goes(path: Path) -> None:
    path.write_text(f"[General]\ntheme=dark\n[window]\nplace={BILLIONS}\nother=@DateTime(\\0)\n")
    store = settings_store()
    assert store.value("theme") == "dark"
    assert store.value("window/place") is None
    assert store.allKeys() == ["theme"]


@pytest.mark.parametrize("content", [b"\0\xff" * 500, b"x" * (2**20 + 1), b"[", b""])
def test_noise_is_no_settings(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    assert settings_store().value("theme", "system") == "system"


def remembered(kept: str) -> str:
    """The settings file of somebody who has this in place of each value."""
    keys = ("place", "geometry", "rows", r"sizes\rows", r"sizes\columns")
    window = "\n".join(f"{key}={kept}" for key in keys)
    return f"[General]\ntheme={kept}\n[drawing]\npen={kept}\n[window]\n{window}\n"


@pytest.mark.long
def test_the_window_opens_whatever_was_remembered(path: Path) -> None:
    byte_array = "@ByteArray(" + r"\xff" * 400 + ")"
    kept = (BILLIONS, "9" * 5000, byte_array, "-1, 7, x", "@Rect(1 2 3 4)")
    texts = list(map(remembered, by_day_every(2, kept)))
    # In a process of its own: what Qt makes of them may be too large for any.
    command = [sys.executable, "-c", OPEN, str(path.parent.parent), str(path), *texts]
    how = {"capture_output": True, "text": True, "timeout": 300}
    done = subprocess.run(command, **how, **sharing_server())
    opened = done.stdout.splitlines()
    assert opened == ["open 1"] * len(texts), (texts[len(opened) :][:1], done.stderr)
    assert done.returncode == 0, done.stderr
