"""What is in a registry is named by its own file alone, and where a run begins with it."""

import ast
from functools import cache
from pathlib import Path

import backprop_viz
from backprop_viz.analysis.losses import LOSSES
from backprop_viz.digits.data_sets import DATA_SETS

PACKAGE = Path(backprop_viz.__file__).parent
# What a run begins with, of itself or of a preset.
CHOICES = {"recording/settings.py", "recording/presets.py", "training/five_phases.py"}


@cache
def texts() -> frozenset[tuple[str, str]]:
    """The texts that the package's files hold, each with its file."""
    return frozenset(
        (path.relative_to(PACKAGE).as_posix(), node.value)
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def named(names: set[str]) -> set[tuple[str, str]]:
    """The files of the package that hold one of these names as a text of its own."""
    return {(file, text) for file, text in texts() if text in names}


def test_losses() -> None:
    own = {(f"analysis/losses/{name}.py", name) for name in LOSSES}
    assert own <= named(set(LOSSES))
    # A data set names the loss to train with.
    usual = {("digits/data_set.py", "cross_entropy"), ("digits/data_sets/random.py", "mse")}
    # torch's function of the same name.
    function = {
        ("analysis/operations/class_losses.py", "cross_entropy"),
        ("capture/watches/function_watch.py", "cross_entropy"),
        ("analysis/findings/accumulation.py", "cross_entropy"),
        ("analysis/findings/negated_losses.py", "cross_entropy"),
        ("analysis/findings/one_class.py", "cross_entropy"),
        ("analysis/findings/squashed_logits.py", "cross_entropy"),
        ("analysis/findings/target_ranges.py", "cross_entropy"),
        ("analysis/findings/time_axis.py", "cross_entropy"),
    }
    others = {(file, name) for file, name in named(set(LOSSES)) if file not in CHOICES}
    assert others == own | usual | function


def test_data_sets() -> None:
    names = set(DATA_SETS)
    own = {(f"digits/data_sets/{name}.py", name) for name in names}
    assert own <= named(names)
    # Session files of before version 4 have a field for each of these; the others are other
    # things of the same name.
    old = {("training/settings_schema.py", name) for name in ("mnist", "folder")}
    strokes = {
        ("desktop/controllers/window_state.py", "strokes"),
        ("recording/files/window_schema.py", "strokes"),
        ("recording/files/atomic.py", "folder"),
    }
    others = {(file, name) for file, name in named(names) if file not in CHOICES}
    assert others - own - old - strokes == set()
