import math

import numpy as np
import pytest

from backprop_viz.desktop.style.numbers import decade, full, index_text, norm, short, signed


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "-0"),
        (0.0213149, "0.02131"),
        (2.3042, "2.304"),
        (1234.5, "1234"),
        (9999.9, "1.000e4"),
        (0.0000885, "8.850e-5"),
        (-1e-30, "-1.000e-30"),
        (math.nan, "nan"),
        (-math.inf, "-inf"),
        (7, "7"),
        (np.int64(-3), "-3"),
        (np.bool_(True), "1"),
        (1 + 2j, "(1+2j)"),
    ],
)
def test_short(value: object, text: str) -> None:
    assert short(value) == text


def test_signed_shows_the_sign_of_all_but_zero_and_nan() -> None:
    numbers = (0.5, -0.5, 0.0, math.inf, math.nan, 3)
    assert [signed(x) for x in numbers] == ["+0.5000", "-0.5000", "0", "+inf", "nan", "+3"]
    assert signed(0.123456, 3) == "+0.123"


def test_full_tells_a_number_from_its_neighbour() -> None:
    value = np.float32(0.1)
    neighbour = np.nextafter(value, np.float32(1))
    assert full(value) != full(neighbour)
    assert np.float32(full(neighbour)) == neighbour


def test_index_and_decade() -> None:
    assert index_text(5, (2, 3)) == "1,2"
    assert index_text(0, ()) == "0"
    assert decade(-12) == "10⁻¹²"


def test_norm_is_summed_in_float64() -> None:
    array = np.full((1000, 100), 0.1, np.float32)
    assert norm(array) == pytest.approx(np.linalg.norm(array.astype(np.float64)), rel=1e-12)
    assert math.isnan(norm(np.array([1.0, math.nan])))
    assert norm(np.array([1.0, math.inf])) == math.inf
