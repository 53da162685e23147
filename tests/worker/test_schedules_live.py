"""A learning-rate schedule in a run of the window: continuing, changing it, altering a gradient."""

from collections.abc import Callable
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

import backprop_viz as bv
from backprop_viz.desktop.run.session import Session
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.notices.notice import Notice
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.events import GradientIntervention
from backprop_viz.stream.commands import AlterGradient
from tests.nightly import by_day_every

RUN = Settings(
    data="random",
    loss="mse",
    lr=0.01,
    batch_size=1,
    schedule="step",
    schedule_options={"step_size": 3, "gamma": 0.5},
)
COSINE = replace(RUN, schedule="cosine", schedule_options={"iterations": 10})
OpenSession = Callable[[Settings], Session]


def shown(session: Session) -> ViewState:
    assert session.wait_idle(30)
    assert session.view_state is not None
    return session.view_state


def rate(session: Session) -> float:
    return float(shown(session).cursor.recording.options["lr"])


SCHEDULES: dict[str, dict[str, float]] = {
    "cosine": {"iterations": 60},
    "step": {"step_size": 7, "gamma": 0.8},
}


@pytest.mark.parametrize(
    ("schedule", "optimizer"),
    by_day_every(8, list(product(SCHEDULES, ["adam", "manual", "nesterov"]))),
)
def test_continuing_repeats_the_curve(
    open_session: OpenSession, schedule: str, optimizer: str
) -> None:
    settings = replace(
        RUN, optimizer=optimizer, lr=0.001, schedule=schedule, schedule_options=SCHEDULES[schedule]
    )
    plain = bv.Trainer.from_settings(settings)
    losses = [plain.iterate().loss for _ in range(90)]
    session = open_session(settings)
    for _ in range(70):
        session.iterate()
    for iteration in (40, 48):
        assert shown(session).iteration > iteration
        session.shown.show_iteration(iteration)
        session.continue_from_here()
        assert shown(session).curves.loss.tolist() == losses[:iteration]
        for _ in range(12):
            session.iterate()
        assert shown(session).curves.loss.tolist() == losses[: iteration + 12]


def test_the_rate_on_show_is_that_of_the_iteration_on_show(open_session: OpenSession) -> None:
    session = open_session(RUN)
    rates = []
    for _ in range(7):
        session.iterate()
        rates.append(rate(session))
    assert rates == [0.01] * 3 + [0.005] * 3 + [0.0025]
    session.shown.show_iteration(2)
    assert rate(session) == 0.01


def test_another_schedule_goes_on_and_is_undone_by_continuing_from_before(
    open_session: OpenSession,
) -> None:
    session = open_session(RUN)
    for _ in range(4):
        session.iterate()
    session.configure(COSINE)
    session.iterate()
    view_state = shown(session)
    assert (view_state.iteration, view_state.settings) == (5, COSINE)
    assert rate(session) == 0.01 * ((1 + np.cos(np.pi * 0.4)) / 2)
    session.shown.show_iteration(3)
    session.continue_from_here()
    view_state = shown(session)
    assert view_state.settings == RUN
    session.iterate()
    assert rate(session) == 0.005


def test_a_changed_rate_in_the_middle_of_an_iteration_counts_at_its_update(
    open_session: OpenSession,
) -> None:
    session = open_session(RUN)
    for _ in range(3):
        session.iterate()
    for _ in range(4):
        session.shown.step()
    session.configure(replace(RUN, lr=0.1))
    session.shown.step()
    assert rate(session) == 0.05


def test_an_altered_gradient_keeps_the_iterations_rate(open_session: OpenSession) -> None:
    session = open_session(RUN)
    for _ in range(3):
        session.iterate()
    truth = shown(session)
    node = next(n.id for n in truth.cursor.recording.graph.nodes if n.name == "ReluBackward0")
    session.send(AlterGradient(GradientIntervention(node, "zero")))
    assert shown(session).iteration == 3
    assert rate(session) == 0.01
    session.send(AlterGradient(None))
    assert rate(session) == 0.01


def test_a_refused_schedule_is_told_and_the_run_goes_on(open_session: OpenSession) -> None:
    session = open_session(RUN)
    session.iterate()
    told: list[Notice] = []
    session.told.connect(told.append)
    session.configure(replace(RUN, schedule_options={"step_size": 0}))
    assert shown(session).settings == RUN
    assert "whole number from 1 up" in told[0].values[0]
    assert "step_size" in told[0].values
    session.iterate()
    assert shown(session).iteration == 2
