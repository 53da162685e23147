"""What a notebook has watched before: a cell of ``bv.watch`` that runs again keeps its window."""

from collections.abc import Iterator, Mapping
from typing import Any
from weakref import ref

from torch import nn

from backprop_viz.capture.live.cells import running_shell


class WatchedBefore:
    """The models of a watch by their variables, and whether another watch is of the same."""

    def __init__(self, models: Mapping[str, nn.Module]) -> None:
        self._models = {name: ref(model) for name, model in models.items()}
        self._cell = _cell_that_runs()

    def is_watched_by(self, models: Mapping[str, nn.Module]) -> bool:
        """Whether these are the models, or were made anew for the same variables by a later cell.

        Those that the notebook still has elsewhere are other ones.
        """
        now, then = set(map(id, models.values())), [one() for one in self._models.values()]
        others = [one for one in then if id(one) not in now]
        if not others:
            return True
        if self._cell is None or self._cell == _cell_that_runs() or self._models.keys() - models:
            return False
        variables = running_shell().user_ns
        if any(variables.get(name) is not model for name, model in models.items()):
            return False
        kept = set(map(id, _held_by(variables)))
        return not any(one is not None and id(one) in kept for one in others)


def _cell_that_runs() -> int | None:
    shell = running_shell()
    return None if shell is None else int(shell.execution_count)


def _held_by(variables: Mapping[str, Any]) -> Iterator[Any]:
    """What the user's variables hold, and what is in their lists; not what cells have shown."""
    for name, value in variables.items():
        if not name.startswith("_") and name not in ("In", "Out"):
            yield value
            if isinstance(value, list | tuple | set):
                yield from value
            elif isinstance(value, dict):
                yield from value.values()
