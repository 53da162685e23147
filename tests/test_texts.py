"""What the window says uses the field's words."""

import ast
import re
from collections.abc import Iterator

from tests.package_files import trees_with

# What is not said, and what is said in its place.
AVOIDED = {
    "held out": "validation set",
    "held-out": "validation set",
    "read as": "predicted",
    "read right": "correct",
    "read wrong": "incorrect",
    "is to come": "has not run yet",
    "begin again": "start again",
    "go on with": "continue",
    "that is due": "next",
    "speaks for": "saliency",
    "w − new w": "step",
    "as stored": "dataset order",
    "the stepper": "step through",
}


MARKS = ("tr", "translate", "QT_TRANSLATE_NOOP")


def visible_texts() -> Iterator[tuple[str, str]]:
    """Every text that is marked for translation, with the file that it is in."""
    for path, tree in trees_with([f"{name}(" for name in MARKS]):
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in MARKS:
                for argument in node.args:
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        yield path.name, argument.value


def test_the_fields_words_are_used() -> None:
    texts = list(visible_texts())
    assert len(texts) > 400
    assert ("query_bar.py", "dataset order") in texts
    odd = [
        (file, text, f"say {better!r}")
        for file, text in texts
        for word, better in AVOIDED.items()
        if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text.lower())
    ]
    assert odd == []


def test_lupdate_finds_every_text() -> None:
    """It knows ``translate`` by this name alone."""
    for path, tree in trees_with([".translate\n"]):
        for node in ast.walk(tree):
            value = getattr(node, "value", None)
            if isinstance(node, ast.Assign) and getattr(value, "attr", "") == "translate":
                assert [ast.unparse(target) for target in node.targets] == ["translate"], path
