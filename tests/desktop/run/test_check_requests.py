"""Which answers to a gradient check are shown, and what of them."""

from dataclasses import replace

import numpy as np

from backprop_viz.desktop.run.check_requests import CheckRequests
from backprop_viz.desktop.run.explanation_requests import Question
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import Switch
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.stream.commands import CheckGradient, Command
from backprop_viz.stream.messages import GradientChecked
from tests.desktop.panels.origin.test_check_room import check_of
from tests.recording.records import made_recording


def test_a_unit_of_a_later_event_is_counted_and_not_named() -> None:
    """The worker's recording may have gone on since the one that was asked about."""
    sent: list[Command] = []

    def submit(command: Command, _: object) -> bool:
        sent.append(command)
        return True

    requests = CheckRequests(submit)
    x, made = np.array([-1.0, 2.0]), np.array([0.0, 2.0])
    recording = made_recording(events=[(Phase.FORWARD, "relu", (x,), (made,))])
    assert len(recording.events) == 1
    assert requests.ask(Question(recording, Number(0, (0,))), 1e-6, None)
    (asked,) = sent
    assert isinstance(asked, CheckGradient)
    known = Switch(Number(1, (0,), 0), "relu", 1e-9)
    later = Switch(Number(9, (0,), 1), "relu", 2e-9)
    check = replace(check_of(1.0, 0.0), switches=(later, known), switched=2)
    answer = requests.to_be_shown(GradientChecked(asked.request, check))
    assert answer is not None
    assert answer.check is not None
    assert (answer.check.switches, answer.check.switched) == ((known,), 2)
    assert requests.to_be_shown(GradientChecked(asked.request - 1, check)) is None
