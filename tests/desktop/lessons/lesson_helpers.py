"""Drives lessons through the real worker, without a window."""

from backprop_viz.analysis.lessons.lesson import Lesson
from backprop_viz.desktop.controllers.lesson_player import LessonPlayer
from backprop_viz.desktop.session import Session
from tests.waiting import until


def wait(player: LessonPlayer, session: Session) -> None:
    """Until the player asks, or has told its step."""
    until(session, lambda: player.stage != "running")


def right_prediction(player: LessonPlayer) -> float:
    """Any prediction, to find out what is right: the step is then played again with that."""
    assert player.progress.value is not None
    return player.progress.value


def play_step(player: LessonPlayer, session: Session) -> None:
    """Answer the question of the step that is shown, if it has one."""
    wait(player, session)
    if player.stage == "asking":
        player.predict(0)
        wait(player, session)
    assert player.stage == "told"


def play(player: LessonPlayer, session: Session, lesson: Lesson) -> list[list[str]]:
    """Play a lesson from its first page to its last; the problems of each."""
    player.begin(lesson)
    problems = []
    for number in range(len(lesson.steps)):
        play_step(player, session)
        problems.append(list(player.progress.problems))
        if number + 1 < len(lesson.steps):
            player.go_to(number + 1)
    return problems
