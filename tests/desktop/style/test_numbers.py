import math

import numpy as np
import pytest

from backprop_viz.desktop.style.numbers import (
    apart,
    decade,
    element_text,
    full,
    hexadecimal,
    in_sum,
    index_text,
    norm,
    numpy_text,
    short,
    signed,
)


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
        (1 + 2j, "1.000+2.000j"),
        (1.5 - 0.25j, "1.500-0.2500j"),
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


def test_a_change_is_seen() -> None:
    before = np.float32(-0.17221)
    after = np.nextafter(before, np.float32(0))
    assert signed(before) == signed(after)
    assert apart((before, before)) == ("-0.1722", "-0.1722")
    texts = apart((before, after))
    assert texts[0] != texts[1]
    assert [float(text) for text in texts] == pytest.approx([before, after], rel=1e-7)
    assert apart((np.float32(0.5), np.float32(0.25))) == ("+0.5000", "+0.2500")
    assert apart((np.float32("nan"), np.float32(1))) == ("nan", "+1.000")


@pytest.mark.parametrize("value", [0.1, -0.0, 1e-42, 3.4e38, math.inf, -math.inf, math.nan])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16])
def test_numpy_reads_what_is_copied(value: float, dtype: type[np.floating]) -> None:
    with np.errstate(over="ignore"):
        number = dtype(value)
    read = eval(numpy_text(number), {"np": np})
    assert type(read) is dtype
    assert read.tobytes() == number.tobytes()
    assert dtype(full(number)).tobytes() == number.tobytes()
    if math.isfinite(number):
        assert float.fromhex(hexadecimal(number)) == number


def test_an_element_says_its_index_and_its_value() -> None:
    value = np.float32(0.00010180)
    assert element_text("conv1", (48, 0, 19, 12), value) == "conv1[48, 0, 19, 12] = +0.0001018"
    assert element_text("loss", (), np.float32(2.5)) == "loss = +2.500"
    assert element_text("w", (1,), np.float32(1 / 3), exact=True) == "w[1] = 0.33333334"


def test_a_step_is_seen_in_the_weight_that_it_moves() -> None:
    before, step = -0.0685861, 2.872e-6
    assert (signed(before), signed(before + step)) == ("-0.06859", "-0.06858"), "ten times the step"
    texts = [in_sum(value, [before, step]) for value in (before, step, before + step)]
    assert texts == ["-0.0685861", "+2.872e-6", "-0.0685832"]
    # To the place where the step has its second digit the sum is right as it is written.
    assert float(texts[0]) + float(texts[1]) == pytest.approx(float(texts[2]), abs=1e-7)
    assert in_sum(0.123456, [0.1] * 5) == "+0.1235", "a long sum"
    assert in_sum(0.123456, [0.123456]) == "+0.1235", "one term"
    assert in_sum(0.123456, [0.123456, 0.0]) == "+0.1235"
    assert in_sum(1.0, [1.0, 1e-30]) == "+1.00000000", "not beyond float32"
    assert in_sum(math.nan, [1.0, math.nan, 2.0]) == "nan"
