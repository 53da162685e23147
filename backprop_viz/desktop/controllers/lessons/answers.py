"""What came out of a lesson's question, beside what was predicted."""

from collections.abc import Mapping

from backprop_viz.analysis.lessons.lesson import LessonQuestion, QuestionKind, is_right
from backprop_viz.analysis.lessons.lesson_text import written_value


def answer_text(kind: QuestionKind, value: float, said: Mapping[str, str]) -> str:
    """What came out: the number, and its sign in words where that was asked."""
    number = written_value(value)
    if kind != "sign":
        return number
    sign = said["positive" if value > 0 else "negative" if value < 0 else "zero"]
    return f"{sign} ({number})" if value else sign


def is_of_other_sign(
    question: LessonQuestion | None, predicted: float | None, value: float | None
) -> bool:
    """Whether a sign or a number was predicted of which only the sign is wrong."""
    if question is None or question.kind == "choice" or predicted is None or value is None:
        return False
    return not is_right(question, predicted, value) and is_right(question, -predicted, value)
