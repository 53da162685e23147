import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_viz.recording.settings.quantities import BadNumber, Quantity, written

RATE = Quantity(0, 1e9)
BATCH = Quantity(1, 4096, whole=True, doubling=True)
SEED = Quantity(0, 2**31 - 1, whole=True, step=1)
BETA = Quantity(0, 1, below=True, step=0.05)
ANY = Quantity()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001),
        ("1E-3", 0.001),
        ("0.01", 0.01),
        ("0,01", 0.01),
        (".5", 0.5),
        (",5", 0.5),
        ("5.", 5.0),
        ("+2", 2.0),
        (" 0.05 ", 0.05),
        ("1e9", 1e9),
        ("1 000", 1000.0),
        ("1,234.5", 1234.5),
        ("1.234,5", 1234.5),
        ("1,000,000", 1e6),
        ("1e−3", 0.001),
        ("0,001", 0.001),
        ("1,5", 1.5),
        ("12345,678", 12345.678),
        ("0.1234567890123", 0.1234567890123),
        ("0", 0.0),
    ],
)
def test_what_people_type_is_the_number_they_mean(text: str, value: float) -> None:
    found = RATE.read(text)
    assert found == value
    assert isinstance(found, float)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "no_number"),
        ("abc", "no_number"),
        ("1e", "no_number"),
        ("e-3", "no_number"),
        ("1-3", "no_number"),
        ("0.0.1", "no_number"),
        ("1,00,000", "no_number"),
        ("nan", "no_number"),
        ("inf", "no_number"),
        ("1/3", "no_number"),
        ("0x10", "no_number"),
        (".", "no_number"),
        ("1e30", "range"),
        ("-1", "range"),
        ("−1", "range"),
        ("1e400", "range"),
        ("1e99999999999999999999", "range"),
        ("1e-400", "tiny"),
        ("1,000", "ambiguous"),
    ],
)
def test_what_is_no_such_number_is_refused_with_the_reason(text: str, fault: str) -> None:
    with pytest.raises(BadNumber) as refused:
        RATE.read(text)
    assert refused.value.fault == fault


@pytest.mark.parametrize(
    ("text", "sign", "whole", "value"),
    [
        ("1,000", ",", False, 1.0),
        ("1.000", ".", False, 1.0),
        ("1,000", ".", True, 1000),
        ("1.000", ",", True, 1000),
        ("0.5", ",", False, 0.5),
        ("0,5", ",", False, 0.5),
        ("1e3", ".", True, 1000),
        ("1.5e3", ".", True, 1500),
        ("64.0", ".", True, 64),
    ],
)
def test_the_sign_of_the_language_decides(text: str, sign: str, whole: bool, value: float) -> None:
    found = Quantity(0, 1e9, whole=whole).read(text, sign)
    assert found == value
    assert isinstance(found, int if whole else float)


@pytest.mark.parametrize(
    ("text", "sign", "whole", "meanings"),
    [
        ("1,000", ".", False, ("1", "1000")),
        ("1.250", ",", False, ("1.25", "1250")),
        ("1.000", ".", True, ("1", "1000")),
    ],
)
def test_what_could_be_two_numbers_is_neither(
    text: str, sign: str, whole: bool, meanings: tuple[str, str]
) -> None:
    with pytest.raises(BadNumber) as refused:
        Quantity(0, 1e9, whole=whole).read(text, sign)
    assert refused.value.meanings == meanings


@pytest.mark.parametrize(
    ("quantity", "text", "fault"),
    [
        (BATCH, "100000", "range"),
        (BATCH, "0", "range"),
        (BATCH, "2.5", "not_whole"),
        (SEED, "-1", "range"),
        (SEED, "2147483648", "range"),
        (SEED, "0." + "3" * 60, "not_whole"),
        (BETA, "1", "range"),
        (BETA, "0.99999999999999999999", "range"),
        (Quantity(0, above=True), "0", "range"),
    ],
)
def test_ends_of_ranges(quantity: Quantity, text: str, fault: str) -> None:
    with pytest.raises(BadNumber) as refused:
        quantity.read(text)
    assert refused.value.fault == fault


def test_the_ends_belong_to_the_range() -> None:
    assert (BATCH.read("1"), BATCH.read("4096")) == (1, 4096)
    assert (SEED.read("0"), SEED.read("2147483647")) == (0, 2**31 - 1)
    assert not RATE.holds(math.nan)


@given(st.floats(0, 1e9) | st.floats(0, 1e-300), st.sampled_from(".,"))
def test_a_number_that_is_shown_is_read_back_as_itself(value: float, sign: str) -> None:
    assert RATE.read(written(value, sign), sign) == value


@given(st.integers(0, 2**31 - 1), st.sampled_from(".,"))
def test_so_is_a_whole_one(value: int, sign: str) -> None:
    assert SEED.read(written(value, sign), sign) == value


@given(st.text(alphabet="0123456789.,eE+-− _'x", max_size=14), st.sampled_from(".,"))
def test_a_text_is_never_another_number(text: str, sign: str) -> None:
    """A text that Python reads as a number is read as that one, or refused."""
    try:
        found = ANY.read(text, sign)
    except BadNumber:
        return
    try:
        plain = float(text.replace("_", "x"))
    except ValueError:
        return
    assert found == plain


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (64, "64"),
        (0.05, "0.05"),
        (1e-8, "1e-8"),
        (1e9, "1e9"),
        (-2.5e8, "-250000000"),
        (-3e20, "-3e20"),
        (2**31 - 1, "2147483647"),
        (0.0, "0"),
    ],
)
def test_numbers_are_written_in_few_digits(value: float, text: str) -> None:
    assert written(value) == text


@pytest.mark.parametrize(
    ("quantity", "start", "steps", "end"),
    [
        (RATE, 0.05, 1, 0.1),
        (RATE, 0.05, -1, 0.02),
        (RATE, 0.1, 2, 0.5),
        (RATE, 0.03, 1, 0.05),
        (RATE, 1e-6, -1, 0.0),
        (RATE, 0.0, 1, 1e-6),
        (RATE, 0.0, -1, 0.0),
        (RATE, 1.0, 3, 10.0),
        (RATE, 1e9, 1, 1e9),
        (BATCH, 64, 1, 128),
        (BATCH, 64, -1, 32),
        (BATCH, 65, 1, 128),
        (BATCH, 65, -1, 64),
        (BATCH, 1, -3, 1),
        (BATCH, 4000, 2, 4096),
        (SEED, 0, -1, 0),
        (SEED, 3, 2, 5),
        (BETA, 0.9, 1, 0.95),
        (BETA, 0.95, 1, 0.95),
        (BETA, 0.03, -1, 0.0),
        (ANY, -5.0, 1, -2.0),
        (ANY, -5.0, -1, -10.0),
        (ANY, -1e-6, 1, 0.0),
        (ANY, 1e308, 3, 1e308),
    ],
)
def test_arrows_step_within_the_range(
    quantity: Quantity, start: float, steps: int, end: float
) -> None:
    found = quantity.stepped(start, steps)
    assert found == end
    assert type(found) is (int if quantity.whole else float)
    assert math.copysign(1, found) == math.copysign(1, end)
