"""Every lesson, played through the real worker: its checks hold, and its texts have no holes."""

import pytest

from backprop_viz.analysis.lessons.lesson import LANGUAGES, Lesson
from backprop_viz.desktop.controllers.lesson_player import LessonPlayer
from backprop_viz.desktop.lessons import lessons
from backprop_viz.recording.settings import Settings
from tests.conftest import OpenSession
from tests.desktop.lessons.lesson_helpers import play_step


@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.id)
def test_every_check_of_every_lesson_holds(open_session: OpenSession, lesson: Lesson) -> None:
    session = open_session(Settings(data="random", loss="mse", batch_size=1))
    player = LessonPlayer(session)
    player.begin(lesson)
    for number, step in enumerate(lesson.steps):
        play_step(player, session)
        assert player.progress.problems == []
        for language in LANGUAGES:
            print(player.text(language))
            print(player.told(language))
            assert player.text(language)
            assert bool(player.told(language)) == bool(step.told)
        if number + 1 < len(lesson.steps):
            player.go_to(number + 1)
    assert player.number == len(lesson.steps) - 1
    assert any(step.checks for step in lesson.steps)
