"""What the window shows and says once a script that the test plays has ended."""

from dataclasses import replace

import pytest
from PySide6.QtGui import QAction

from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.stream.messages import RunEnded, Update
from tests.desktop.clients.played_script import Played
from tests.waiting import until


def test_a_script_that_is_killed(played: Played, recordings: list[Recording]) -> None:
    played.show(recordings[0])
    played.script.end()
    until(played.session, lambda: not played.session.has_worker)
    assert played.window.messages.text() == (
        "The script's process is gone. What was recorded can still be looked at."
    )
    played.trigger("actionStepBack")
    assert not played.session.view_state.cursor.at_end
    assert played.window.findChild(QAction, "actionStep").isEnabled()  # forward again
    played.trigger("actionLast")
    assert not played.window.findChild(QAction, "actionStep").isEnabled()
    played.session.iterate()
    assert "nothing more can be run" in played.window.messages.text()
    assert played.window.isVisible()


@pytest.mark.parametrize("recorded", [False, True])
def test_what_ran_after_the_last_iteration_is_shown_no_longer_if_it_is_none(
    played: Played, recordings: list[Recording], recorded: bool
) -> None:
    played.show(recordings[0])
    asked = recordings[1].spans[1].stop  # as the trained net that is asked once more
    cut = replace(recordings[1], trace=recordings[1].trace[:asked], spans=recordings[1].spans[:2])
    played.script.say(Update(played.script.number, 1, 1, Phase.LOSS), cut)
    until(played.session, lambda: played.session.shown.newest_recording == cut)
    played.script.say(RunEnded(0, recorded=recorded))
    until(played.session, lambda: played.session.view_state.ended)
    shown = played.session.view_state
    assert shown.cursor.recording.iteration == (2 if recorded else 1)
    assert shown.kept_iterations.iterations == ((1, 2) if recorded else (1,))
    assert recorded or (shown.cursor.at_end and shown.due is Phase.ZERO_GRAD)


def test_an_exception_with_its_traceback(played: Played, recordings: list[Recording]) -> None:
    played.show(recordings[0])
    played.script.say(RunEnded(1, "KeyError: 'x'", "Traceback: all of it", 4))
    until(played.session, lambda: played.session.view_state.ended)
    assert played.window.messages.text() == "The script has ended at line 4: KeyError: 'x'"
    assert played.window.messages.findChild(object, "messageDetails").isVisible()
    assert not played.window.findChild(QAction, "actionTrain").isEnabled()


def test_an_exception_in_an_iteration_that_is_not_recorded(
    played: Played, recordings: list[Recording]
) -> None:
    played.show(recordings[0])
    played.script.say(Update(played.script.number, 1, 7, Phase.ZERO_GRAD, training=True))
    played.script.say(RunEnded(1, "ValueError: y", "Traceback: all of it", 4))
    until(played.session, lambda: played.session.view_state.ended)
    assert played.window.messages.text() == (
        "The script has ended at line 4, after iteration 7. What raised was not recorded; run it "
        "again with --from 8 to look at it: ValueError: y"
    )
