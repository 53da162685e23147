"""The program shown is that of the iteration in progress, whatever is changed meanwhile."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from backprop_viz.desktop.run.session import Session
from backprop_viz.recording.settings.run_settings import Settings

RUN = Settings(data="random", loss="mse", lr=0.01, batch_size=1)
OpenSession = Callable[[Settings], Session]


def loop(session: Session) -> str:
    assert session.wait_idle(30)
    assert session.view_state is not None
    return "\n".join(line.text for line in session.view_state.program.lines)


@pytest.mark.parametrize(
    ("changed", "text"), [({"input_form": "single"}, "x[0]"), ({"set_to_none": False}, "=False")]
)
def test_what_has_run_already_stays_as_it_ran(
    open_session: OpenSession, changed: dict[str, object], text: str
) -> None:
    session = open_session(RUN)
    session.iterate()
    session.shown.step()
    session.shown.step()
    session.configure(replace(RUN, lr=0.5, **changed))  # type: ignore[arg-type]
    assert text not in loop(session)
    for _ in range(3):
        session.shown.step()
    assert text in loop(session)


def test_what_forward_takes_can_be_changed_before_it(open_session: OpenSession) -> None:
    session = open_session(RUN)
    session.iterate()
    session.shown.step()
    session.configure(replace(RUN, input_form="unsqueezed"))
    assert "unsqueeze(0)" in loop(session)
