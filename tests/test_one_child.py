"""No class is there for one other alone: what has two jobs is two classes, one of them a part."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import backprop_viz

ROOT = Path(backprop_viz.__file__).parent

# Classes with one child that is all they are for, each with the reason.
ALLOWED: dict[str, str] = {}


def bases_of(node: ast.ClassDef) -> Iterator[str]:
    """The names of a class's bases, without the modules they are in."""
    for base in node.bases:
        of = base.value if isinstance(base, ast.Subscript) else base
        if isinstance(of, ast.Name | ast.Attribute):
            yield of.id if isinstance(of, ast.Name) else of.attr


def only_for_one(trees: list[ast.Module]) -> dict[str, str]:
    """Each class that has one child, and of which nobody makes another object; with the child.

    A class that is made itself has a special kind in its child. A protocol is what somebody wants
    to be given, which may want less than somebody else does.
    """
    classes, made, children = set[str](), set[str](), defaultdict[str, list[str]](list)
    for node in (inner for tree in trees for inner in ast.walk(tree)):
        if isinstance(node, ast.ClassDef):
            bases = list(bases_of(node))
            for base in bases:
                children[base].append(node.name)
            if "Protocol" not in bases:
                classes.add(node.name)
        elif isinstance(node, ast.Call):
            of = node.func
            made.add(getattr(of, "id", getattr(of, "attr", "")))
    return {b: of[0] for b, of in children.items() if b in classes - made and len(of) == 1}


def test_no_class_is_only_the_base_of_one_other() -> None:
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in ROOT.rglob("*.py")]
    found = only_for_one(trees)
    assert {base: child for base, child in found.items() if base not in ALLOWED} == {}
    assert set(ALLOWED) - set(found) == set(), "no longer such a class"


def test_one_is_found() -> None:
    base, child = "class Run:\n    pass\n", "class Session(Run):\n    pass\n"
    assert only_for_one([ast.parse(base), ast.parse(child)]) == {"Run": "Session"}
    assert only_for_one([ast.parse(base), ast.parse(child + "made = Run()\n")]) == {}
    assert only_for_one([ast.parse(base), ast.parse(child + "class Other(Run):\n    pass\n")]) == {}
