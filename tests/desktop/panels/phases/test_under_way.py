"""A phase that is under way: the phase bar and the timeline say the same of it."""

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.phases.phase_bar import PhaseBar
from backprop_viz.desktop.panels.phases.timeline_caption import caption
from backprop_viz.recording.trace.phases import PHASES, Phase
from tests.conftest import MakeViewState
from tests.recording.records import changed_recording


@pytest.mark.parametrize("done", [14, 3])
def test_how_much_of_it_is_to_come_is_said_where_that_is_known(
    qtbot: QtBot, make_view_state: MakeViewState, done: int
) -> None:
    whole = make_view_state()
    recording = whole.cursor.recording
    span = recording.span(Phase.BACKWARD)
    total, last = span.stop - span.start, span.start + done
    held = changed_recording(
        recording,
        iteration=2,
        events=recording.events[:last],
        spans=(*recording.spans[:3], replace(span, stop=last, ended=False)),
    )
    first = replace(whole, cursor=held.at(last), due=Phase.BACKWARD)
    second = replace(first, last_whole=recording)
    bar = PhaseBar()
    qtbot.addWidget(bar)
    bar.show()
    cell = bar.cells[PHASES.index(Phase.BACKWARD)]

    bar.show_view_state(second)
    assert cell.note == f"{done} / {total} nodes"
    assert caption(second) == f"iteration 2 · backward {done}/{total}"
    bar.show_view_state(first)
    assert cell.note == f"{done} events so far"
    assert caption(first) == f"iteration 2 · backward · {done} so far"
    # Back within what has run.
    earlier = replace(second, cursor=held.at(last - 2))
    bar.show_view_state(earlier)
    assert cell.note == f"{done - 2} / {total} nodes"
    assert caption(earlier) == f"iteration 2 · backward {done - 2}/{total}"
