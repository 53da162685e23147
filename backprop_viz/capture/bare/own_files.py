"""A script's own files: it, what it imports that its user has written, and what these import."""

import ast
import linecache
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from backprop_viz.capture.code.installed_files import is_installed
from backprop_viz.capture.code.user_lines import is_written_by_user

_MOST = 200  # files are looked at
_NOT_OWN = "torch", "numpy", "backprop_viz"
_ADDS = "insert", "append", "extend", "addsitedir"
# A script may add the folder that is so many above its own.
_ABOVE = 3


def own_files(path: str) -> Iterator[ast.Module]:
    """A script, and the files of the user that it imports, and that these import.

    They are in the script's folder, or in others of the user's where Python looks for modules, or
    where a line of these files has it look: ``sys.path.insert(0, "../src")``.
    """
    folder = Path(path).parent
    folders = [folder, *_users_folders()]
    ahead, seen = [Path(path)], {Path(path)}
    for file in ahead:
        tree = _parsed("".join(linecache.getlines(str(file))))
        if tree is None:
            continue
        yield tree
        folders += [one for one in _added(tree, file) if one not in folders]
        for named in _imported(tree, file, folders):
            for found in (Path(f"{named}.py"), named / "__init__.py"):
                if found in seen or len(seen) >= _MOST or is_installed(str(found)):
                    continue
                if found.is_file():
                    seen.add(found)
                    ahead.append(found)


def _users_folders() -> list[Path]:
    """Where Python looks for modules, but for the library's and for installed ones."""
    return [Path(one) for one in sys.path if one and is_written_by_user(str(Path(one, "a.py")))]


def _parsed(source: str) -> ast.Module | None:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError):
        return None


def _added(tree: ast.Module, file: Path) -> list[Path]:
    """The folders that a file's lines may add to where Python looks for modules.

    Which they are is computed when it runs: as what is written there leads to them, from the
    file's folder, from those above, or from where the script was started.
    """
    added = [node for node in ast.walk(tree) if _adds(node)]
    if not added:
        return []
    names = {one.id for node in added for one in ast.walk(node) if isinstance(one, ast.Name)}
    given = [node for node in ast.walk(tree) if isinstance(node, ast.Assign)]
    of_names = [node for node in given if not names.isdisjoint(map(ast.unparse, node.targets))]
    nodes = [one for node in (*added, *of_names) for one in ast.walk(node)]
    texts = {one.value for one in nodes if isinstance(one, ast.Constant)}
    inner = [one for one in texts if isinstance(one, str) and one and "\0" not in one]
    above = [file.resolve().parent, *file.resolve().parents[1 : _ABOVE + 1], Path.cwd()]
    return [one for base in above for one in (base, *(base / each for each in inner))]


def _adds(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(attr=name, value=value)):
            return name in _ADDS and ast.unparse(value) in ("sys.path", "path", "site")
        case ast.Assign(targets=[target]) | ast.AugAssign(target=target):
            return ast.unparse(target) in ("sys.path", "sys.path[:0]", "sys.path[0]")
    return False


def _imported(tree: ast.Module, file: Path, folders: Sequence[Path]) -> Iterator[Path]:
    """What a file imports, as paths without their endings if it is in one of these folders."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [one.name for one in node.names if _may_be_own(one.name)]
            yield from (start / name.replace(".", "/") for name in names for start in folders)
        elif isinstance(node, ast.ImportFrom) and _may_be_own(node.module or ""):
            above = [*file.parents, folders[0]][: node.level]
            for start in above[-1:] or folders:
                module = start / (node.module or "").replace(".", "/")
                yield from (module, *(module / alias.name for alias in node.names))


def _may_be_own(module: str) -> bool:
    first = module.partition(".")[0]
    return first not in _NOT_OWN and first not in sys.stdlib_module_names
