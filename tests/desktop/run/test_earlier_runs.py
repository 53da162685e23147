"""The curves of the runs before are named after what they ran with."""

from collections.abc import Callable
from dataclasses import replace

from backprop_viz.desktop.run.session import Session
from backprop_viz.recording.settings.run_settings import Settings

TUTORIAL = Settings(data="random", loss="mse", lr=0.01, batch_size=1)
OpenSession = Callable[[Settings], Session]


def label_after(session: Session, rates: tuple[float, ...]) -> str:
    for lr in rates:
        session.configure(replace(TUTORIAL, lr=lr))
        session.iterate()
        session.iterate()
        assert session.wait_idle(30)
    session.configure(replace(TUTORIAL, lr=2.0))
    session.reset()
    assert session.wait_idle(30)
    assert session.view_state is not None
    return session.view_state.earlier[-1][0]


def test_a_curve_is_named_after_the_learning_rates_that_it_ran_with(
    open_session: OpenSession,
) -> None:
    session = open_session(TUTORIAL)
    assert label_after(session, (0.01, 0.5)) == "sgd, lr 0.01 → 0.5, seed 0"
    assert label_after(session, (0.1,)) == "sgd, lr 0.1, seed 0"
    assert label_after(session, (0.1, 0.2, 0.3, 0.4)) == "sgd, lr 0.1 → … → 0.4, seed 0"
