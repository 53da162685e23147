"""Which checkpoints are kept when the run goes back."""

import pytest

import backprop_viz as bv
from backprop_viz.training.state.checkpoints import FIRST_STRIDE, Checkpoint, Checkpoints


def run(count: int, at: set[int]) -> tuple[bv.Trainer, dict[int, Checkpoint]]:
    """A trainer after so many iterations, and its checkpoints before some of them."""
    trainer = bv.Trainer("random", "mse", lr=0.001, batch_size=1)
    found: dict[int, Checkpoint] = {}
    for done in range(count + 1):
        if done in at:
            found[done] = trainer.checkpoint()
        if done < count:
            trainer.iterate()
    return trainer, found


@pytest.mark.parametrize("back_to", [FIRST_STRIDE, FIRST_STRIDE + 2], ids=["sparse", "recent"])
def test_the_iteration_that_is_gone_back_to_is_kept_and_none_after_it(back_to: int) -> None:
    wanted = {0, FIRST_STRIDE, *range(FIRST_STRIDE + 1, FIRST_STRIDE + 5)}
    _, made = run(FIRST_STRIDE + 4, wanted)
    checkpoints = Checkpoints(made[0])
    for iteration in sorted(wanted)[1:]:
        checkpoints.add(made[iteration])
    checkpoints.forget_after(back_to)
    kept = {i for i in range(FIRST_STRIDE + 5) if checkpoints.at(i) is not None}
    assert kept == {i for i in wanted if i <= back_to}
    # Going on from there begins with that very checkpoint, not with one from farther back.
    assert checkpoints.before(back_to + 1) is made[back_to]
