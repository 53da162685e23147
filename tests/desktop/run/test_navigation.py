"""Through the events and the iterations, forwards and back; breakpoints; continuing from a past."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from pytestqt.qtbot import QtBot

import backprop_viz as bv
from backprop_viz.analysis.cursor.breakpoints import first_hit
from backprop_viz.desktop.run.session import Session
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.notices.notice import Notice
from backprop_viz.recording.recording_cache import RecordingCache, memory_of
from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.run.program import Line
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.stream.messages import Update
from backprop_viz.worker.loop import Worker
from tests.nightly import NIGHTLY, by_day_every
from tests.waiting import until_idle

TUTORIAL = Settings(data="random", loss="mse", lr=0.01, batch_size=1)

OpenSession = Callable[..., Session]


@pytest.fixture
def session(open_session: OpenSession) -> Session:
    return open_session(TUTORIAL)


def shown(session: Session) -> ViewState:
    until_idle(session)
    assert session.view_state is not None
    return session.view_state


def place(session: Session) -> tuple[int, int]:
    cursor = shown(session).cursor
    return cursor.recording.iteration, cursor.position


def test_event_by_event_through_two_iterations_and_back(session: Session) -> None:
    places = []
    while not places or places[-1] != (2, 12):
        session.shown.go("event")
        places.append(place(session))
    assert len(set(places)) == len(places)
    assert places[:3] == [(1, 1), (1, 2), (1, 3)]
    size = len(shown(session).cursor.recording.events)
    back = []
    for _ in places[:-1]:
        session.shown.go_back("event")
        if place(session)[1] == 0:  # between two iterations lies the start of the second
            session.shown.go_back("event")
        back.append(place(session))
    assert back == places[-2::-1]
    assert size >= 12


def test_by_iteration(session: Session) -> None:
    for number in (1, 2, 3):
        session.shown.go("iteration")
        assert place(session)[0] == number
    session.shown.go_back("iteration")
    assert place(session) == (3, 0)
    session.shown.go_back("iteration")
    assert place(session) == (2, 0)
    session.shown.go("iteration")
    assert shown(session).cursor.at_end
    assert shown(session).iteration == 3


def test_playing_runs_phases_and_stops_when_told(session: Session, qtbot: QtBot) -> None:
    session.shown.set_speed(200)
    session.shown.play()
    assert shown(session).playing
    qtbot.waitUntil(lambda: place(session)[1] > 25, timeout=60_000)
    session.shown.stop_playing()
    assert not shown(session).playing
    assert not session.shown.playing


@pytest.mark.parametrize(
    "optimizer", by_day_every(5, ["adam", "manual", "sgd", "nesterov", "rmsprop"])
)
def test_continuing_without_change_repeats_the_curve(
    open_session: OpenSession, optimizer: str
) -> None:
    """From an iteration long past and from one of the last, some more, bit for bit."""
    more = 50 if NIGHTLY else 12
    settings = replace(TUTORIAL, optimizer=optimizer, lr=0.001)
    plain = bv.Trainer.from_settings(settings)
    losses = [plain.iterate().loss for _ in range(max(115, 68 + 2 * more))]
    session = open_session(settings)
    for _ in range(115):
        session.iterate()
    assert shown(session).curves.loss.tolist() == losses[:115]
    for iteration in (70, 68 + more):
        session.shown.show_iteration(iteration)
        session.continue_from_here()
        view_state = shown(session)
        assert view_state.iteration == view_state.cursor.recording.iteration == iteration
        assert view_state.curves.loss.tolist() == losses[:iteration]
        for _ in range(more):
            session.iterate()
        assert shown(session).curves.loss.tolist() == losses[: iteration + more]
    assert shown(session).earlier[0][1].loss.tolist() == losses[:115]


def test_continuing_with_another_rate_leaves_the_old_curve(session: Session) -> None:
    for _ in range(6):
        session.iterate()
    losses = shown(session).curves.loss.tolist()
    session.shown.show_iteration(2)
    session.continue_from_here()
    session.configure(replace(shown(session).settings, lr=0.1))
    session.iterate()
    session.iterate()
    curves = shown(session).curves
    assert curves.loss.tolist()[:3] == losses[:3]
    assert curves.loss[3] != losses[3]
    assert shown(session).earlier[-1][1].loss.tolist() == losses


def run_until_stopped(session: Session, qtbot: QtBot) -> ViewState:
    session.train()
    until_idle(session)
    qtbot.waitUntil(lambda: not session.view_state.training, timeout=60_000)
    return shown(session)


def test_places_stop_training_at_their_event(session: Session, qtbot: QtBot) -> None:
    node = next(
        n.key
        for n in shown(session).cursor.recording.graph.nodes
        if n.name == "ConvolutionBackward0"
    )
    for breakpoint_ in (Breakpoint("node", node), Breakpoint("parameter", "fc1.bias")):
        session.watch([breakpoint_])
        view_state = run_until_stopped(session, qtbot)
        assert view_state.hit == breakpoint_
        event = view_state.cursor.event
        assert event.phase is Phase.BACKWARD
        graph = view_state.cursor.recording.graph
        assert breakpoint_.key in (graph.nodes[event.node].key, event.parameter)


def where(line: Line) -> Phase | int | None:
    """The phase that is due, or the line of the network's forward, at which a line stops."""
    if line.source_line is not None:
        return line.source_line
    return Phase.ZERO_GRAD if line.name == "loader" else line.phase


@pytest.mark.parametrize("way", by_day_every(2, ["train", "iterate", "step"]))
def test_every_line_that_runs_stops_the_run_before_it(
    session: Session, qtbot: QtBot, way: str
) -> None:
    runs = [line for line in shown(session).program.lines if line.runs]
    assert len(runs) == 6 + 7
    for line in runs:
        wanted = Breakpoint("line", line.key)
        session.reset()
        session.watch([wanted])
        for iteration in (1, 2):
            view_state = shown(session)
            begun = (view_state.cursor.recording.iteration, view_state.cursor.position)
            for _ in range(6):
                if way == "train":
                    view_state = run_until_stopped(session, qtbot)
                else:
                    (session.iterate if way == "iterate" else session.shown.step)()
                    view_state = shown(session)
                if view_state.hit is not None:
                    break
            assert view_state.hit == wanted, line.text
            assert (view_state.cursor.recording.iteration, view_state.cursor.position) != begun
            events, position = view_state.cursor.recording.events, view_state.cursor.position
            place = where(line)
            if place is Phase.ZERO_GRAD:
                assert view_state.cursor.at_end
                assert view_state.due is Phase.ZERO_GRAD
                assert view_state.iteration == iteration
                continue
            assert view_state.cursor.recording.iteration == iteration
            done = {event.phase for event in events[:position]}
            if isinstance(place, Phase):
                assert place not in done
                assert len(done) == list(Phase).index(place)
            else:
                lines = [event.line for event in events[:position]]
                assert place not in lines
                assert Phase.LOSS not in done
        session.watch([])


def test_f5_goes_on_from_line_to_line_within_a_phase(session: Session, qtbot: QtBot) -> None:
    lines = [line for line in shown(session).program.lines if line.source_line and line.runs]
    wanted = [Breakpoint("line", line.key) for line in (lines[1], lines[3])]
    session.watch(wanted)
    hits = [run_until_stopped(session, qtbot) for _ in range(4)]
    assert [view_state.hit for view_state in hits] == [*wanted, *wanted]
    assert [view_state.cursor.recording.iteration for view_state in hits] == [1, 1, 2, 2]
    assert [view_state.cursor.position for view_state in hits] == [13, 17, 13, 17]


def test_a_line_stops_before_the_weights_change(session: Session, qtbot: QtBot) -> None:
    session.watch([Breakpoint("line", "update")])
    plain = bv.Trainer.from_settings(TUTORIAL)
    for iteration in range(3):
        view_state = run_until_stopped(session, qtbot)
        assert (view_state.due, view_state.iteration) == (Phase.UPDATE, iteration)
        for name, parameter in plain.model.named_parameters():
            assert np.array_equal(view_state.cursor.value(name), parameter.detach().numpy())
        plain.iterate()
        for name, parameter in plain.model.named_parameters():
            assert np.array_equal(view_state.cursor.grad(name), parameter.grad.numpy())


@pytest.mark.parametrize("phases", [2, 3])
def test_a_node_chosen_in_either_graph_is_where_backward_stops(
    session: Session, phases: int
) -> None:
    """Of the output there are 25 nodes, of the loss 27, of which the first ones are others."""
    for _ in range(phases):
        session.shown.step()
    recording = shown(session).cursor.recording
    conv = [e for e in recording.events if e.op == "conv2d"][1]
    chosen = recording.graph.nodes[conv.node]
    session.watch([Breakpoint("node", chosen.key)])
    session.iterate()
    view_state = shown(session)
    assert view_state.hit == Breakpoint("node", "conv2d 2")
    # The gradient of conv2's output: no other node's has this shape and this name.
    assert view_state.cursor.event.op == "ConvolutionBackward0"
    assert view_state.cursor.event.inputs[0].shape == (1, 16, 13, 13)


@pytest.mark.parametrize("kind", ["loss_above", "norm_above", "norm_below"])
def test_conditions_stop_in_the_iteration_in_which_they_hold(
    session: Session, qtbot: QtBot, kind: str
) -> None:
    # What plain training does, to know when the condition will hold first.
    trainer = bv.Trainer("random", "mse", lr=0.01, batch_size=1)
    losses, norms = [], []
    for _ in range(12):
        losses.append(trainer.iterate().loss)
        norms.append(float(trainer.model.conv1.bias.grad.double().norm()))
    if kind == "loss_above":
        session.configure(replace(TUTORIAL, lr=3.0))
        trainer = bv.Trainer("random", "mse", lr=3.0, batch_size=1)
        losses = [trainer.iterate().loss for _ in range(12)]
        value = losses[0] * 1.01
        expected = next(i for i, loss in enumerate(losses, 1) if loss > value)
    elif kind == "norm_below":
        value = (norms[4] + norms[5]) / 2
        expected = next(i for i, norm in enumerate(norms, 1) if norm < value)
    else:
        value = norms[0] * 0.9
        expected = next(i for i, norm in enumerate(norms, 1) if norm > value)
    key = None if kind == "loss_above" else "conv1.bias"
    session.watch([Breakpoint(kind, key, value)])
    view_state = run_until_stopped(session, qtbot)
    assert view_state.hit == Breakpoint(kind, key, value)
    assert view_state.cursor.recording.iteration == expected
    assert view_state.cursor.recording.samples is None
    event = view_state.cursor.event
    assert event.phase is (Phase.LOSS if kind == "loss_above" else Phase.BACKWARD)
    assert event.parameter == key


def test_the_first_number_that_is_none_is_where_the_cursor_stops(
    session: Session, qtbot: QtBot
) -> None:
    session.configure(replace(TUTORIAL, lr=1e6))
    view_state = run_until_stopped(session, qtbot)
    assert view_state.hit == Breakpoint("not_finite")
    event = view_state.cursor.event
    assert not all(np.isfinite(a).all() for a in event.outputs if a is not None)


def test_moving_on_leaves_the_breakpoint(session: Session, qtbot: QtBot) -> None:
    session.watch([Breakpoint("parameter", "fc3.bias")])
    assert run_until_stopped(session, qtbot).hit is not None
    session.shown.go("event")
    assert shown(session).hit is None


def test_the_cache_stays_within_its_budget() -> None:
    trainer = bv.Trainer("random", "mse")
    recordings = [trainer.record() for _ in range(6)]
    size = memory_of(recordings[1])
    assert size > 3 * 81_194 * 4
    cache = RecordingCache(int(3.5 * size))
    for recording in recordings:
        cache.keep(recording)
    kept_iterations = cache.kept_iterations(6)
    assert kept_iterations.iterations == (4, 5, 6)
    assert kept_iterations.bytes <= kept_iterations.budget
    assert cache.get(1) is None
    assert cache.next_to(5, -1) is recordings[3]
    cache.forget_after(4)
    assert cache.kept_iterations(4).iterations == (4,)


def test_a_layer_stops_training_when_it_is_computed(session: Session, qtbot: QtBot) -> None:
    session.watch([Breakpoint("layer", "pool2")])
    view_state = run_until_stopped(session, qtbot)
    assert view_state.hit == Breakpoint("layer", "pool2")
    assert view_state.cursor.event.op == "max_pool2d"


class Dying(torch.nn.Module):
    """Its gradient is zero from the fourth forward on, or one of its parameters is left out."""

    def __init__(self, end: str) -> None:
        super().__init__()
        self.fc = torch.nn.Linear(1024, 10)
        self.late = torch.nn.Linear(10, 10)
        self.end = end
        self.forwards = 0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.forwards += self.training
        out = self.fc(x.flatten(1))
        if self.forwards < 4:
            return self.late(out)
        return self.late(out * 0) if self.end == "grad_zero" else out


@pytest.mark.parametrize("kind", ["grad_zero", "grad_none"])
def test_training_stops_at_a_gradient_that_is_zero_or_none(kind: str) -> None:
    """The worker by itself, on a network that no setting gives."""

    class Post:
        def __init__(self) -> None:
            self.updates: list[Update] = []

        def publish(self, update: Update, recording: object = None) -> None:
            self.updates.append(update)

        def tell(self, notice: Notice) -> None:
            raise AssertionError(notice)

        def has_command(self) -> bool:
            return False

        def update_wanted(self) -> bool:
            return False

    worker = Worker(Post(), TUTORIAL)
    data = torch.utils.data.TensorDataset(torch.rand(20, 1, 32, 32), torch.arange(20) % 10)
    worker.state.trainer = bv.Trainer(data, model=Dying(kind), batch_size=4)
    worker.state.checkpoints.add(worker.state.trainer.checkpoint())
    worker.phases.watch((Breakpoint(kind),))
    worker.phases.train()
    for _ in range(20):
        if worker.state.training:
            worker.phases.train_on()
    assert not worker.state.training
    recording = worker.state.recording
    # The fourth forward runs twice, the second time recorded; it must still be the fourth.
    assert recording.iteration == 4
    found = first_hit(recording, [Breakpoint(kind)])
    assert found is not None
    event = recording.events[found[0]]
    if kind == "grad_zero":
        assert event.parameter is not None
        assert not event.outputs[0].any()
    else:
        assert found[0] == recording.span(Phase.BACKWARD).stop - 1


def test_iterate_goes_on_in_what_is_kept_and_runs_past_it(session: Session) -> None:
    for _ in range(3):
        session.iterate()
    shown(session)
    session.shown.show_iteration(1)
    session.shown.go_back("phase")
    assert not shown(session).cursor.at_end
    for iteration, ran in ((1, 3), (2, 3), (3, 3), (4, 4)):
        session.iterate()
        assert shown(session).cursor.at_end
        assert (place(session)[0], session.iteration) == (iteration, ran)


def test_iterate_after_continuing_from_an_earlier_iteration_runs(session: Session) -> None:
    for _ in range(3):
        session.iterate()
    shown(session)
    session.shown.show_iteration(1)
    session.continue_from_here()
    session.iterate()  # not waited for: the iterations after the first are still kept here
    assert place(session)[0] == session.iteration == 2
