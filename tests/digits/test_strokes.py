import hashlib
import os
import subprocess
import sys
import threading
import time
from typing import Any

import numpy as np
import pytest
import torch

from backprop_viz.digits import strokes as strokes_module
from backprop_viz.digits.handwriting import draw
from backprop_viz.digits.pen_curves import compile_styles
from backprop_viz.digits.prepare import prepare
from backprop_viz.digits.render import CANVAS, render
from backprop_viz.digits.strokes import StrokeDigits, training_strokes, validation_strokes
from backprop_viz.digits.templates.training import TRAINING
from backprop_viz.digits.templates.validation import VALIDATION
from tests.nightly import by_night


@pytest.fixture(scope="module")
def strokes() -> StrokeDigits:
    return StrokeDigits(train=True, size=2_500)


def test_items_are_what_a_net_takes(strokes: StrokeDigits) -> None:
    image, label = strokes[0]
    assert image.shape == (1, 32, 32)
    assert image.dtype == torch.float32
    assert image.min() == 0
    assert image.max() == 1
    assert type(label) is int
    assert len(strokes) == 2_500
    assert strokes.images.shape == (2_500, 32, 32)
    assert strokes.images.dtype == torch.uint8
    assert strokes.labels.shape == (2_500,)
    assert strokes.labels.dtype == torch.int64


def test_batch_is_the_images_by_255(strokes: StrokeDigits) -> None:
    index = torch.tensor([2_499, 0, 1_234, 0])
    images, labels = strokes.batch(index)
    assert torch.equal(images, strokes.images[index].unsqueeze(1).float() / 255)
    assert torch.equal(labels, strokes.labels[index])
    image, label = strokes[-1]
    assert torch.equal(image, images[0])
    assert label == int(labels[0])


@pytest.mark.parametrize("index", [-1, 2_500])
def test_an_index_outside_is_refused(strokes: StrokeDigits, index: int) -> None:
    with pytest.raises(IndexError):
        strokes.batch(torch.tensor([0, index]))
    with pytest.raises(IndexError):
        strokes[2_500]
    with pytest.raises(IndexError):
        strokes[-2_501]


def test_an_empty_set_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        StrokeDigits(size=0)


def test_an_empty_batch_is_empty(strokes: StrokeDigits) -> None:
    images, labels = strokes.batch(torch.tensor([], dtype=torch.int64))
    assert images.shape == (0, 1, 32, 32)
    assert labels.shape == (0,)


def test_each_thousand_is_balanced_and_shuffled(strokes: StrokeDigits) -> None:
    for start in (0, 1_000):
        labels = strokes.labels[start : start + 1_000]
        assert torch.bincount(labels).tolist() == [100] * 10
        assert torch.bincount(labels[:64], minlength=10).min() > 0
    assert not torch.equal(strokes.labels[:1_000], strokes.labels[1_000:2_000])


def test_the_first_batch_needs_one_block_only(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn_blocks = []

    def counted(*given: Any) -> Any:
        drawn_blocks.append(given)
        return draw(*given)

    monkeypatch.setattr(strokes_module, "draw", counted)
    start = time.perf_counter()
    fresh = StrokeDigits()
    constructed = time.perf_counter()
    fresh.batch(torch.arange(64))
    drawn = time.perf_counter()
    # Ten times what an idle machine takes: this is about orders of magnitude.
    assert constructed - start < 0.1
    assert drawn - constructed < 2
    assert len(drawn_blocks) == 1


def test_order_and_size_do_not_change_the_sequence(strokes: StrokeDigits) -> None:
    shorter = StrokeDigits(train=True, size=1_100)
    last, _ = shorter.batch(torch.tensor([1_099]))
    first, _ = shorter.batch(torch.tensor([0]))
    assert torch.equal(torch.cat([first, last]), strokes.batch(torch.tensor([0, 1_099]))[0])
    assert torch.equal(shorter.images, strokes.images[:1_100])
    assert torch.equal(shorter.labels, strokes.labels[:1_100])


@by_night
def test_other_processes_with_any_number_of_threads_draw_the_same(strokes: StrokeDigits) -> None:
    # Shared out among threads, a sum of the fifth thousand comes out on the other side of a half.
    first, count = 4_000, 2_500
    script = (
        "import hashlib, torch; torch.set_num_threads(1); torch.manual_seed(7);"
        "from backprop_viz.digits.strokes import StrokeDigits; digits = StrokeDigits(size=5_000);"
        "hashed = lambda images: hashlib.sha256(images.numpy().tobytes()).hexdigest();"
        f"print(hashed(digits.batch(torch.arange({first}, 5_000))[0]));"
        f"print(hashed(digits.batch(torch.arange({count}))[0]))"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "OPENBLAS_NUM_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        ).stdout
        for threads in ("5", "1", "2")
    }
    assert len(printed) == 1
    here, _ = strokes.batch(torch.arange(count))
    assert printed.pop().split()[1] == hashlib.sha256(here.numpy().tobytes()).hexdigest()


def test_random_states_are_left_alone() -> None:
    torch.manual_seed(3)
    np.random.seed(3)
    state = torch.get_rng_state()
    numbers = np.random.get_state(legacy=False)
    StrokeDigits(size=10).batch(torch.arange(10))
    assert torch.equal(torch.get_rng_state(), state)
    np.testing.assert_equal(np.random.get_state(legacy=False), numbers)


def test_threads_may_draw_and_take_at_once(strokes: StrokeDigits) -> None:
    shared = StrokeDigits(train=True, size=2_500)
    seen: list[tuple[int, int]] = []
    background = threading.Thread(
        target=shared.generate, args=(lambda done, total: seen.append((done, total)),)
    )
    background.start()
    index = torch.tensor([2_400, 10])
    taken, _ = shared.batch(index)
    background.join()
    assert torch.equal(taken, strokes.batch(index)[0])
    assert torch.equal(shared.images, strokes.images)
    assert seen == [(1_000, 2_500), (2_000, 2_500), (2_500, 2_500)]


def test_the_shared_parts_are_one_each() -> None:
    assert training_strokes() is training_strokes()
    assert validation_strokes() is validation_strokes()
    assert training_strokes().train
    assert not validation_strokes().train
    assert len(training_strokes()) >= 40_000
    assert 2_000 <= len(validation_strokes()) <= 4_000


def test_parts_have_different_templates_and_drawings() -> None:
    def drawings(table: dict[int, str]) -> set[str]:
        return {line for text in table.values() for line in text.splitlines() if "," in line}

    assert not drawings(TRAINING) & drawings(VALIDATION)
    train, validation = (StrokeDigits(part, 1_000) for part in (True, False))
    assert not torch.equal(train.labels, validation.labels)
    rows = torch.cat([train.images, validation.images]).flatten(1)
    assert len(torch.unique(rows, dim=0)) == 2_000


def test_every_digit_has_several_ways_of_writing() -> None:
    for table in (TRAINING, VALIDATION):
        styles = compile_styles(table)
        assert np.bincount(styles.digits, minlength=10).min() >= 3


def test_variants_that_cannot_be_mixed_are_refused() -> None:
    with pytest.raises(ValueError, match="digit 1"):
        compile_styles({1: "flag\n0,0 5,5! 9,9\n0,0 5,5 9,9"})


def test_a_path_runs_through_its_points_and_turns_at_corners() -> None:
    styles = compile_styles({1: "one\n20,30 50,0! 50,100 / 10,100 90,100"})
    path = styles.curve[0] @ styles.controls[0, 0]
    for point in styles.controls[0, 0]:
        assert np.linalg.norm(path - point, axis=1).min() < 2.5
    flag = path[path[:, 1] < 50]
    flag = flag[flag[:, 0] < 49.9]
    np.testing.assert_allclose(flag[:, 1], 50 - flag[:, 0], atol=1e-3)  # straight up to the corner
    assert styles.along[0].min() == 0
    assert styles.along[0].max() == 1


def test_a_rendered_line_is_as_wide_as_the_pen() -> None:
    points = np.zeros((1, 128, 2), np.float32)
    points[0, :, 1] = np.linspace(0, 1, 128)
    canvas = render(points, np.ones((1, 128), np.bool_), np.full((1, 128), 0.125, np.float32))[0]
    assert canvas.shape == (CANVAS, CANVAS)
    assert canvas[CANVAS // 2].sum() == pytest.approx(0.125 * 42, abs=0.1)
    assert canvas.min() == 0
    assert canvas.max() == 1


def test_nothing_is_drawn_where_the_pen_is_up() -> None:
    points = np.zeros((1, 128, 2), np.float32)
    points[0, :, 1] = np.linspace(0, 1, 128)
    down = np.ones((1, 128), np.bool_)
    down[0, 50:78] = False
    canvas = render(points, down, np.full((1, 128), 0.1, np.float32))[0]
    assert not canvas[CANVAS // 2].any()


def test_samples_went_through_the_preparation_of_a_drawing(strokes: StrokeDigits) -> None:
    labels = strokes.labels[1_000:2_000].numpy()
    random = np.random.default_rng((20_250_101, True, 1))
    canvases = render(*draw(compile_styles(TRAINING), labels, random))
    expected = np.stack([prepare(canvas) for canvas in canvases[:200]])
    drawn = strokes.images[1_000:1_200].numpy() / np.float32(255)
    np.testing.assert_allclose(drawn, expected, atol=0.51 / 255)


def test_every_sample_is_ink_in_the_middle(strokes: StrokeDigits) -> None:
    images = strokes.images.float() / 255
    assert (images.sum(dim=(1, 2)) > 15).all()
    assert (images.amax(dim=(1, 2)) == 1).all()
    assert not images[:, :2].any()
    assert not images[:, :, -2:].any()


def test_a_style_with_small_parts_is_drawn_with_a_thin_pen() -> None:
    table = {
        6: "tiny loop * 2 < 0.08\n60,2 50,36 44,74 46,94 58,94 62,82 50,76 40,86",
        7: "b\n0,0 9,9",
    }
    styles = compile_styles(table)
    assert styles.weights.tolist() == [2, 1]
    assert styles.widest.tolist() == pytest.approx([0.08, 1])
    _, _, pen = draw(styles, np.full(400, 6), np.random.default_rng(0))
    assert pen.max() <= 0.08 * 1.4 + 1e-6  # pressed hard
    _, _, pen = draw(styles, np.full(400, 7), np.random.default_rng(0))
    assert pen.max() > 0.3
