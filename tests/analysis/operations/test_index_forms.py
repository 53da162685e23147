"""A formula for one element: its places are numbers."""

import pytest

from backprop_viz.analysis.operations.index_forms import with_index


@pytest.mark.parametrize(
    ("form", "index", "said"),
    [
        (
            "y[n, k, i] = max x[n, k, 2·i : 2·i + 2]",
            (0, 2, 7),
            "y[0, 2, 7] = max x[0, 2, 14 : 16]",
        ),
        ("y[n, i] = Σᵤ w[u]·x[n, i + u − 1]", (3, 5), "y[3, 5] = Σᵤ w[u]·x[3, 5 + u − 1]"),
        ("y[i] = x[i − 1] + x[i + 1]", (4,), "y[4] = x[3] + x[5]"),
        # In the border, which is at no place, as it is written.
        ("y[i] = max x[2·i − 1 : 2·i + 2]", (0,), "y[0] = max x[2·0 − 1 : 2]"),
        ("y[…] = 2·x[…]", (1, 2), "y[1, 2] = 2·x[1, 2]"),
        ("L = −Σₙ x[n] / 64", (), "L = −Σₙ x[n] / 64"),
    ],
)
def test_places_are_worked_out(form: str, index: tuple[int, ...], said: str) -> None:
    assert with_index(form, index) == said
