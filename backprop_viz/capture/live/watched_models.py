"""What a loop's watch is of, held by nobody but the program: a notebook may drop it any time."""

import gc
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from weakref import ref

from torch import nn
from torch.optim import Optimizer

from backprop_viz.capture.live.cells import running_shell
from backprop_viz.capture.live.follower import Follower
from backprop_viz.capture.live.watch import Keep, Watch


class WatchedModels:
    """The models of a watch by their variables, with the rest that it is made of, as weak as these.

    It tells whether another watch is of the same, and whether a notebook has them no more.
    """

    def __init__(
        self,
        models: Mapping[str, nn.Module],
        optimizers: Sequence[Optimizer],
        keep: Keep,
        only: str | Sequence[str] | None,
    ) -> None:
        self._models = {name: ref(model) for name, model in models.items()}
        self._optimizers = [ref(one) for one in optimizers]
        self._keep, self._only = keep, only
        self._cell = _cell_that_runs()
        self._were_in_variables = self._are_in_variables()

    def watch(self, follower: Follower, over: int) -> Watch | None:
        """A watch of them that begins, after so many iterations; None if they are gone."""
        models = {k: model for k, one in self._models.items() if (model := one()) is not None}
        optimizers = [found for each in self._optimizers if (found := each()) is not None]
        if len(models) < len(self._models) or len(optimizers) < len(self._optimizers):
            return None
        watch = Watch(models, optimizers, follower, self._keep, self._only, over)
        watch.begin()
        return watch

    def are_dropped(self) -> bool:
        """Whether a notebook's variables had them, and have nothing of them any more."""
        return self._were_in_variables and not self._are_in_variables()

    def collect(self) -> None:
        """Let go what only cycles hold, if something is there yet."""
        held = any(one() is not None for one in self._models.values())
        if held or any(one() is not None for one in self._optimizers):
            gc.collect()

    def _are_in_variables(self) -> bool:
        if self._cell is None:
            return False
        there = [model for one in self._models.values() if (model := one()) is not None]
        parts = {id(part) for model in there for part in model.modules()}
        return not parts.isdisjoint(map(id, _held_by(running_shell().user_ns)))

    def are_watched_by(self, models: Mapping[str, nn.Module]) -> bool:
        """Whether these are the models, or were made anew for the same variables by a later cell.

        Those that the notebook still has elsewhere are other ones.
        """
        now, then = set(map(id, models.values())), [one() for one in self._models.values()]
        others = [one for one in then if id(one) not in now]
        weights = {id(weight) for model in models.values() for weight in model.parameters()}
        # Tensors that are watched by themselves get a module of ours each time.
        others = [one for one in others if one is None or not weights.issuperset(_weights(one))]
        if not others:
            return True
        if self._cell is None or self._cell == _cell_that_runs() or self._models.keys() - models:
            return False
        variables = running_shell().user_ns
        if any(variables.get(name) is not model for name, model in models.items()):
            return False
        kept = set(map(id, _held_by(variables)))
        return not any(one is not None and id(one) in kept for one in others)


def _weights(model: nn.Module) -> set[int]:
    """By their id(); of a model without any it is its own."""
    return set(map(id, model.parameters())) or {id(model)}


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
