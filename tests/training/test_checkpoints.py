from itertools import pairwise

import backprop_viz as bv
from backprop_viz.training.checkpoints import FIRST_STRIDE, RECENT, SPARSE, Checkpoints

ITERATIONS = 5 * FIRST_STRIDE * SPARSE


def run() -> tuple[Checkpoints, list[int]]:
    """The checkpoints of a long run, and how many were kept each time one was added."""
    trainer = bv.Trainer(data="random", loss="mse", batch_size=1)
    checkpoints, counts = Checkpoints(trainer.checkpoint()), []
    for i in range(FIRST_STRIDE, ITERATIONS + 1, FIRST_STRIDE):
        trainer.iteration = i
        if checkpoints.wants(i):
            checkpoints.add(trainer.checkpoint())
            kept = range(0, i + 1, FIRST_STRIDE)
            counts.append(sum(checkpoints.at(k) is not None for k in kept))
    return checkpoints, counts


def test_their_number_is_bounded_and_does_not_swing() -> None:
    _, counts = run()
    assert SPARSE <= max(counts) <= SPARSE + RECENT
    assert all(after >= before - 2 for before, after in pairwise(counts))


def test_the_nearest_one_is_never_far() -> None:
    checkpoints, _ = run()
    far = max(i - checkpoints.before(i).iteration for i in range(1, ITERATIONS + 1, 97))
    assert far <= 16 * FIRST_STRIDE
    assert checkpoints.at(0) is not None


def test_as_many_are_kept_all_the_time_while_some_are_added_now_and_then() -> None:
    # As training does: those wanted, and one with each recording.
    trainer = bv.Trainer(data="random", loss="mse", batch_size=1)
    checkpoints, counts = Checkpoints(trainer.checkpoint()), []
    for i in range(1, ITERATIONS + 1):
        recorded = i % 70 == 0
        if recorded or checkpoints.wants(i):
            trainer.iteration = i
            checkpoints.add(trainer.checkpoint())
        if i > 2 * FIRST_STRIDE * SPARSE and recorded:
            counts.append(sum(checkpoints.at(k) is not None for k in range(i + 1)))
    assert set(counts) == {SPARSE + RECENT}


def test_one_that_is_added_again_takes_the_place_of_the_one_before() -> None:
    checkpoints, _ = run()
    trainer = bv.Trainer(data="random", loss="mse", batch_size=1)
    for i in [k for k in range(ITERATIONS + 1) if checkpoints.at(k) is not None]:
        trainer.iteration = i
        newer = trainer.checkpoint()
        checkpoints.add(newer)
        assert checkpoints.at(i) is newer
        assert checkpoints.before(i + 1) is newer
