"""What was kept of an opened run is recorded again, and only what comes out as the run had it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
import torch
from torch import Tensor

import backprop_viz as bv
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.kept import Kept
from backprop_viz.recording.notices.notice import Notice
from backprop_viz.recording.run.history import Curves
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.stream.messages import Rerecorded
from backprop_viz.training.state.checkpoints import Checkpoint, Checkpoints
from backprop_viz.worker.files.stored_run import StoredRun
from backprop_viz.worker.reported_faults import ReportedFaults
from backprop_viz.worker.rerecording import FARTHEST, MOST_KEPT, Rerecording, worth_keeping
from backprop_viz.worker.run_state import RunState

TUTORIAL = Settings(data="random", loss="mse", lr=0.01, batch_size=1)
DONE = 6
PAST = (0, 3)
GIVEN_IN = 5
NEAR = 4


@dataclass
class FakeChannel:
    """The channel of a worker, which keeps what is said."""

    left: list[int] = field(default_factory=list)
    recordings: list[Recording | None] = field(default_factory=list)
    told: list[Notice] = field(default_factory=list)

    def answer(self, message: Rerecorded, recording: Recording | None) -> None:
        self.left.append(message.left)
        self.recordings.append(recording)

    def tell(self, notice: Notice) -> None:
        self.told.append(notice)

    @property
    def iterations(self) -> list[int]:
        return [recording.iteration for recording in self.recordings if recording is not None]


@dataclass
class Past:
    """A run that was trained: its checkpoints and losses, and the weights after each iteration."""

    given: tuple[Tensor, Tensor]
    checkpoints: dict[int, Checkpoint] = field(default_factory=dict)
    losses: list[float] = field(default_factory=list)
    weights: list[dict[str, Tensor]] = field(default_factory=list)


@pytest.fixture(scope="module")
def past() -> Past:
    """The run, one of whose batches was given by hand."""
    trainer = bv.Trainer.from_settings(TUTORIAL)
    run = Past((torch.rand(1, 1, 32, 32), torch.tensor([7])))
    trainer.given_batches[GIVEN_IN - 1] = run.given
    for _ in range(DONE):
        run.checkpoints[trainer.iteration] = trainer.checkpoint()
        run.losses.append(trainer.iterate().loss)
        run.weights.append({n: p.detach().clone() for n, p in trainer.model.named_parameters()})
    run.checkpoints[DONE] = trainer.checkpoint()
    return run


def stored(past: Past, kept: Sequence[Kept], bases: Sequence[int] = PAST) -> StoredRun:
    """The run as a session file holds it."""
    return StoredRun(
        TUTORIAL,
        Phase.ZERO_GRAD,
        past.checkpoints[DONE],
        None,
        Curves.of_losses(past.losses),
        None,
        1,
        (),
        {},
        tuple(kept),
        tuple(past.checkpoints[base] for base in bases),
    )


def opened(past: Past, run: StoredRun) -> tuple[FakeChannel, Rerecording]:
    """A worker's part that records again, of the run that was opened."""
    channel, state = FakeChannel(), RunState()
    rerecording = Rerecording(state, channel, ReportedFaults(channel))
    state.begin(TUTORIAL)
    state.trainer.given_batches[GIVEN_IN - 1] = past.given
    rerecording.begin(run)
    return channel, rerecording


def all_kept() -> Iterator[Kept]:
    return (Kept(iteration) for iteration in range(1, DONE + 1))


def recorded_again(past: Past, run: StoredRun) -> FakeChannel:
    channel, rerecording = opened(past, run)
    while rerecording.busy:
        rerecording.go_on()
    return channel


def test_each_comes_out_as_it_was_from_the_newest_checkpoint_forwards(past: Past) -> None:
    channel = recorded_again(past, stored(past, [*all_kept()]))
    assert channel.told == []
    assert channel.iterations == [4, 5, 6, 1, 2, 3]
    assert channel.left == [5, 4, 3, 2, 1, 0]
    for recording in channel.recordings:
        assert recording is not None
        number = recording.iteration
        assert recording.loss == past.losses[number - 1]
        assert recording.given_batch == (number == GIVEN_IN)
        assert {event.phase for event in recording.events} >= {*Phase} - {Phase.ZERO_GRAD}
        for name, weight in past.weights[number - 1].items():
            np.testing.assert_array_equal(recording.at(999).value(name), weight.numpy())


def test_those_between_two_that_were_kept_are_run_and_not_told(past: Past) -> None:
    channel = recorded_again(past, stored(past, [Kept(2), Kept(6)]))
    assert (channel.iterations, channel.left) == ([6, 2], [1, 0])


def test_a_wrong_loss_leaves_out_its_iteration_and_the_one_before(past: Past) -> None:
    run = stored(past, [*all_kept()])
    losses = run.curves.loss.copy()
    losses[NEAR - 1] *= 1 + 1e-15
    assert losses[NEAR - 1] != past.losses[NEAR - 1]
    channel = recorded_again(past, replace(run, curves=Curves.of_losses(losses)))
    # The weights after the third iteration are known from a checkpoint: no loss is asked.
    assert channel.iterations == [5, 6, 1, 2, 3]
    assert recorded_again(
        past, replace(run, past=run.past[:1], curves=Curves.of_losses(losses))
    ).iterations == [1, 2, 5, 6]


def test_one_wrong_weight_leaves_out_the_iteration_before_a_checkpoint(past: Past) -> None:
    run = stored(past, [*all_kept()])
    wrong = dict(run.checkpoint.model)
    wrong["fc3.bias"] = wrong["fc3.bias"].clone()
    wrong["fc3.bias"][-1] = torch.nextafter(wrong["fc3.bias"][-1], torch.tensor(9.0))
    channel = recorded_again(past, replace(run, checkpoint=replace(run.checkpoint, model=wrong)))
    assert channel.iterations == [4, 5, 1, 2, 3]
    assert channel.left == [5, 4, 2, 1, 0]


def test_the_newest_counts_only_where_its_weights_are_known(past: Past) -> None:
    run = stored(past, [Kept(DONE - 1)])
    known = replace(run, checkpoint=past.checkpoints[DONE - 1])
    assert recorded_again(past, known).iterations == [DONE - 1]
    cut = Curves.of_losses(past.losses[: DONE - 1])
    channel = recorded_again(past, replace(run, curves=cut))
    assert (channel.recordings, channel.told) == ([None], [])


def test_what_raises_ends_it_without_a_message_to_the_user(past: Past) -> None:
    run = stored(past, [*all_kept()])
    forged = replace(run.past[1], model={"another": torch.zeros(1)})
    channel = recorded_again(past, replace(run, past=(run.past[0], forged)))
    assert (channel.recordings, channel.left) == ([None], [0])
    assert [notice.code for notice in channel.told] == ["noted"]


def test_what_is_far_from_a_checkpoint_or_beyond_the_run_is_left_out(past: Past) -> None:
    far = 2 * FARTHEST
    first, last = (replace(past.checkpoints[0], iteration=i) for i in (1, far))
    kept = (0, 1, 2, FARTHEST + 1, FARTHEST + 2, far, far + 1)
    run = replace(
        stored(past, [Kept(i) for i in kept]),
        past=(first,),
        checkpoint=last,
        curves=Curves.of_losses(np.ones(far + 1)),
    )
    assert [one.iteration for one in opened(past, run)[1].due] == [2, FARTHEST + 1]
    run = replace(run, past=(first, replace(first, iteration=far - 1), replace(last)))
    assert [one.iteration for one in opened(past, run)[1].due] == [far, 2, FARTHEST + 1]
    few = replace(run, curves=Curves.of_losses(np.ones(2)))
    assert [one.iteration for one in opened(past, few)[1].due] == [2]
    many = replace(run, kept=(Kept(3), *[Kept(2)] * MOST_KEPT))
    assert {one.iteration for one in opened(past, many)[1].due} == {2}


def test_another_run_or_another_branch_is_not_recorded_again(past: Past) -> None:
    channel, state = FakeChannel(), RunState()
    rerecording = Rerecording(state, channel, ReportedFaults(channel))
    state.begin(TUTORIAL)
    rerecording.begin(stored(past, [*all_kept()]))
    for call in state.on_rewind:
        call(3)
    assert [one.iteration for one in rerecording.due] == [1, 2, 3]
    state.reset()
    assert not rerecording.busy


def test_an_iteration_is_recorded_whole(past: Past) -> None:
    channel, rerecording = opened(past, stored(past, []))
    rerecording.record_whole(GIVEN_IN)
    (recording,) = channel.recordings
    assert recording is not None
    assert (recording.iteration, recording.samples, recording.given_batch) == (GIVEN_IN, None, True)
    assert recording.loss == past.losses[GIVEN_IN - 1]
    assert channel.left == [0]


def test_an_iteration_is_recorded_whole_from_the_last_checkpoint_before_it(past: Past) -> None:
    channel, state = FakeChannel(), RunState()
    state.begin(TUTORIAL)
    # As after weights were loaded: they are not those that the run would have come to.
    state.checkpoints.add(replace(past.checkpoints[3], model=past.checkpoints[5].model))
    Rerecording(state, channel, ReportedFaults(channel)).record_whole(4)
    (recording,) = channel.recordings
    assert recording is not None
    weight = recording.at(0).value("fc3.bias")
    np.testing.assert_array_equal(weight, past.weights[4]["fc3.bias"].numpy())


def test_what_is_worth_keeping_is_near_a_checkpoint_and_has_room(past: Past) -> None:
    checkpoints = Checkpoints(replace(past.checkpoints[0], iteration=0))
    near = replace(past.checkpoints[0], iteration=NEAR)
    checkpoints.add(near)
    kept = [Kept(i) for i in (1, NEAR, NEAR + 1, NEAR + FARTHEST, NEAR + FARTHEST + 1)]

    def found(before: int, most: int) -> tuple[list[int], list[int]]:
        iterations, bases = worth_keeping(kept, checkpoints, before, most)
        return [one.iteration for one in iterations], [base.iteration for base in bases]

    every = [1, NEAR, NEAR + 1, NEAR + FARTHEST]
    assert found(999, 2 * near.bytes) == (every, [0, NEAR])
    assert found(NEAR + FARTHEST, 2 * near.bytes) == (every[:3], [0, NEAR])
    assert found(999, 2 * near.bytes - 1) == (every[2:], [NEAR])
    assert found(999, near.bytes - 1) == ([], [])
