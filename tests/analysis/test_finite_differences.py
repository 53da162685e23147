"""Finite differences of functions whose derivatives and kinks are written here."""

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from backprop_viz.analysis.finite_differences import (
    FiniteDifferences,
    LossRun,
    relative_error,
    verdict_of,
)


def checked(
    loss: Callable[[float], float],
    value: float,
    exact: float,
    *,
    asked: float = 1e-6,
    kinks: tuple[float, ...] = (),
    landing: float | None = None,
) -> FiniteDifferences:
    """The finished check of a function with units that switch at ``kinks``."""

    def run(x: float) -> LossRun:
        return LossRun(loss(x), {"relu": np.array([x > kink for kink in kinks])})

    check = FiniteDifferences(run, value, exact, asked, 0.5, landing)
    for _ in check.slices():
        pass
    return check


def test_the_error_over_h_is_a_u_whose_least_is_the_cube_root_of_the_rounding() -> None:
    check = checked(math.exp, 1.0, math.e)
    errors = {h: check.steps[h].error for h in check.steps}
    # Taylor: (e^h - e^-h) / 2h = 1 + h^2 / 6 + ...
    assert errors[1e-2] == pytest.approx(1e-4 / 6, rel=1e-3)
    assert errors[1e-1] == pytest.approx(1e-2 / 6, rel=1e-2)
    assert 1e-6 <= check.best.size <= 1e-4
    assert check.best.error < 1e-9
    assert errors[1e-12] > 1e3 * check.best.error
    assert check.best.verdict == "correct"
    assert check.steps[1.0].verdict == "wrong"


def test_a_wrong_gradient_is_wrong_at_every_h() -> None:
    check = checked(math.exp, 1.0, 2 * math.e)
    assert {step.verdict for step in check.steps.values()} == {"wrong"}
    assert check.steps[1e-5].error == pytest.approx(0.5, abs=1e-6)


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (0.5e-7, "correct"),
        (2e-7, "kinks"),
        (0.9e-4, "kinks"),
        (1.1e-4, "suspicious"),
        (0.9e-2, "suspicious"),
        (1.1e-2, "wrong"),
        (math.nan, "wrong"),
    ],
)
def test_verdicts_are_those_of_cs231n(error: float, verdict: str) -> None:
    assert verdict_of(1.0, 1.0 - error) == verdict


def test_nothing_against_nothing_is_no_error() -> None:
    assert relative_error(0.0, 0.0) == 0
    assert verdict_of(0.0, 0.0) == "zero"
    assert relative_error(0.0, 1e-30) == 1
    assert math.isnan(relative_error(math.nan, 1.0))


def test_what_the_rounding_of_the_loss_hides_is_not_called_wrong() -> None:
    check = checked(lambda x: 2.3 + 1e-17 * x, 1.0, 1e-17)
    assert check.best.error == 1
    assert check.best.verdict == "rounding"
    # A slope too small for small steps, and a curve too bent for large ones.
    check = checked(lambda x: 2.3 + 1e-13 * x + 1e-9 * x**9, 0.0, 1e-13)
    assert check.verdict == "rounding"
    check = checked(lambda x: 2.3 + 1e-3 * x, 0.0, 2e-3)
    assert check.verdict == "wrong"


def test_a_unit_that_switches_is_found_where_it_does() -> None:
    def loss(x: float) -> float:
        return max(x - 1.00003, 0.0) + x

    check = checked(loss, 1.0, 1.0, asked=1e-4, kinks=(1.00003, 5.0))
    assert check.switched == 1
    (switch,) = check.switches
    assert (switch.operation, switch.unit) == ("relu", 0)
    assert switch.at == pytest.approx(3e-5, abs=1e-7)
    # Right of the kink lie 7e-5 of the interval's 2e-4, in which the slope is 2.
    assert check.steps[1e-4].estimate == pytest.approx(1 + 7e-5 / 2e-4)
    assert check.steps[1e-5].verdict == "correct"
    assert checked(loss, 1.0, 1.0, asked=1e-5, kinks=(1.00003, 5.0)).switched == 0


def test_a_number_that_lies_on_a_kink_is_told_so() -> None:
    check = checked(abs, 0.0, 0.0, asked=1e-3, kinks=(0.0,))
    assert [switch.at for switch in check.switches] == [0.0]
    assert check.verdict == "zero"  # abs is even
    check = checked(lambda x: max(x, 0.0), 0.0, 0.0, asked=1e-3, kinks=(0.0,))
    assert [switch.at for switch in check.switches] == [0.0]
    assert check.best.estimate == pytest.approx(0.5)
    assert check.verdict == "on_kink"


def test_of_many_switches_the_nearest_are_placed_and_all_are_counted() -> None:
    places = tuple(float(p) for p in np.linspace(-0.9, 0.9, 1000))
    check = checked(lambda x: x * x, 0.0, 0.0, asked=1.0, kinks=places)
    assert check.switched == 1000
    distances = [abs(switch.at) for switch in check.switches]
    assert distances == sorted(distances)
    assert 0 < len(distances) <= 32
    assert distances[-1] < 0.1
    assert check.done <= check.total < 170


def test_the_curve_the_landing_and_what_is_told_first() -> None:
    def run(x: float) -> LossRun:
        return LossRun(x * x, {})

    check = FiniteDifferences(run, 3.0, 6.0, 1e-5, 0.5, -0.06)
    slices = check.slices()
    next(slices)
    assert check.curve == {0.0: 9.0}
    assert list(check.steps) == [1e-5]
    assert check.done == 3
    seen = [3, *(check.done for _ in slices)]
    assert all(1 <= after - before <= 3 for before, after in pairwise(seen))
    assert check.done == check.total
    assert check.landed == 2.94 * 2.94
    assert sorted(check.curve) == pytest.approx(np.linspace(-0.5, 0.5, 41), abs=1e-12)
    assert all(loss == (3.0 + moved) ** 2 for moved, loss in check.curve.items())
    assert list(check.curve)[1:4] == [-0.5, 0.5, pytest.approx(0.3)]


def test_a_step_is_positive_and_moves_the_number() -> None:
    def run(x: float) -> LossRun:
        raise AssertionError(x)

    for asked in (0.0, -1e-3, math.nan):
        with pytest.raises(ValueError, match="has to be positive"):
            FiniteDifferences(run, 1.0, 1.0, asked, 0.5)
    with pytest.raises(ValueError, match="too small"):
        FiniteDifferences(run, 1e6, 1.0, 1e-12, 0.5)
    check = FiniteDifferences(run, 1e6, 1.0, 1e-3, 0.5)
    assert min(check.sizes) >= 1e-10


def test_the_step_that_the_verdict_is_of() -> None:
    check = checked(lambda x: x**3, 1.0, 3.0, asked=1e-2)
    assert check.judged is check.best
    assert check.judged.size != check.asked
    # Two steps tell the same wrong slope; that of the smallest error is an accident of rounding.
    check = checked(lambda x: 2.3 + 1e-3 * x, 0.0, 2e-3)
    assert check.judged.estimate == pytest.approx(1e-3, rel=1e-2)
    assert check.judged.verdict == check.verdict == "wrong"
