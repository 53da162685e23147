"""The lessons' texts: in every language, with no number typed in, in the field's words."""

import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files

import pytest

from backprop_viz.analysis.lessons.lesson import LANGUAGES, Lesson, Texts
from backprop_viz.analysis.lessons.lesson_text import expressions_of
from backprop_viz.desktop.lessons import lessons, snippets, words

_HOLES = re.compile(r"\{[^{}]*\}")
_CODE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)
# What only a computation can know: a number with three decimals or in thousands.
_COMPUTED = re.compile(r"\d+\.\d{3,}|\d{1,3},\d{3}")
# Numbers that are a definition or a size that the text itself sets, not a result.
_GIVEN = {"81,194", "1,024"}


def texts_of(lesson: Lesson) -> Iterator[Texts]:
    yield lesson.title
    for step in lesson.steps:
        yield from (texts for texts in (step.text, step.told, step.try_it) if texts)
        if step.question is not None:
            yield step.question.text


def test_there_are_ten_and_at_least_sixteen() -> None:
    groups = [lesson.group for lesson in lessons()]
    assert groups.count("tutorial") == 10
    assert groups.count("lab") >= 16
    assert groups == sorted(groups, reverse=True)
    for group in ("tutorial", "lab"):
        orders = [lesson.order for lesson in lessons() if lesson.group == group]
        assert orders == list(range(1, len(orders) + 1))


@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.id)
def test_each_text_is_there_in_each_language(lesson: Lesson) -> None:
    for texts in texts_of(lesson):
        assert set(texts) == set(LANGUAGES)
        assert (
            any("가" <= letter <= "힣" for letter in texts["ko"])
            or "`" in texts["ko"]
            or (texts["ko"] == texts["en"])
        )
        assert not any("가" <= letter <= "힣" for letter in texts["en"])


@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.id)
def test_both_languages_compute_the_same_numbers(lesson: Lesson) -> None:
    for texts in texts_of(lesson):
        computed = [
            sorted(e.text for e in expressions_of(texts[language]) if "if" not in e.text)
            for language in LANGUAGES
        ]
        assert computed[0] == computed[1]


@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.id)
def test_no_number_that_torch_computed_is_typed_in(lesson: Lesson) -> None:
    for step in lesson.steps:
        for texts in (step.text, step.told):
            for text in texts.values():
                bare = _CODE.sub("", _HOLES.sub("", text))
                assert set(_COMPUTED.findall(bare)) <= _GIVEN, text


@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.id)
def test_a_page_is_short(lesson: Lesson) -> None:
    for step in lesson.steps:
        for text in (step.text["en"], step.told.get("en", "")):
            assert len(_HOLES.sub("0", text).split()) <= 95, text


def test_every_lesson_predicts_and_checks_something() -> None:
    for lesson in lessons():
        assert any(step.checks for step in lesson.steps), lesson.id
        assert any(step.question for step in lesson.steps), lesson.id


def test_a_fixed_answer_is_no_question() -> None:
    for lesson in lessons():
        for step in lesson.steps:
            if step.question is not None:
                assert step.question.answer.names, f"{lesson.id}: {step.question.answer.text}"


def test_the_panels_words_are_there_in_each_language() -> None:
    known = [set(words(language)) for language in LANGUAGES]
    assert all(each == known[0] for each in known)
    for language in LANGUAGES:
        for key, text in words(language).items():
            assert text.count("{") == words("en")[key].count("{"), (language, key)


def test_every_snippet_is_used() -> None:
    used = {
        run.value
        for lesson in lessons()
        for step in lesson.steps
        for run in step.runs
        if run.kind == "snippet"
    }
    assert used == set(snippets())


def test_every_lesson_file_is_plain_toml() -> None:
    folder = files("backprop_viz.desktop.lessons")
    names = [path.name for path in folder.iterdir() if path.name.endswith(".toml")]
    assert len(names) == len(lessons()) + 1
    for name in names:
        tomllib.loads((folder / name).read_text(encoding="utf-8"))
