import pytest
from PySide6.QtGui import QColor

from backprop_viz.desktop.style.painting import thin_dashes


@pytest.mark.parametrize("scale", [0.5, 0.98, 1.0, 1.0069, 1.1, 1.2499])
def test_nearly_a_pixel_on_screen_is_never_more(scale: float) -> None:
    on_screen = thin_dashes(QColor("white"), scale).widthF() * scale
    assert on_screen <= 1
    assert on_screen > 0.99 * min(scale, 1)


@pytest.mark.parametrize("scale", [1.25, 2.0, 4.0])
def test_zoomed_in_it_grows_with_the_rest(scale: float) -> None:
    assert thin_dashes(QColor("white"), scale).widthF() == 1
