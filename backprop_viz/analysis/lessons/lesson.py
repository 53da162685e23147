"""A lesson: texts, predictions, what is run, and what is checked of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from backprop_viz.analysis.lessons.expressions import Expression
from backprop_viz.recording.settings.run_settings import Settings

# By language.
Texts = Mapping[str, str]
# Every lesson is written in these; the first is shown where another is wanted.
LANGUAGES = ("en", "ko")
# The panels that a step can bring to the front.
FRONT_PANELS = ("network", "graph", "loss", "flow")
# The pages of the program panel, in their order.
PROGRAM_PAGES = ("loop", "network", "parameters")

RunKind = Literal[
    "begin",
    "step",
    "iterate",
    "configure",
    "backward_twice",
    "alter_gradient",
    "snippet",
]
QuestionKind = Literal["choice", "sign", "number"]


@dataclass(frozen=True, slots=True)
class LessonRun:
    """One thing that a step runs.

    ``value``: how often, for "step" and "iterate"; the settings that change, for "begin" and
    "configure"; whether the graph is retained, for "backward_twice"; node, kind and value, for
    "alter_gradient"; the name, for "snippet".
    """

    kind: RunKind
    value: Any


@dataclass(frozen=True, slots=True)
class LessonView:
    """What a step shows: every field is optional.

    The cursor goes to the end of a ``phase``, or to just after the nth event of an ``op`` or of
    a ``parameter`` in it. ``select``: a parameter, layer or node, and its name. ``explain``: a
    number ("grad", "weight", "old_weight", "loss", "activation" or "gradient"), of what, and its
    index. ``page``: the program panel is shown too, with its "loop", "network" or "parameters".
    ``front``: the panel that comes in front where there is room for tabs only.
    """

    phase: str = ""
    op: str = ""
    parameter: str = ""
    nth: int = 0
    iteration: int | None = None
    select: tuple[str, str] | None = None
    explain: tuple[str, str, tuple[int, ...]] | None = None
    page: str = ""
    front: str = ""


@dataclass(frozen=True, slots=True)
class LessonQuestion:
    """What is to be predicted before it is run.

    ``answer`` comes to the number of the right option (from 0), or to the right number, of which
    a "sign" asks for -1, 0 or 1. A number within ``tolerance``, relative to it, is right.
    """

    kind: QuestionKind
    text: Texts
    answer: Expression
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tolerance: float = 0.01


@dataclass(frozen=True, slots=True)
class LessonStep:
    """A page of a lesson.

    ``text`` stands there first, ``told`` once what it ``runs`` has run. With a ``question``, it
    runs when that is answered, else at once. ``checks`` hold afterwards, ``keep`` is computed
    then for later steps. ``try_it`` is a free experiment.
    """

    text: Texts
    runs: tuple[LessonRun, ...] = ()
    question: LessonQuestion | None = None
    told: Texts = field(default_factory=dict)
    checks: tuple[Expression, ...] = ()
    keep: Mapping[str, Expression] = field(default_factory=dict)
    view: LessonView | None = None
    try_it: Texts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson, by the name of its file. ``group``: "tutorial" or "lab"."""

    id: str
    group: str
    order: int
    title: Texts
    settings: Settings
    steps: tuple[LessonStep, ...]


def in_language(texts: Texts, language: str) -> str:
    """A text in a language, or in the first one; "" where there is none."""
    return texts.get(language) or texts.get(LANGUAGES[0], "")


def is_right(question: LessonQuestion, predicted: float, value: float) -> bool:
    """Whether a prediction is right, of what came out as ``value``."""
    if question.kind == "choice":
        return int(predicted) == int(value)
    if question.kind == "sign":
        sign = (value > 0) - (value < 0)
        return int(predicted) == sign
    return abs(predicted - value) <= question.tolerance * abs(value) or predicted == value
