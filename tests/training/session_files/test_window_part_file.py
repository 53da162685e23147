"""The window's part of a session file, read by the window without torch."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from backprop_viz.recording.files.atomic import stamp_of
from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.run.history import Curves
from backprop_viz.recording.run.window_part import StoredWindow
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.training.session_files.window_part_file import read_window_part
from backprop_viz.training.trainer import Trainer
from backprop_viz.worker.files.session_file import save_session
from backprop_viz.worker.files.stored_run import StoredRun

WINDOW: StoredWindow = {
    "strokes": [
        {"points": np.arange(1.0, 16.0).reshape(5, 3), "erases": False},
        {"greys": bytes(range(256)) * 306 + bytes(64)},
    ],
    "label": 3,
    "is_batch": True,
    "breakpoints": (Breakpoint("line", 3), Breakpoint("norm_above", None, 2.5)),
    "layout": {"rows": [300, 200]},
    "pen": 1,
    "sample": 5,
}
SERIES = np.array([0.5, np.nan, 0.25])
CURVES = Curves(SERIES, np.array([0.0, 0.5, 1.0]), np.array([2.0]), np.array([0.5]), np.ones(1))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A session with something of everything."""
    settings = Settings(data="random", loss="mse", lr=0.01, batch_size=1)
    trainer = Trainer.from_settings(settings)
    now = trainer.checkpoint()
    earlier = (("an earlier run", CURVES), ("another", CURVES))
    run = StoredRun(settings, trainer.phase, now, None, CURVES, None, 1, earlier, WINDOW)
    save_session(tmp_path / "run.bpviz", run)
    return tmp_path / "run.bpviz"


def test_all_of_it_comes_back(path: Path) -> None:
    part = read_window_part(str(path), stamp_of(path))
    strokes, given = part.window["strokes"], WINDOW["strokes"]
    assert strokes[0]["points"].tolist() == given[0]["points"].tolist()
    assert strokes[1]["greys"] == given[1]["greys"]
    for name in ("label", "is_batch", "breakpoints", "layout", "pen", "sample"):
        assert part.window.get(name) == WINDOW.get(name), name
    assert [name for name, _ in part.earlier] == ["an earlier run", "another"]
    for _, curves in part.earlier:
        for name in Curves.__slots__:
            assert getattr(curves, name).tobytes() == getattr(CURVES, name).tobytes(), name


def test_of_another_file_in_its_place_there_is_none(path: Path) -> None:
    stamp = stamp_of(path)
    other = path.with_name("other")
    other.write_bytes(path.read_bytes())
    other.replace(path)
    assert read_window_part(str(path), stamp).window == {}
    assert read_window_part(str(path), "").window == {}


@pytest.mark.parametrize("change", [lambda b: b[:3000], lambda b: b[:100], lambda b: b"no session"])
def test_of_what_cannot_be_read_there_is_none(path: Path, change: object) -> None:
    path.write_bytes(change(path.read_bytes()))  # type: ignore[operator]
    part = read_window_part(str(path), stamp_of(path))
    assert (part.window, part.earlier) == ({}, ())


def test_it_is_read_without_torch(path: Path) -> None:
    code = """
import sys
from backprop_viz.recording.files.atomic import stamp_of
from backprop_viz.training.session_files.window_part_file import read_window_part
from pathlib import Path
part = read_window_part(sys.argv[1], stamp_of(Path(sys.argv[1])))
print(part.window["label"], "torch" in sys.modules)
"""
    found = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
    )
    assert found.stdout.split() == ["3", "False"]
