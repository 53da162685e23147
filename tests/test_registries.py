"""What is in a registry is named by its own file alone, and where a run begins with it.

Its own test says what it is in plain torch: the monkey user's numbers are compared with that.
"""

import ast

import pytest

from backprop_viz.analysis.losses import LOSSES
from backprop_viz.analysis.optimizers import OPTIMIZERS
from backprop_viz.digits.data_sets import DATA_SETS
from tests.analysis.losses.plain_loss import plain_loss
from tests.analysis.optimizers.plain_optimizer import plain_optimizer, unusual_options
from tests.digits.data_sets.plain_data import plain_data
from tests.package_files import PACKAGE, trees_with

# What a run begins with, of itself or of a preset.
CHOICES = {
    "recording/settings/run_settings.py",
    "recording/settings/presets.py",
    "training/trainer.py",
}


def named(names: set[str]) -> set[tuple[str, str]]:
    """The files of the package that hold one of these names as a text of its own."""
    return {
        (path.relative_to(PACKAGE).as_posix(), node.value)
        for path, tree in trees_with({f'"{name}"' for name in names})
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and node.value in names
    }


def test_losses() -> None:
    own = {(f"analysis/losses/{name}.py", name) for name in LOSSES}
    assert own <= named(set(LOSSES))
    # A data set names the loss to train with.
    usual = {("digits/data_set.py", "cross_entropy"), ("digits/data_sets/random.py", "mse")}
    # torch's function of the same name.
    function = {
        ("analysis/operations/class_losses.py", "cross_entropy"),
        ("capture/watches/function_watch.py", "cross_entropy"),
        ("capture/logs/lone_loss.py", "cross_entropy"),
        ("analysis/findings/accumulation.py", "cross_entropy"),
        ("analysis/findings/class_axis.py", "cross_entropy"),
        ("analysis/findings/negated_losses.py", "cross_entropy"),
        ("analysis/findings/not_finite.py", "cross_entropy"),
        ("analysis/findings/one_class.py", "cross_entropy"),
        ("analysis/findings/reductions.py", "cross_entropy"),
        ("analysis/findings/squashed_logits.py", "cross_entropy"),
        ("analysis/findings/target_ranges.py", "cross_entropy"),
        ("analysis/findings/time_axis.py", "cross_entropy"),
        ("capture/tried_operations.py", "cross_entropy"),
    }
    others = {(file, name) for file, name in named(set(LOSSES)) if file not in CHOICES}
    assert others == own | usual | function


def test_data_sets() -> None:
    names = set(DATA_SETS)
    own = {(f"digits/data_sets/{name}.py", name) for name in names}
    assert own <= named(names)
    # Session files of before version 4 have a field for each of these; the others are other
    # things of the same name.
    old = {("training/session_files/settings_schema.py", name) for name in ("mnist", "folder")}
    strokes = {
        ("desktop/controllers/saving/window_state.py", "strokes"),
        ("recording/files/window_schema.py", "strokes"),
        ("recording/files/atomic.py", "folder"),
    }
    others = {(file, name) for file, name in named(names) if file not in CHOICES}
    assert others - own - old - strokes == set()


def test_each_has_its_plain_torch() -> None:
    assert [name for name in LOSSES if plain_loss(name) is None] == ["output_gradient"]
    assert [name for name in OPTIMIZERS if plain_optimizer(name) is None] == ["manual"]
    assert all(plain_data(name) for name in DATA_SETS)
    # Of each option of an optimizer, another value than the usual one.
    for name, options in unusual_options().items():
        usual = {option.name: option.default for option in OPTIMIZERS[name].options}
        assert options.keys() == usual.keys()
        assert all(options[each] != value for each, value in usual.items())


def test_one_without_is_told_where_to_say_it() -> None:
    said = (
        r"hinge.* no plain torch: tests/analysis/losses/test_hinge\.py states it as PLAIN, a Plain"
    )
    with pytest.raises(AssertionError, match=said):
        plain_loss("hinge")
