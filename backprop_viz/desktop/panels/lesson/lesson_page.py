"""What the lesson panel shows: a page of a lesson, or the list of all lessons."""

from dataclasses import dataclass
from typing import Literal

from backprop_viz.analysis.lessons.lesson import QuestionKind


@dataclass(frozen=True, slots=True)
class LessonPage:
    """A page, its texts in the language of the lesson and its numbers computed.

    ``place``: the lesson's number among those of its ``group``. ``number`` counts pages from 0.
    ``predicted`` is the option's number, the sign or the number; None until it is given.
    ``right``: whether that came out. ``answer`` is what did, ``value`` the same as text.
    ``other_sign``: it was of the other sign. ``panels`` says what the panels show, where the
    page runs another program.
    """

    group: str
    place: tuple[int, int]
    title: str
    number: int
    pages: int
    stage: Literal["running", "asking", "told"]
    text: str = ""
    question: tuple[QuestionKind, str, tuple[str, ...]] | None = None
    predicted: float | None = None
    right: bool | None = None
    other_sign: bool = False
    value: str = ""
    answer: float | None = None
    told: str = ""
    try_it: str = ""
    problems: tuple[str, ...] = ()
    panels: str = ""


@dataclass(frozen=True, slots=True)
class LessonRow:
    """A lesson in the list: how many of its pages were seen, and whether it was finished."""

    id: str
    group: str
    place: int
    title: str
    page: int
    pages: int
    finished: bool
