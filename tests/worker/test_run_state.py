"""The run as it stands in the worker: settings that change, going back, and what is told of it."""

from dataclasses import replace

import pytest

import backprop_viz as bv
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.events import GradientIntervention
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.training.recorded_steps import preview
from backprop_viz.worker.run_state import RunState

TUTORIAL = Settings(data="random", loss="mse", lr=0.01, batch_size=1)
FASTER = replace(TUTORIAL, lr=0.5)


@pytest.fixture
def state() -> RunState:
    """A run that begins."""
    state = RunState()
    state.begin(TUTORIAL)
    return state


def run(state: RunState, count: int = 1) -> list[float]:
    """Run iterations without recording them; their losses."""
    losses = []
    for _ in range(count):
        losses.append(state.trainer.iterate().loss)
        state.note_iteration()
    return losses


def run_recorded(state: RunState) -> Recording:
    """Run an iteration phase by phase, as the window's steps do."""
    recorder = state.record_iteration()
    while recorder.step() is not Phase.UPDATE:
        pass
    state.recording, state.recorder = recorder.recording(), None
    state.note_iteration(state.recording)
    return state.recording


def plain_losses(settings: Settings, count: int) -> list[float]:
    trainer = bv.Trainer.from_settings(settings)
    return [trainer.iterate().loss for _ in range(count)]


def clears(state: RunState) -> bool:
    """Whether the program that is shown calls zero_grad."""
    return any(line.name == "zero_grad" and line.runs for line in state.program.lines)


def test_settings_between_iterations_count_at_once_and_have_a_checkpoint(state: RunState) -> None:
    run(state, 3)
    state.configure(FASTER)
    checkpoint = state.checkpoints.at(3)
    assert checkpoint is not None
    assert checkpoint.settings[0] == 0.5
    assert (state.settings, state.trainer.lr) == (FASTER, 0.5)
    assert state.journal.settings == {0: TUTORIAL, 3: FASTER}
    run(state)
    assert state.checkpoints.at(4) is None


def test_settings_within_an_iteration_have_a_checkpoint_after_it(state: RunState) -> None:
    run(state, 2)
    recorder = state.record_iteration()
    recorder.step()
    state.configure(replace(FASTER, clear_gradients=False))
    start = state.checkpoints.at(2)
    assert start is not None
    assert start.settings[0] == 0.01
    assert clears(state)  # it was called before the change
    while recorder.step() is not Phase.UPDATE:
        pass
    state.recorder = None
    state.note_iteration()
    after = state.checkpoints.at(3)
    assert after is not None
    assert (after.settings[0], after.settings[-1]) == (0.5, False)
    assert not clears(state)
    run(state)
    assert state.checkpoints.at(4) is None


def test_settings_that_change_the_network_or_come_before_it_has_learnt_begin_anew(
    state: RunState,
) -> None:
    branch = state.branch
    state.configure(FASTER)
    assert (state.branch, state.trained) == (branch + 1, False)
    assert state.journal.settings == {0: FASTER}
    run(state)
    assert state.trained
    state.configure(replace(FASTER, seed=1))
    assert (state.branch, state.trainer.iteration) == (branch + 2, 0)
    state.record_iteration().step()
    state.configure(replace(FASTER, seed=1, lr=0.25))
    assert (state.branch, state.recorder is None) == (branch + 2, False)


def test_weights_that_came_from_elsewhere_are_where_the_run_can_go_back_to(
    state: RunState,
) -> None:
    run(state, 2)
    other = preview(state.trainer)
    state.renew(other)
    assert state.recording is other
    assert state.checkpoints.nearest(2) is None
    assert state.checkpoints.at(2) is not None
    assert state.journal.foreign == {2: "weights"}
    state.reset()
    assert not state.trained
    state.renew(other)
    assert (state.trained, state.trainer.iteration) == (True, 0)
    branch = state.branch
    state.configure(FASTER)  # the weights that were given stay
    assert state.branch == branch


def test_a_run_is_taken_up_just_where_it_was(state: RunState) -> None:
    run(state, 2)
    recording = state.recording
    state.renew(recording)
    state.record_iteration().step()
    state.configure(FASTER)
    stored = state.stored()
    told: list[int] = []
    state.on_begin.append(lambda: told.append(state.branch))
    state.training = state.evaluation_due = True
    state.begin(replace(TUTORIAL, seed=3))
    assert (state.training, state.evaluation_due, state.trained) == (False, False, False)
    state.take_up(stored)
    assert told == [state.branch - 1, state.branch]
    assert (state.trainer, state.recorder) == (stored.trainer, stored.recorder)
    assert (state.checkpoints, state.journal) == (stored.checkpoints, stored.journal)
    assert (state.settings, state.recording, state.trained) == (FASTER, recording, True)
    recorder = state.record_iteration()
    while recorder.step() is not Phase.UPDATE:
        pass
    state.note_iteration()
    assert state.checkpoints.at(3) is not None  # the settings had changed within the iteration


def test_an_iteration_that_is_abandoned_begins_again(state: RunState) -> None:
    state.training = True
    assert not state.abandon()
    assert not state.training
    recorder = state.record_iteration()
    assert state.record_iteration() is recorder
    for _ in range(4):
        recorder.step()
    state.training = True
    assert state.abandon()
    assert (state.training, state.recorder, state.trainer.phase) == (False, None, Phase.ZERO_GRAD)
    assert run(state, 2) == plain_losses(TUTORIAL, 2)


@pytest.mark.parametrize("to", [0, 2, 3])
def test_going_back_leaves_the_state_that_there_was(state: RunState, to: int) -> None:
    rewound: list[int] = []
    state.on_rewind.append(rewound.append)
    losses = run(state, 2)
    state.checkpoints.add(state.trainer.checkpoint())
    losses += run(state, 3)
    before, branch = state.recording, state.branch
    state.training = True
    state.go_back_to(to, None)
    assert state.recording is before
    assert (state.kept, state.branch, rewound) == (to, branch + 1, [to])
    assert (state.trainer.iteration, state.training) == (to, False)
    assert state.checkpoints.at(to) is not None
    assert (state.checkpoints.at(2) is None) == (to < 2)
    assert run(state, 5 - to) == losses[to:]
    state.reset()
    assert state.kept == 0


def test_going_back_brings_the_settings_of_then(state: RunState) -> None:
    run(state, 2)
    state.configure(FASTER)
    run(state)
    shown = preview(state.trainer)
    state.go_back_to(1, shown)
    assert state.recording is shown
    assert (state.settings, state.journal.settings) == (TUTORIAL, {0: TUTORIAL})
    assert run(state, 3) == plain_losses(TUTORIAL, 4)[1:]


def test_continuing_records_the_iteration_where_no_checkpoint_is(state: RunState) -> None:
    losses = run(state, 4)
    rewound: list[int] = []
    state.on_rewind.append(rewound.append)
    told: list[int] = []
    state.on_iteration.append(lambda done: told.append(done.number))
    state.continue_from(3)
    assert told == [3]
    assert (state.recording.iteration, state.recording.loss) == (3, losses[2])
    assert (state.trainer.iteration, state.recorder, rewound) == (3, None, [2])
    assert (state.kept, state.checkpoints.at(2) is not None) == (2, True)
    shown = state.recording
    state.continue_from(3)  # there is a checkpoint now: nothing has to run
    assert (state.recording, rewound) == (shown, [2, 3])
    assert run(state) == losses[3:]


def test_an_iteration_that_is_run_again_stops_training(state: RunState) -> None:
    start, recorder = state.trainer.checkpoint(), state.record_iteration()
    recorder.step()
    state.training = True
    branch = state.branch
    state.ran_again(start, recorder, branch=False)
    assert (state.training, state.branch, state.recorder) == (False, branch, recorder)


def test_batches_given_to_what_will_not_be_run_are_forgotten(state: RunState) -> None:
    run(state, 2)
    batch = state.trainer.batch
    assert batch is not None
    for iteration in (1, 2):
        state.trainer.given_batches[iteration] = batch
    run(state)
    state.go_back_to(2, None)
    assert [*state.trainer.given_batches] == [1]
    checkpoint = state.checkpoints.at(2)
    assert checkpoint is not None
    assert checkpoint.given_batch is None


def test_each_iteration_is_told_and_has_a_checkpoint_where_one_is_wanted(state: RunState) -> None:
    told: list[int] = []
    state.on_iteration.append(lambda done: told.append(done.number))
    run(state, 50)
    assert told == [*range(1, 51)]
    assert state.checkpoints.at(50) is not None
    assert state.checkpoints.at(49) is None


def test_what_no_loop_repeats_is_in_the_journal(state: RunState) -> None:
    run_recorded(state)
    assert (state.journal.twice, state.journal.foreign) == ((), {})
    recorder = state.record_iteration()
    while state.trainer.phase is not Phase.BACKWARD:
        recorder.step()
    recorder.backward_twice(retain_graph=True)
    recorder.step()
    state.recorder = None
    state.note_iteration(recorder.recording())
    assert (state.journal.twice, state.journal.foreign) == ((1,), {})
    intervention = GradientIntervention("conv1.weight", "zero")
    state.note_iteration(replace(recorder.recording(), backwards=1, intervention=intervention))
    assert (state.journal.twice, state.journal.foreign) == ((), {1: "intervention"})
