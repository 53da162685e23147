"""A network from its source, as it is edited in the window."""

import ast
import hashlib
import linecache
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - the name the tutorial and torch's own docs use
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from backprop_viz.recording.errors import ArgumentError
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

# What a network's source need not import.
PROVIDED = {"torch": torch, "nn": nn, "F": F, "Tensor": Tensor}
_MODULE = "backprop_viz_network"


class NetworkError(ArgumentError):
    """What is wrong with a network's source; ``line`` is where, from 1, None if nowhere."""

    def __init__(self, line: int | None, text: str, *values: object) -> None:
        super().__init__(text, *values)
        self.line = line


def network_of(source: str) -> nn.Module:
    """The network that a source defines: the last class of nn.Module in it, made without arguments.

    torch's random state is drawn from by ``__init__`` alone. Raises NetworkError.
    """
    tree = _tree(source)
    module = ModuleType(_MODULE)
    module.__file__ = file_of(source)
    vars(module).update(PROVIDED)
    # Where dataclasses, tracebacks and the recorder look for the code.
    sys.modules[_MODULE] = module
    lines = source.splitlines(keepends=True)
    linecache.cache[module.__file__] = (len(source), None, lines, module.__file__)
    with torch.random.fork_rng(devices=[]), mistakes_at_lines(source, _RAISED):
        exec(compile(tree, module.__file__, "exec"), vars(module))
    defined = _network_class(tree, module)
    if defined is None:
        raise NetworkError(
            None,
            QT_TRANSLATE_NOOP(
                "errors", "There is no network here: write class Net(nn.Module) with a forward."
            ),
        )
    node, kind = defined
    with mistakes_at_lines(source, _RAISED_MAKING, _line_of(node, "__init__")):
        network: nn.Module = kind()
    _expect_trainable(network, node)
    return network


def try_forward(source: str, network: nn.Module, images: Tensor, classes: int) -> None:
    """Run the network's forward on a batch (N, 1, 32, 32). Raises NetworkError.

    What it returns has to be logits (N, classes) that depend on a parameter.
    """
    tree = _tree(source)
    name = type(network).__name__
    node = next(n for n in reversed(tree.body) if isinstance(n, ast.ClassDef) and n.name == name)
    with mistakes_at_lines(source, _RAISED_FORWARD, _line_of(node, "forward")):
        output = network(images)
    line = _last_return(node)
    wanted = f"({len(images)}, {classes})"
    if not isinstance(output, Tensor):
        text = QT_TRANSLATE_NOOP(
            "errors", "forward returns {0} and not a Tensor of shape {1}, a number for each class."
        )
        raise NetworkError(line, text, type(output).__name__, wanted)
    if output.shape != (len(images), classes) or not output.is_floating_point():
        text = QT_TRANSLATE_NOOP(
            "errors",
            "forward returns shape {0} of {1}; it has to be {2}, a number for each class.",
        )
        dtype = str(output.dtype).removeprefix("torch.")
        raise NetworkError(line, text, tuple(output.shape), dtype, wanted)
    if not output.requires_grad:
        text = QT_TRANSLATE_NOOP(
            "errors", "What forward returns depends on no parameter, so nothing could be trained."
        )
        raise NetworkError(line, text)


def file_of(source: str) -> str:
    """The name under which tracebacks and the recorder have a source's lines."""
    return f"<network {hashlib.sha256(source.encode()).hexdigest()[:8]}>"


# -- mistakes ------------------------------------------------------------------------------------

_RAISED = QT_TRANSLATE_NOOP("errors", "Line {0} raises {1}: {2}")
_RAISED_MAKING = QT_TRANSLATE_NOOP("errors", "Line {0} raises {1} when the network is made: {2}")
_RAISED_FORWARD = QT_TRANSLATE_NOOP("errors", "Line {0} raises {1} on the first batch: {2}")


@contextmanager
def mistakes_at_lines(source: str, text: str, otherwise: int | None = None) -> Iterator[None]:
    """Turn what is raised into a NetworkError at its line of the source, else ``otherwise``.

    ``text`` has places for the line, the exception's name and its words.
    """
    try:
        yield
    except NetworkError:
        raise
    except (Exception, SystemExit) as error:
        line = _raised_at(error, file_of(source)) or otherwise or 1
        said = " ".join(str(error).split()).rstrip(".")
        raise NetworkError(line, text, line, type(error).__name__, said) from error


def _raised_at(error: BaseException, file: str) -> int | None:
    """The innermost line of a file that an exception came through."""
    found, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            found = trace.tb_lineno
        trace = trace.tb_next
    return found


def _tree(source: str) -> ast.Module:
    try:
        return ast.parse(source, file_of(source))
    except SyntaxError as error:
        text = QT_TRANSLATE_NOOP("errors", "Line {0} is not Python: {1}.")
        line = error.lineno or 1
        raise NetworkError(line, text, line, error.msg) from error
    except (ValueError, RecursionError, MemoryError) as error:  # NUL, or nested too deeply
        text = QT_TRANSLATE_NOOP("errors", "This is not Python: {0}.")
        raise NetworkError(None, text, str(error).rstrip(".")) from error


def _expect_trainable(network: nn.Module, node: ast.ClassDef) -> None:
    line = _line_of(node, "__init__")
    parameters = list(network.parameters())
    if not any(p.requires_grad for p in parameters):
        text = QT_TRANSLATE_NOOP(
            "errors", "The network has no parameters, so there is nothing to train."
        )
        raise NetworkError(line, text)
    if any(map(is_lazy, parameters)):
        text = QT_TRANSLATE_NOOP(
            "errors", "A lazy layer has no shape before its first batch: give its size."
        )
        raise NetworkError(line, text)


# -- the class -----------------------------------------------------------------------------------


def _network_class(tree: ast.Module, module: Any) -> tuple[ast.ClassDef, type[nn.Module]] | None:
    """The last class of nn.Module that the source defines, with its place in it."""
    for node in reversed(tree.body):
        if isinstance(node, ast.ClassDef):
            kind = vars(module).get(node.name)
            if isinstance(kind, type) and issubclass(kind, nn.Module):
                return node, kind
    return None


def _line_of(node: ast.ClassDef, name: str) -> int:
    """The line of a method's ``def``; of one that the class inherits, the class's own."""
    found = (n.lineno for n in node.body if isinstance(n, ast.FunctionDef) and n.name == name)
    return next(found, node.lineno)


def _last_return(node: ast.ClassDef) -> int:
    """The line of forward's last ``return``, or of its ``def`` if it has none."""
    for method in node.body:
        if isinstance(method, ast.FunctionDef) and method.name == "forward":
            returns = [n.lineno for n in ast.walk(method) if isinstance(n, ast.Return)]
            return max(returns, default=method.lineno)
    return node.lineno
