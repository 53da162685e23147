"""The lessons, one TOML file each, and the snippets that they run."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from backprop_viz.analysis.lessons.lesson import Lesson
from backprop_viz.analysis.lessons.lesson_file import GROUPS, read_lesson

_WORDS = "words.toml"


@cache
def words(language: str) -> Mapping[str, str]:
    """What the lesson panel says in a language, by keyword."""
    found: Mapping[str, Mapping[str, str]] = tomllib.loads(
        (files(__name__) / _WORDS).read_text(encoding="utf-8")
    )
    return found[language]


@cache
def snippets() -> Mapping[str, str]:
    """The source of each snippet by its name."""
    folder = files(__name__) / "snippets"
    return {
        path.name.removesuffix(".py"): path.read_text(encoding="utf-8")
        for path in folder.iterdir()
        if path.name.endswith(".py")
    }


@cache
def lessons() -> tuple[Lesson, ...]:
    """All lessons, the tutorial's first, in their order. Raises BadLesson."""
    found = [
        read_lesson(path.name.removesuffix(".toml"), path.read_text(encoding="utf-8"), snippets())
        for path in files(__name__).iterdir()
        if path.name.endswith(".toml") and path.name != _WORDS
    ]
    return tuple(sorted(found, key=lambda y: (GROUPS.index(y.group), y.order, y.id)))
