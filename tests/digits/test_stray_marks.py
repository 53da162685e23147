import numpy as np
import pytest

from backprop_viz.digits.prepare import prepare, prepare_batch


def seven() -> np.ndarray:
    """A 7 of 100x100 pixels in the upper left of a canvas of 280x280."""
    canvas = np.zeros((280, 280), np.float32)
    canvas[40:54, 40:140] = 1
    for i in range(100):
        canvas[40 + i, 126 - i // 2 : 140 - i // 2] = 1
    return canvas


def dot(canvas: np.ndarray, y: int, x: int, across: int = 20) -> np.ndarray:
    rows, columns = np.indices(canvas.shape)
    return np.where(np.hypot(rows - y, columns - x) <= across / 2, np.float32(1), canvas)


@pytest.mark.parametrize("place", [(250, 250), (20, 260), (260, 30), (180, 180)])
def test_a_dot_far_from_the_drawing_is_left_out(place: tuple[int, int]) -> None:
    np.testing.assert_array_equal(prepare(dot(seven(), *place)), prepare(seven()))


def test_several_dots_are_left_out() -> None:
    dotted = dot(dot(dot(seven(), 250, 250), 250, 20), 20, 250, 12)
    np.testing.assert_array_equal(prepare(dotted), prepare(seven()))


def test_a_dot_near_the_drawing_or_within_its_box_stays() -> None:
    for place in ((100, 60), (150, 120)):
        assert not np.array_equal(prepare(dot(seven(), *place)), prepare(seven()))


def test_a_stroke_apart_stays() -> None:
    # The upper stroke of a 5, drawn apart, and the foot of a 1.
    for rows, columns in ((slice(5, 18), slice(60, 150)), (slice(170, 182), slice(40, 120))):
        canvas = seven()
        canvas[rows, columns] = 1
        prepared = prepare(canvas)
        assert not np.array_equal(prepared, prepare(seven()))


def test_a_drawing_of_dots_alone_stays() -> None:
    canvas = dot(dot(np.zeros((280, 280), np.float32), 60, 60), 200, 220)
    np.testing.assert_array_equal(prepare(canvas), prepare_batch(canvas[None])[0])


def test_small_images_and_odd_shapes() -> None:
    image = np.zeros((28, 28), np.uint8)
    image[4:24, 13:15] = 255
    speckled = image.copy()
    speckled[1, 26] = 200
    np.testing.assert_array_equal(prepare(speckled), prepare(image))
    wide = np.zeros((70, 200), np.float32)
    wide[5:65, 20:30] = 1
    speckled_wide = wide.copy()
    speckled_wide[20:24, 150:154] = 1
    np.testing.assert_array_equal(prepare(speckled_wide), prepare(wide))
