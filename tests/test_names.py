"""Two things never share a name."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import backprop_viz

ROOT = Path(backprop_viz.__file__).parent

# Public names that several modules may define, each with the reason.
ALLOWED = {
    "PANELS": "what each folder of panels declares; the registry reads it by this name",
    "LOSS": "what each file of a loss declares",
    "OPTIMIZER": "what each file of an optimizer declares",
    "OPERATIONS": "what each file of operations declares",
    "DATA_SET": "what each file of a data set declares",
    "snippet": "what each snippet of a lesson declares",
    "find": "what each file of findings declares",
}


def defined_names(path: Path) -> Iterator[str]:
    """The public classes, functions and values that a module defines."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            names = [node.name]
        elif isinstance(node, ast.Assign):
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names = [node.target.id]
        else:
            continue
        yield from (name for name in names if not name.startswith("_"))


def test_no_public_name_is_defined_in_two_modules() -> None:
    places: dict[str, set[str]] = defaultdict(set)
    for path in ROOT.rglob("*.py"):
        for name in defined_names(path):
            places[name].add(path.relative_to(ROOT).as_posix())
    assert len(places) > 500
    assert places["MainWindow"] == {"desktop/window/main_window.py"}
    shared = {name: sorted(where) for name, where in places.items() if len(where) > 1}
    unused = set(ALLOWED) - set(shared)
    assert {name: where for name, where in shared.items() if name not in ALLOWED} == {}
    assert unused == set(), "no longer shared"
