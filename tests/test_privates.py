"""No test reaches into a private of the package: it asks what anybody can ask."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import backprop_viz

ROOT, TESTS = Path(backprop_viz.__file__).parent, Path(__file__).parent

# What is reached for all the same, each with the reason.
ALLOWED = {
    ("benchmarks/bench_latency.py", "_hold"): "notes an instant in a process that is measured",
    ("capture/live/test_odd_loops.py", "_indices"): "torch's, of a sparse tensor",
    ("capture/live/test_odd_loops.py", "_values"): "torch's, of a sparse tensor",
    ("capture/test_held_by_whom.py", "_base"): "torch's, of a view",
    ("capture/test_held_by_whom.py", "_values"): "torch's, of a sparse tensor",
    ("capture/watches/test_shapes_that_change.py", "_base"): "torch's, of a view",
}

_DEFINED = re.compile(r"(?:\bdef |\bclass |^|\bself\.|\bcls\.)(_[a-zA-Z]\w*)\b", re.MULTILINE)
# A file without any of these need not be parsed.
_SUSPECT = re.compile(
    r"(?<!\bself)(?<!\bcls)\._[a-zA-Z]|[\"']_[a-zA-Z]|\bimport \(?\n?.*\b_[a-zA-Z]"
)
_IN_TEXT = re.compile(r"([\w)\]]+)\.(_[a-zA-Z]\w*)")
_OWN = {"self", "cls", "super"}
_FOREIGN = {"torch", "os", "sys"}  # they may have a name that one of ours has too
_BY_NAME = {"setattr", "getattr", "delattr", "hasattr"}


def package_privates() -> frozenset[str]:
    """The private names of the package's modules, classes and objects."""
    texts = (path.read_text(encoding="utf-8") for path in ROOT.rglob("*.py"))
    return frozenset(name for text in texts for name in _DEFINED.findall(text))


def private_names(tree: ast.AST) -> Iterator[str]:
    """The names with one underscore that are asked of anything but ``self`` or ``cls``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            of = node.value
            if isinstance(of, ast.Call):
                of = of.func  # super()
            if not isinstance(of, ast.Name) or of.id not in _OWN | _FOREIGN:
                yield node.attr
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("backprop_viz"):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.Call):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            texts = [a.value for a in node.args if isinstance(a, ast.Constant)]
            if called in _BY_NAME:
                yield from (text.rpartition(".")[2] for text in texts if isinstance(text, str))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "\n" in node.value:
            in_script = _IN_TEXT.findall(node.value)
            yield from (name for of, name in in_script if of not in _OWN | _FOREIGN)


def own_privates(tree: ast.AST) -> set[str]:
    """The private names that a test file gives to its own classes and objects."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            found |= {node.attr} if ast.unparse(node.value) == "self" else set()
    return found


def reaches() -> set[tuple[str, str]]:
    """Each file of the tests with a name of the package that is private."""
    privates, found = package_privates(), set()
    for path in TESTS.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if path == Path(__file__) or not _SUSPECT.search(text):
            continue
        tree = ast.parse(text)
        names = (set(private_names(tree)) & privates) - own_privates(tree)
        found |= {(path.relative_to(TESTS).as_posix(), name) for name in names}
    return found


def test_no_test_reaches_into_a_private_of_the_package() -> None:
    assert reaches() - set(ALLOWED) == set()
    assert set(ALLOWED) - reaches() == set(), "no longer reached for"


def test_a_reach_is_found_however_it_is_written() -> None:
    for text in (
        "session._run.cache",
        "monkeypatch.setattr(session, '_run', None)",
        "monkeypatch.setattr('backprop_viz.desktop.run.session._run', None)",
        "from backprop_viz.desktop.run.session import _run",
        "getattr(open_session(), '_run')",
        "SCRIPT = '''\nsession._run = None\n'''",
    ):
        assert _SUSPECT.search(text), text
        assert "_run" in set(private_names(ast.parse(text))), text
    for text in ("self._run", "super()._run()", "cls._run", "'''\nself._run\n'''"):
        assert "_run" not in set(private_names(ast.parse(text))), text
    assert {"_run", "_idle", "_START"} <= package_privates()
