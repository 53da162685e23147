"""The drawings that the detector of what is no digit is made from, and those it is measured on."""

import importlib
from pathlib import Path

import numpy as np
import pytest

from backprop_viz.digits.pen_curves import POINTS, compile_styles

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def beside_the_scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tests/benchmarks/detector"))
    monkeypatch.syspath_prepend(str(ROOT / "tests" / "benchmarks"))


def test_no_kind_that_is_held_back_was_learnt() -> None:
    learnt = importlib.import_module("no_digits").NO_DIGITS
    measured = importlib.import_module("other_drawings")
    assert set(measured.KINDS) >= measured.HELD_BACK
    assert not measured.HELD_BACK & set(learnt)
    # Nor does a drawing of one kind serve for both.
    for kind, text in (measured.LETTERS | measured.SHAPES).items():
        both = set(text.splitlines()) & set(learnt.get(kind, "").splitlines())
        assert not any("," in line for line in both), kind


def test_every_letter_and_shape_is_well_formed() -> None:
    learnt = importlib.import_module("no_digits").NO_DIGITS
    styles = compile_styles(dict(enumerate(learnt.values())))
    assert set(styles.digits.tolist()) == set(range(len(learnt)))
    assert np.isfinite(styles.curve).all()


def test_every_scribble_is_a_path_with_its_strokes_apart() -> None:
    scribbles = importlib.import_module("scribbles")
    random = np.random.default_rng(0)
    for kind in scribbles.SCRIBBLES:
        for _ in range(20):
            strokes = kind(random)
            points, along = scribbles.as_path(strokes)
            assert points.shape == (POINTS, 2)
            assert np.isfinite(points).all()
            assert np.abs(points).max() == pytest.approx(0.5, abs=0.01)
            assert (along == 0).sum() == len(strokes)


def test_what_is_shown_to_the_net_is_the_same_each_time() -> None:
    drawings = importlib.import_module("other_drawings").drawings
    for kind in ("A", "click", "scribble"):
        first = drawings(kind, 3)
        assert first.shape == (3, 64, 64)
        assert first.max() > 0.9
        np.testing.assert_array_equal(first, drawings(kind, 3))
