"""Every lesson, played through the real worker: its checks hold, and its texts have no holes."""

import pytest

from backprop_viz.analysis.lessons.lesson import Lesson
from backprop_viz.desktop.controllers.lessons.lesson_player import LessonPlayer
from backprop_viz.desktop.lessons import lessons
from backprop_viz.recording.settings.run_settings import Settings
from tests.conftest import OpenSession
from tests.desktop.lessons.lesson_helpers import play_lesson


# Those of the lab are played where their numbers are computed (test_lab_numbers.py).
@pytest.mark.parametrize(
    "lesson", [each for each in lessons() if each.group != "lab"], ids=lambda lesson: lesson.id
)
def test_every_check_of_every_lesson_holds(open_session: OpenSession, lesson: Lesson) -> None:
    session = open_session(Settings(data="random", loss="mse", batch_size=1))
    player = LessonPlayer(session)
    play_lesson(player, session, lesson)
