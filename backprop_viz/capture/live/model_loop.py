"""A file that makes a model and a batch: trained on that batch, again and again, for a window."""

import ast
import linecache
from collections.abc import Mapping
from pathlib import Path
from symtable import symtable
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - the name torch's own docs use
from torch import Tensor, nn
from torch.optim import Optimizer

from backprop_viz.capture.live.live_run import LiveRun
from backprop_viz.capture.live.source import script_program
from backprop_viz.capture.live.watch import Watch
from backprop_viz.recording.errors import UserError
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

_BACKWARD = ".backward("
# Of a file that makes no optimizer.
_LR = 0.01
_LOOP = """


# What this window runs, again and again:
while window_is_open():
    optimizer.zero_grad()
    output = model({inputs})
    value = loss({given})
    value.backward()
    optimizer.step()
"""


class ModelFileError(UserError):
    """What a file of a model lacks; ``line`` is where to look, None if nowhere."""

    def __init__(self, line: int | None, text: str, *values: object) -> None:
        super().__init__(text, *values)
        self.line = line


class ModelLoop:
    """Runs the loop once the file has run, until the window is closed.

    The file makes ``model``, ``inputs`` (a tensor, a tuple of arguments, or a dict of them),
    ``loss`` (what is called with the output and the target, or its name in
    torch.nn.functional), and, if it likes, ``target`` and ``optimizer``.
    """

    def __init__(self, follower: LiveRun) -> None:
        self._follower = follower
        self._watch: Watch | None = None
        self._begun = False

    def ran(self, path: str, namespace: dict[str, Any]) -> None:
        """The file has run. Raises ModelFileError for what it lacks, and what the loop raises."""
        source = Path(path).read_text(encoding="utf-8", errors="replace").rstrip("\n")
        _prepare(source, path, namespace)
        loop = loop_text(namespace)
        lines = (source + loop).splitlines(keepends=True)
        # The loop is shown and held at as if it stood in the file, below the last line.
        linecache.cache[path] = (len(source), None, lines, path)
        self._follower.show_program(script_program("".join(lines), path, source))
        tree = ast.increment_lineno(ast.parse(loop, path), source.count("\n"))
        model, optimizer = namespace["model"], namespace["optimizer"]
        self._watch = Watch({"model": model}, [optimizer], self._follower)
        namespace["window_is_open"] = self._goes_on
        exec(compile(tree, path, "exec", dont_inherit=True), namespace)

    def _goes_on(self) -> bool:
        assert self._watch is not None
        if not self._begun:
            self._begun = True
            self._follower.hold_at_start()
            self._watch.begin()
        return self._follower.has_window

    def explain(self, error: BaseException) -> None:
        """Say in the recording which tensor it is about, if torch has raised it."""
        if self._watch is not None and isinstance(error, Exception):
            self._watch.failed(error)

    def is_wanted(self) -> bool:
        """It trains for the window alone."""
        return self._follower.has_window

    def close(self) -> Recording | None:
        """Watch no longer; what was recorded of an iteration that was not over."""
        return None if self._watch is None else self._watch.close()


def refuse_own_loop(source: str, path: str) -> None:
    """Raise ModelFileError for a file that trains, and is sure not to make all that it has to.

    It is about to run: to say so afterwards would be late where that takes hours.
    """
    table = symtable(source, path, "exec")
    made = {one.get_name() for one in table.get_symbols() if one.is_assigned() or one.is_imported()}
    may_make_more = "import *" in source or "global" in source
    if _BACKWARD in source and not may_make_more and not made.issuperset(_MISSING):
        raise ModelFileError(_line_with(source, _BACKWARD), _OWN_LOOP, Path(path).name)


def loop_text(namespace: Mapping[str, Any]) -> str:
    """The loop, as it takes what the file has made."""
    inputs = namespace["inputs"]
    if isinstance(inputs, Mapping):
        given = "**inputs"
    else:
        given = "*inputs" if isinstance(inputs, tuple | list) else "inputs"
    has_target = namespace.get("target") is not None
    return _LOOP.format(inputs=given, given="output, target" if has_target else "output")


def _prepare(source: str, path: str, namespace: dict[str, Any]) -> None:
    """See that the file has made all that the loop takes. Raises ModelFileError."""
    name = Path(path).name
    for wanted, text in _MISSING.items():
        if wanted not in namespace:
            if _BACKWARD in source:
                raise ModelFileError(_line_with(source, _BACKWARD), _OWN_LOOP, name)
            if wanted == "model":
                raise _without_model(source, name, namespace)
            raise ModelFileError(None, text, name)
    model, inputs, loss = (namespace[wanted] for wanted in _MISSING)
    if isinstance(model, type) and issubclass(model, nn.Module):
        text = QT_TRANSLATE_NOOP("errors", "model is the class {0}: write model = {0}().")
        raise ModelFileError(_line_of(source, "model"), text, model.__name__)
    if not isinstance(model, nn.Module):
        text = QT_TRANSLATE_NOOP("errors", "model is {0}, and not a torch.nn.Module.")
        raise ModelFileError(_line_of(source, "model"), text, type(model).__name__)
    if not isinstance(inputs, Tensor | tuple | list | Mapping):
        text = QT_TRANSLATE_NOOP(
            "errors", "inputs is {0}, and not a tensor, a tuple of arguments or a dict of them."
        )
        raise ModelFileError(_line_of(source, "inputs"), text, type(inputs).__name__)
    namespace["loss"] = _loss(source, loss)
    if not any(p.requires_grad for p in model.parameters()):
        text = QT_TRANSLATE_NOOP(
            "errors", "model has no parameter that requires a gradient, so nothing is trained."
        )
        raise ModelFileError(_line_of(source, "model"), text)
    if namespace.get("optimizer") is None:
        namespace["optimizer"] = torch.optim.SGD(model.parameters(), lr=_LR)
    if not isinstance(namespace["optimizer"], Optimizer):
        text = QT_TRANSLATE_NOOP("errors", "optimizer is {0}, and not a torch.optim.Optimizer.")
        kind = type(namespace["optimizer"]).__name__
        raise ModelFileError(_line_of(source, "optimizer"), text, kind)


# What a file has to make, and what is said where it does not.
_MISSING = {
    "model": QT_TRANSLATE_NOOP("errors", "{0} makes no model: write model = Net(), for example."),
    "inputs": QT_TRANSLATE_NOOP(
        "errors", "{0} makes no inputs: write inputs = torch.randn(8, 3), for example."
    ),
    "loss": QT_TRANSLATE_NOOP(
        "errors", "{0} makes no loss: write loss = nn.CrossEntropyLoss(), for example."
    ),
}


_OWN_LOOP = QT_TRANSLATE_NOOP(
    "errors", "{0} has a loop of its own: run it by backprop-viz run {0}, which shows that."
)


def _without_model(source: str, name: str, namespace: Mapping[str, Any]) -> ModelFileError:
    """What to say of a file that calls no model so; the models or classes that it has are named."""
    models = [key for key, value in namespace.items() if isinstance(value, nn.Module)]
    classes = [
        key
        for key, value in namespace.items()
        if isinstance(value, type)
        and value.__module__ == "__main__"
        and issubclass(value, nn.Module)
    ]
    if len(models) == 1:
        text = QT_TRANSLATE_NOOP("errors", "{0} makes no model, but {1}: write model = {1}.")
        return ModelFileError(_line_of(source, models[0]), text, name, models[0])
    if models:
        text = QT_TRANSLATE_NOOP(
            "errors", "{0} makes several models ({1}), and none is called model: say which one."
        )
        return ModelFileError(_line_of(source, models[-1]), text, name, ", ".join(models))
    if classes:
        text = QT_TRANSLATE_NOOP("errors", "{0} makes no model of its class: write model = {1}().")
        return ModelFileError(None, text, name, classes[-1])
    return ModelFileError(None, _MISSING["model"], name)


def _line_with(source: str, text: str) -> int:
    return source[: source.index(text)].count("\n") + 1


def _loss(source: str, loss: Any) -> Any:
    """What is called with the output. Raises ModelFileError."""
    if isinstance(loss, str) and callable(getattr(F, loss, None)):
        return getattr(F, loss)
    line = _line_of(source, "loss")
    if isinstance(loss, str):
        text = QT_TRANSLATE_NOOP("errors", "loss is {0}, which torch.nn.functional does not have.")
        raise ModelFileError(line, text, repr(loss))
    if isinstance(loss, Tensor) or not callable(loss):
        text = QT_TRANSLATE_NOOP(
            "errors",
            "loss is {0}; it must be a function or module that computes it, such as nn.MSELoss().",
        )
        raise ModelFileError(line, text, type(loss).__name__)
    return loss


def _line_of(source: str, name: str) -> int | None:
    """The last line of a file that gives a variable its value."""
    found = None
    for node in ast.parse(source).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(one, ast.Name) and one.id == name for one in targets):
            found = node.lineno
    return found
