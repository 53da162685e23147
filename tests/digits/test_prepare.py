import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from backprop_viz.digits.prepare import prepare, prepare_batch


def stroke(height: int, width: int, pen: int) -> np.ndarray:
    """An L of the given pen that fills the canvas but for a margin."""
    canvas = np.zeros((height, width), np.float32)
    top, left, bottom, right = height // 8, width // 8, height - height // 8, width - width // 8
    canvas[top:bottom, left : left + pen] = 1
    canvas[bottom - pen : bottom, left:right] = 1
    return canvas


def centre_of_mass(image: np.ndarray) -> np.ndarray:
    place = np.arange(image.shape[0]) + 0.5
    cursors = np.array([image.sum(axis=1) @ place, image.sum(axis=0) @ place])
    return np.divide(cursors, image.sum())


def test_longer_side_is_20_pixels_and_aspect_is_kept() -> None:
    canvas = np.zeros((280, 280))
    canvas[40:240, 90:190] = 1
    prepared = prepare(canvas)
    assert prepared.shape == (32, 32)
    assert prepared.dtype == np.float32
    assert (prepared.max(axis=1) > 0).sum() == 20
    assert (prepared.max(axis=0) > 0).sum() == 10
    assert set(np.unique(prepared)) == {0, 1}


def test_a_wide_drawing_is_20_pixels_wide() -> None:
    prepared = prepare(stroke(100, 300, 20))
    assert (prepared.max(axis=0) > 0).sum() == 20


def test_area_averaging() -> None:
    checks = np.indices((160, 160)).sum(axis=0) % 2
    prepared = prepare(checks)
    # Every 8x8 square is half ink, and the brightest pixel is 1.
    assert prepared.sum() == 20 * 20
    half = checks.copy()
    half[:, :80] = 1
    assert set(np.round(np.unique(prepare(half)), 3)) == {0, 0.5, 1}


def test_centre_of_mass_goes_to_the_centre() -> None:
    for canvas in (stroke(280, 280, 20), stroke(280, 280, 20)[::-1], stroke(100, 60, 9)[:, ::-1]):
        assert np.abs(centre_of_mass(prepare(canvas)) - 16.5).max() <= 0.5


def test_ink_never_leaves_the_field() -> None:
    lollipop = np.zeros((280, 280))
    lollipop[0:30, 0:30] = 1
    lollipop[0:280, 15] = 1
    for turned in (lollipop, lollipop[::-1]):
        assert (prepare(turned).max(axis=1) > 0).sum() == 20


def test_an_image_of_mnist_passes_unchanged() -> None:
    canvas = stroke(280, 280, 28)
    canvas[60:90, 100:230] = 1
    once = prepare(canvas)
    np.testing.assert_array_equal(prepare(once), once)
    np.testing.assert_array_equal(prepare(once[2:-2, 2:-2]), once)


@pytest.mark.parametrize("size", [(1, 1), (5, 9), (28, 28), (64, 480), (2000, 1500)])
def test_an_empty_canvas_of_any_size_is_dark(size: tuple[int, int]) -> None:
    assert not prepare(np.zeros(size)).any()


@pytest.mark.parametrize("pen", [1, 2, 10, 40, 100])
def test_thin_and_thick_pens_are_seen(pen: int) -> None:
    prepared = prepare(stroke(280, 280, pen))
    assert prepared.max() == 1
    assert prepared.sum() > 20


def test_place_and_scale_of_a_drawing_do_not_matter() -> None:
    small = stroke(40, 40, 4)
    corner = np.zeros((300, 300))
    corner[260:, :40] = small
    np.testing.assert_allclose(prepare(corner), prepare(small), atol=1e-6)
    large = small.repeat(7, axis=0).repeat(7, axis=1)
    np.testing.assert_allclose(prepare(large), prepare(small), atol=1e-6)


def test_scale_of_the_values_does_not_matter() -> None:
    image = stroke(90, 70, 7) * np.linspace(0.5, 1, 70)
    expected = prepare(image)
    for same in (
        image * 255,
        (image * 255).astype(np.float16),
        np.rint(image * 255).astype(np.uint8),
        image * 0.5,
    ):
        np.testing.assert_allclose(prepare(same), expected, atol=0.01)
    bits = image > 0
    np.testing.assert_array_equal(prepare(bits), prepare(bits.astype(np.uint8) * 255))


def test_the_image_is_not_changed() -> None:
    image = stroke(50, 50, 5) * 255
    before = image.copy()
    prepare(image)
    np.testing.assert_array_equal(image, before)


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (np.zeros(5), "2 dimensions"),
        (np.zeros((3, 4, 5)), "2 dimensions"),
        (np.float64(1.0), "2 dimensions"),
        (np.zeros((0, 5)), "at least one pixel"),
        (np.zeros((5, 0)), "at least one pixel"),
        (np.array([["a", "b"]]), "real numbers"),
        (np.zeros((3, 3), complex), "real numbers"),
        (np.array([[None, 1]]), "real numbers"),
        (np.array([[0.0, np.nan]]), "NaN"),
        (np.array([[0.0, np.inf]]), "NaN"),
    ],
)
def test_what_is_no_drawing_is_refused(image: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        prepare(image)


images = npst.arrays(
    np.float32,
    st.tuples(st.integers(1, 50), st.integers(1, 50)),
    elements=st.floats(0, 1, width=32),
)


@given(images)
def test_any_drawing_gives_an_input(image: np.ndarray) -> None:
    prepared = prepare(image)
    assert prepared.shape == (32, 32)
    assert prepared.min() >= 0
    assert prepared.max() <= 1
    assert (prepared.max() > 0) == (image.max() > 1 / 255)


def test_a_batch_is_prepared_as_each_of_it() -> None:
    random = np.random.default_rng(0)
    canvases = np.stack(
        [stroke(64, 64, pen) for pen in (1, 3, 8)]
        + [np.zeros((64, 64), np.float32), np.roll(stroke(64, 64, 3), 5, axis=1).T]
        + [(random.random((64, 64)) > 0.99).astype(np.float32)]
    )
    expected = np.stack([prepare(canvas) for canvas in canvases])
    np.testing.assert_allclose(prepare_batch(canvases), expected, atol=1e-6)
