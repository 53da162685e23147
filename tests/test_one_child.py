"""No class is there for one other alone: what has two jobs is two classes, one of them a part."""

import re
from collections import defaultdict
from pathlib import Path

import backprop_viz

ROOT = Path(backprop_viz.__file__).parent

# Classes with one child that is all they are for, each with the reason.
ALLOWED: dict[str, str] = {}

_CLASS = re.compile(r"^ *class (\w+)(?:\[[^]]*\])?(?:\(([^)]*)\))?:", re.MULTILINE)
# A base without the module that it is in, and without what it is of.
_BASE = re.compile(r"(?:\w+\.)*(\w+)(?:\[.*\])?")
_MADE = re.compile(r"(?<!class )\b(\w+)\(")


def only_for_one(texts: list[str]) -> dict[str, str]:
    """Each class that has one child, and of which nobody makes another object; with the child.

    A class that is made itself has a special kind in its child. A protocol is what somebody wants
    to be given, which may want less than somebody else does.
    """
    classes, made, children = set[str](), set[str](), defaultdict[str, list[str]](list)
    for text in texts:
        made.update(_MADE.findall(text))
        for name, listed in _CLASS.findall(text):
            bases = [m[1] for base in listed.split(",") if (m := _BASE.match(base.strip()))]
            for base in bases:
                children[base].append(name)
            if "Protocol" not in bases:
                classes.add(name)
    return {b: of[0] for b, of in children.items() if b in classes - made and len(of) == 1}


def test_no_class_is_only_the_base_of_one_other() -> None:
    texts = [path.read_text(encoding="utf-8") for path in ROOT.rglob("*.py")]
    found = only_for_one(texts)
    assert {base: child for base, child in found.items() if base not in ALLOWED} == {}
    assert set(ALLOWED) - set(found) == set(), "no longer such a class"


def test_one_is_found() -> None:
    base, child = "class Run:\n    pass\n", "class Session(Run):\n    pass\n"
    assert only_for_one([base, child]) == {"Run": "Session"}
    assert only_for_one([base, child + "made = Run()\n"]) == {}
    assert only_for_one([base, child + "class Other(Run):\n    pass\n"]) == {}
