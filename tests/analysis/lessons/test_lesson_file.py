"""What is wrong in a lesson file is said with file, step and place."""

import pytest

from backprop_viz.analysis.lessons.lesson import LessonQuestion, is_right
from backprop_viz.analysis.lessons.lesson_file import BadLesson, read_lesson
from backprop_viz.analysis.lessons.lesson_text import written_value

GOOD = """
group = "lab"
order = 1
title.en = "A title"
title.ko = "제목"
settings = { preset = "tutorial", seed = 3 }

[[step]]
text.en = "The loss is not there."
text.ko = "손실이 없습니다."
run = [{ iterate = 2 }, "step", { configure = { lr = 0.1 } }]
told.en = "It is {loss():.4f}."
told.ko = "{loss():.4f}입니다."
check = ["loss() > 0", 'max(grad("conv1.bias")) < 1']
keep = { first = "loss()" }
[step.show]
phase = "backward"
select = ["parameter", "conv1.bias"]
explain = ["grad", "conv1.bias", 0]
[step.predict]
kind = "choice"
text.en = "Which?"
text.ko = "어느 것?"
options.en = ["a", "b"]
options.ko = ["가", "나"]
answer = "1 if loss() > 0 else 0"
"""


def test_a_lesson_is_read() -> None:
    lesson = read_lesson("good", GOOD)
    assert (lesson.id, lesson.group, lesson.title["ko"]) == ("good", "lab", "제목")
    assert (lesson.settings.loss, lesson.settings.seed) == ("mse", 3)
    (step,) = lesson.steps
    assert [(run.kind, run.value) for run in step.runs] == [
        ("iterate", 2),
        ("step", 1),
        ("configure", {"lr": 0.1}),
    ]
    assert step.view is not None
    assert step.view.explain == ("grad", "conv1.bias", (0,))
    assert step.question is not None
    assert step.question.options["ko"] == ("가", "나")


@pytest.mark.parametrize(
    ("part", "in_its_place", "says"),
    [
        ("group", "= group", r"bad\.toml: this is not TOML"),
        ('"lab"', '"laboratory"', r"bad\.toml: group is 'laboratory'; it is one of tutorial, lab"),
        ("order = 1", 'order = "1"', r"bad\.toml: order is '1', not a whole number"),
        ('title.ko = "제목"', "", r"bad\.toml: title\.ko is missing"),
        ("seed = 3", "sed = 3", r"bad\.toml: there is no setting 'sed'"),
        ('"tutorial"', '"tutor"', r"bad\.toml: there is no preset 'tutor'"),
        ('text.ko = "손실이 없습니다."', "", r"bad\.toml, step 1: text\.ko is missing"),
        ("iterate = 2", "repeat = 2", r"bad\.toml, step 1, run 1: nothing runs by 'repeat'"),
        ("{ lr = 0.1 }", "{ rl = 0.1 }", r"bad\.toml, step 1, run 3: there is no setting 'rl'"),
        ('"step"', "{ snippet = 'none' }", r"step 1, run 2: there is no snippet 'none'"),
        ('"loss() > 0", ', '"loss( > 0", ', r"bad\.toml, step 1, check 1: .*no expression"),
        ("grad(", "grads(", r"step 1, check 2: .*there is no function 'grads'"),
        ('"loss()" }', '"lost()" }', r"step 1, keep\.first: .*no function 'lost'"),
        ("{loss():.4f}입니다", "{loss(:.4f}입니다", r"step 1, told\.ko: .*no expression"),
        ("{loss():.4f}.", "{loss():.4f.", r"step 1, told\.en: .*a brace is not closed"),
        ('"backward"', '"backwards"', r"step 1, show: there is no phase 'backwards'"),
        ('"parameter"', '"weight"', r"step 1, show: select is a list of a kind"),
        ("told.en", "tell.en", r"step 1: 'tell' is not known"),
        ('kind = "choice"', 'kind = "guess"', r"step 1, predict: kind is 'guess'"),
        ('["가", "나"]', '["가", "나", "다"]', r"step 1, predict: options are not as many"),
        ('["a", "b"]', '["a"]', r"step 1, predict, options\.en: there are at least two options"),
        ("answer =", "solution =", r"step 1, predict: 'answer' is missing"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(part: str, in_its_place: str, says: str) -> None:
    assert part in GOOD
    with pytest.raises(BadLesson, match=says):
        read_lesson("bad", GOOD.replace(part, in_its_place, 1))


def question(kind: str, tolerance: float = 0.01) -> LessonQuestion:
    read = read_lesson("good", GOOD).steps[0].question
    assert read is not None
    return LessonQuestion(kind, read.text, read.answer, read.options, tolerance)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "predicted", "value", "right"),
    [
        ("choice", 1, 1, True),
        ("choice", 0, 1, False),
        ("sign", -1, -3e-9, True),
        ("sign", 1, -3e-9, False),
        ("sign", 0, 0.0, True),
        ("sign", 1, 0.0, False),
        ("number", 100, 100.9, True),
        ("number", 100, 102, False),
        ("number", -100, -100.9, True),
        ("number", 100, -100, False),
        ("number", 0, 0, True),
        ("number", 1e-9, 0, False),
    ],
)
def test_predictions_are_judged(kind: str, predicted: float, value: float, right: bool) -> None:
    assert is_right(question(kind), predicted, value) is right


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (81194, "", "81,194"),
        (-0.000964, ".6f", "−0.000964"),
        (2.0, "", "2"),
        (0.25, "", "0.25"),
        (7.63386e-05, "", "0.0000763386"),
        (-7.63386e-05, "", "−0.0000763386"),
        (2.4e-07, "", "2.4e−07"),
        (None, "", "None"),
        (False, "", "False"),
        ((6, 1, 3, 3), "", "6×1×3×3"),
        (float("inf"), "", "inf"),
        (float("nan"), "", "nan"),
    ],
)
def test_values_are_written(value: object, form: str, text: str) -> None:
    assert written_value(value, form) == text
