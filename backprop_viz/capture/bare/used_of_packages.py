"""What a script uses of installed packages that move tensors by their gradients, by hand."""

import ast
import linecache
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

# Their steps are those of optimizers, or there are none.
_NOT_BY_HAND = "torch", "numpy", "backprop_viz"
_MOST = 50  # files are looked at
# What any line has that moves a tensor by its gradient: else a file need not be parsed.
_NEEDED, _ANY = ".grad", ("-=", ".sub_(")

# Names that are wanted of a file.
_Wanted = tuple[Path, frozenset[str]]


def used_of_packages(trees: Iterable[ast.Module], folder: Path) -> Iterator[ast.AST]:
    """The nodes of the functions and classes that a script's files name, and of what these name.

    Of files alone that move something by its gradient. ``folder``: the script's own, of which no
    file is a package's.
    """
    ahead: list[_Wanted] = [one for tree in trees for one in _used(tree, None, folder)]
    for number, (file, names) in enumerate(ahead):
        if number >= _MOST:
            break
        tree = _parsed(file)
        if tree is None:
            continue
        reached = _reached(tree, names)
        if _may_move(file):
            yield from (node for one in reached for node in ast.walk(one))
        named = {name for one in reached for name in _names(one)} | names
        for path, theirs in _used(tree, file, folder):
            if path != file and not named.isdisjoint(theirs):
                ahead.append((path, frozenset(theirs & named)))


@cache
def _source(file: Path) -> str:
    return "".join(linecache.getlines(str(file)))


def _may_move(file: Path) -> bool:
    return _NEEDED in _source(file) and any(one in _source(file) for one in _ANY)


@cache
def _parsed(file: Path) -> ast.Module | None:
    if not (_may_move(file) or file.name == "__init__.py"):
        return None
    try:
        return ast.parse(_source(file))
    except (SyntaxError, ValueError):
        return None


def _used(tree: ast.Module, of: Path | None, folder: Path) -> Iterator[_Wanted]:
    """The files of packages that a file imports, with the names that it may use of each.

    ``of``: a file of a package, whose relative imports alone count.
    """
    every = frozenset(_names(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (of is not None) == bool(node.level):
            names = frozenset(one.name for one in node.names)
            wanted = every if "*" in names else names
            module = node.module or ""
            above = _paths(folder) if of is None else [of.parents[node.level - 1]]
            yield from ((file, wanted) for file in _files(module, above))
            inner = (f"{module}.{name}".strip(".") for name in names)
            yield from ((file, every) for one in inner for file in _files(one, above))
        elif isinstance(node, ast.Import) and of is None:
            for one in node.names:
                yield from ((file, every) for file in _files(one.name, _paths(folder)))


def _paths(folder: Path) -> list[Path]:
    return [path for one in sys.path if one and (path := Path(one)) != folder]


def _files(module: str, above: Iterable[Path]) -> Iterator[Path]:
    """The file of a module; none of the standard library, nor of what moves nothing by hand."""
    first = module.partition(".")[0]
    if first in _NOT_BY_HAND or first in sys.stdlib_module_names:
        return
    for path in above:
        place = path.joinpath(*module.split(".")) if module else path
        for file in (place.with_suffix(".py"), place / "__init__.py"):
            if file.is_file():
                yield file
                return


def _reached(tree: ast.Module, names: frozenset[str]) -> list[ast.stmt]:
    """The functions and classes of these names, and those that these name, as far as that goes."""
    known = _defined(tree)
    ahead = [name for name in names if name in known]
    seen = set(ahead)
    for name in ahead:
        inner = {one for each in known[name] for one in _names(each)}
        ahead += [one for one in inner if one in known and one not in seen]
        seen.update(ahead)
    return [each for name in ahead for each in known[name]]


def _defined(tree: ast.Module) -> Mapping[str, list[ast.stmt]]:
    """The functions and classes of a file by their names; and by a class what is added to it.

    As ``@add_to_class(Module)`` does.
    """
    found: dict[str, list[ast.stmt]] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            given = (one for decorator in node.decorator_list for one in _names(decorator))
            for name in (node.name, *given):
                found.setdefault(name, []).append(node)
    return found


def _names(node: ast.AST) -> Iterator[str]:
    for one in ast.walk(node):
        if isinstance(one, ast.Name):
            yield one.id
        elif isinstance(one, ast.Attribute):
            yield one.attr
