"""Drives lessons through the real worker, without a window."""

from backprop_viz.desktop.controllers.lesson_player import LessonPlayer
from backprop_viz.desktop.run.session import Session
from tests.waiting import until


def wait(player: LessonPlayer, session: Session) -> None:
    """Until the player asks, or has told its step."""
    until(session, lambda: player.stage != "running")


def play_step(player: LessonPlayer, session: Session) -> None:
    """Answer the question of the step that is shown, if it has one."""
    wait(player, session)
    if player.stage == "asking":
        player.predict(0)
        wait(player, session)
    assert player.stage == "told"
