"""The parts of a number that the window itself explains."""

import pytest

from backprop_viz.desktop.panels.origin.told_rows import told_rows
from backprop_viz.desktop.widgets.told_number import ToldPart


@pytest.mark.parametrize(
    ("values", "written"),
    [
        ((0.007589, 0.0024), ["0.007589", "0.002400"]),
        ((0.5, -0.25), ["+0.5000", "-0.2500"]),
    ],
)
def test_lengths_have_no_sign_and_what_may_be_negative_has_one(
    values: tuple[float, ...], written: list[str]
) -> None:
    rows = told_rows([ToldPart(str(i), value) for i, value in enumerate(values)])
    assert [row.cells[1].text for row in rows.rows] == written
