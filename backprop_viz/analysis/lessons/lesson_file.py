"""Reads a lesson file, which is TOML. Errors name the file, the step and the place."""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from typing import Any, get_args

from backprop_viz.analysis.lessons.evidence import EVIDENCE_NAMES
from backprop_viz.analysis.lessons.expressions import BadExpression, Expression, read_expression
from backprop_viz.analysis.lessons.lesson import (
    FRONT_PANELS,
    LANGUAGES,
    PROGRAM_PAGES,
    Lesson,
    LessonQuestion,
    LessonRun,
    LessonStep,
    LessonView,
    QuestionKind,
    RunKind,
    Texts,
)
from backprop_viz.analysis.lessons.lesson_text import expressions_of
from backprop_viz.recording.settings.presets import PRESETS
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.phases import Phase

GROUPS = ("tutorial", "lab")
_SETTINGS = tuple(f.name for f in fields(Settings))
_NUMBERS = ("grad", "weight", "old_weight", "loss", "activation", "gradient")
_SELECTED = ("parameter", "layer", "node")


class BadLesson(ValueError):  # noqa: N818 - a lesson file is wrong, not the program
    """A lesson file that cannot be used; the text says file, step and what is wrong."""

    def __init__(self, wrong: str, *places: str) -> None:
        super().__init__(f"{', '.join(places)}: {wrong}" if places else wrong)
        self.wrong, self.places = wrong, places


def read_lesson(name: str, source: str, snippets: Mapping[str, str] | None = None) -> Lesson:
    """The lesson in a file's text; ``name`` is the file's, without its ending.

    ``snippets`` are the snippets that it may run, by name. Raises BadLesson.
    """
    with _at(f"{name}.toml"):
        try:
            found = tomllib.loads(source)
        except tomllib.TOMLDecodeError as error:
            raise BadLesson(f"this is not TOML: {error}") from error
        _expect(found, ("title", "group", "order", "settings", "step"), ())
        if found["group"] not in GROUPS:
            raise BadLesson(f"group is {found['group']!r}; it is one of {', '.join(GROUPS)}")
        return Lesson(
            name,
            found["group"],
            _whole(found["order"], "order"),
            _texts(found["title"], "title"),
            settings_of(found["settings"]),
            tuple(_steps(found["step"], snippets or {})),
        )


def settings_of(table: object) -> Settings:
    """Settings from a table; ``preset`` names what it begins from. Raises BadLesson."""
    if not isinstance(table, dict):
        raise BadLesson("settings is not a table")
    changes = dict(table)
    preset = changes.pop("preset", None)
    if preset is not None and preset not in PRESETS:
        raise BadLesson(f"there is no preset {preset!r}")
    unknown = [key for key in changes if key not in _SETTINGS]
    if unknown:
        raise BadLesson(f"there is no setting {unknown[0]!r}")
    return Settings(**{**PRESETS.get(preset, {}), **changes})


def _steps(tables: object, snippets: Mapping[str, str]) -> Iterator[LessonStep]:
    if not isinstance(tables, list) or not tables:
        raise BadLesson("there is no [[step]]")
    for number, table in enumerate(tables, 1):
        with _at(f"step {number}"):
            yield _step(table, snippets)


def _step(table: Mapping[str, Any], snippets: Mapping[str, str]) -> LessonStep:
    optional = ("run", "predict", "told", "check", "keep", "show", "try_it")
    _expect(table, ("text",), optional)
    checks = []
    for number, text in enumerate(_list(table.get("check", []), "check"), 1):
        with _at(f"check {number}"):
            checks.append(_expression(text))
    keep = {}
    for name, text in table.get("keep", {}).items():
        with _at(f"keep.{name}"):
            keep[name] = _expression(text)
    runs = []
    for number, entry in enumerate(_list(table.get("run", []), "run"), 1):
        with _at(f"run {number}"):
            runs.append(_run(entry, snippets))
    return LessonStep(
        text=_texts(table["text"], "text"),
        runs=tuple(runs),
        question=_question(table["predict"]) if "predict" in table else None,
        told=_texts(table["told"], "told") if "told" in table else {},
        checks=tuple(checks),
        keep=keep,
        view=_view(table["show"]) if "show" in table else None,
        try_it=_texts(table["try_it"], "try_it") if "try_it" in table else {},
    )


def _run(entry: object, snippets: Mapping[str, str]) -> LessonRun:
    """``"iterate"``, or a table of one thing: ``{iterate = 3}``."""
    table = {entry: True} if isinstance(entry, str) else entry
    if not isinstance(table, dict) or len(table) != 1:
        raise BadLesson('a run is a name, as "iterate", or a table of one, as {iterate = 3}')
    kind, value = next(iter(table.items()))
    if kind not in get_args(RunKind):
        raise BadLesson(f"nothing runs by {kind!r}; one of {', '.join(get_args(RunKind))}")
    if kind in ("step", "iterate"):
        value = 1 if value is True else _whole(value, kind)
    elif kind in ("begin", "configure"):
        value = {} if value is True else value
        settings_of(value)
    elif kind == "backward_twice" and not isinstance(value, bool):
        raise BadLesson("backward_twice is true, with the graph retained, or false")
    elif kind == "alter_gradient":
        _expect(value, ("node", "kind"), ("value",))
    elif kind == "snippet" and value not in snippets:
        raise BadLesson(f"there is no snippet {value!r}")
    return LessonRun(kind, value)


def _question(table: Mapping[str, Any]) -> LessonQuestion:
    with _at("predict"):
        _expect(table, ("kind", "text", "answer"), ("options", "tolerance"))
        kind = table["kind"]
        if kind not in get_args(QuestionKind):
            raise BadLesson(f"kind is {kind!r}; it is one of {', '.join(get_args(QuestionKind))}")
        options = {}
        if kind == "choice":
            options = _by_language(table.get("options"), "options", _options)
            if len({len(each) for each in options.values()}) != 1:
                raise BadLesson("options are not as many in each language")
        return LessonQuestion(
            kind,
            _texts(table["text"], "text"),
            _expression(table["answer"]),
            options,
            float(table.get("tolerance", 0.01)),
        )


def _view(table: Mapping[str, Any]) -> LessonView:
    with _at("show"):
        optional = ("phase", "op", "parameter", "nth", "iteration", "select", "explain")
        _expect(table, (), (*optional, "page", "front"))
        if table.get("phase") not in (None, *(phase.value for phase in Phase)):
            raise BadLesson(f"there is no phase {table['phase']!r}")
        select = explain = None
        if "select" in table:
            kind, name = _pair(table["select"], "select", _SELECTED)
            select = (kind, str(name))
        if "explain" in table:
            given = table["explain"]
            kind, name = _pair(given[:2], "explain", _NUMBERS)
            explain = (kind, str(name), tuple(_whole(i, "index") for i in given[2:]))
        return LessonView(
            table.get("phase", ""),
            table.get("op", ""),
            table.get("parameter", ""),
            _whole(table.get("nth", 0), "nth"),
            table.get("iteration"),
            select,
            explain,
            _one_of(PROGRAM_PAGES, table.get("page", ""), "page"),
            _one_of(FRONT_PANELS, table.get("front", ""), "front"),
        )


def _one_of(names: tuple[str, ...], name: str, what: str) -> str:
    if name not in ("", *names):
        raise BadLesson(f"{what} is {name!r}; it is one of {', '.join(names)}")
    return name


# -- parts ---------------------------------------------------------------------------------------


@contextmanager
def _at(place: str) -> Iterator[None]:
    """Say where something is wrong."""
    try:
        yield
    except BadLesson as error:
        raise BadLesson(error.wrong, place, *error.places) from error
    except BadExpression as error:
        raise BadLesson(str(error), place) from error


def _expect(table: object, needed: tuple[str, ...], optional: tuple[str, ...]) -> None:
    if not isinstance(table, dict):
        raise BadLesson("this is not a table")
    for key in needed:
        if key not in table:
            raise BadLesson(f"{key!r} is missing")
    for key in table:
        if key not in (*needed, *optional):
            raise BadLesson(f"{key!r} is not known")


def _texts(table: object, what: str) -> Texts:
    return _by_language(table, what, _text)


def _by_language(table: object, what: str, read: Callable[[object], Any]) -> dict[str, Any]:
    if not isinstance(table, dict):
        raise BadLesson(f"{what} is not given by language, as {what}.en")
    for language in LANGUAGES:
        if language not in table:
            raise BadLesson(f"{what}.{language} is missing")
    found = {}
    for language, text in table.items():
        with _at(f"{what}.{language}"):
            found[language] = read(text)
    return found


def _text(text: object) -> str:
    if not isinstance(text, str) or not text.strip():
        raise BadLesson("this is not a text")
    for _ in expressions_of(text):
        pass
    return text.strip()


def _options(texts: object) -> tuple[str, ...]:
    if not isinstance(texts, list) or len(texts) < 2:
        raise BadLesson("there are at least two options")
    return tuple(_text(text) for text in texts)


def _expression(text: object) -> Expression:
    if not isinstance(text, str):
        raise BadLesson(f"{text!r} is no expression in quotes")
    return read_expression(text, EVIDENCE_NAMES)


def _list(value: object, what: str) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _whole(value: object, what: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadLesson(f"{what} is {value!r}, not a whole number")
    return value


def _pair(value: object, what: str, kinds: tuple[str, ...]) -> tuple[str, object]:
    if not isinstance(value, list) or len(value) != 2 or value[0] not in kinds:
        raise BadLesson(f"{what} is a list of a kind ({', '.join(kinds)}) and a name")
    return value[0], value[1]
