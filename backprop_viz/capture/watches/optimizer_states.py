"""What optimizers hold of the parameters, at an instant."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, repeat
from typing import Any

import numpy as np
from torch import Tensor
from torch.optim import Optimizer

from backprop_viz.capture.tensors.array_memory import ArrayMemory
from backprop_viz.capture.tensors.late_copies import LateCopies, copies_of
from backprop_viz.capture.tensors.memory import PLAIN
from backprop_viz.capture.watches.muon_watch import ORTHOGONAL
from backprop_viz.capture.watches.own_parameters import NamedParameters
from backprop_viz.recording.trace.events import Array

_LARGEST_INT = 2**63  # of a number that numpy holds as one of 64 bits


class States:
    """The optimizers' own tensors, and what numbers they have beside these, of some parameters.

    Large ones are copied into ``memory``. A list of tensors alike, as L-BFGS has of its history, is
    one array of them, the oldest first. ``matrices``: those that Muon has made in a step, by the
    ``id()`` of their parameters.
    """

    def __init__(
        self,
        parameters: NamedParameters,
        optimizers: Iterable[Optimizer],
        memory: ArrayMemory,
        matrices: Mapping[int, Tensor],
    ) -> None:
        # Of each tensor the name of its parameter and its own; and of each number.
        self._tensors: tuple[list[str], list[str]] = [], []
        self._numbers: list[tuple[str, str, float]] = []
        self._lists: list[tuple[str, str, LateCopies]] = []
        self._memory = memory
        tensors: list[Tensor] = []
        for optimizer in optimizers:
            # To look a parameter up by itself takes longer than all the rest.
            keys, states = list(map(id, optimizer.state)), list(optimizer.state.values())
            names = [name for name, _ in parameters]
            if keys != [id(parameter) for _, parameter in parameters]:  # else it has one of each
                known = dict(zip(keys, states, strict=True))
                pairs = [(name, known[id(p)]) for name, p in parameters if id(p) in known]
                names, states = [name for name, _ in pairs], [state for _, state in pairs]
            tensors += self._read(names, states)
        if matrices:
            made = [(name, matrices[id(p)]) for name, p in parameters if id(p) in matrices]
            tensors += self._read([name for name, _ in made], [{ORTHOGONAL: m} for _, m in made])
        self._copies = copies_of(tensors, memory)

    def _read(self, names: Sequence[str], states: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Note whose the tensors are in these states, of parameters with these names: those."""
        owners = list(chain.from_iterable(map(repeat, names, map(len, states))))
        keys = list(chain.from_iterable(states))
        values = list(chain.from_iterable([state.values() for state in states]))
        if not PLAIN.issuperset(map(type, values)):
            rows = list(zip(owners, keys, values, strict=True))
            self._numbers += [row for row in rows if _is_number(row[2])]
            for name, key, listed in rows:
                if kept := _tensors_in(listed):
                    self._lists.append((name, key, copies_of(kept, self._memory)))
            rows = [row for row in rows if isinstance(row[2], Tensor)]
            owners, keys, values = ([row[i] for row in rows] for i in range(3))
        self._tensors[0].extend(owners)
        self._tensors[1].extend(keys)
        return values

    @property
    def nbytes(self) -> int:
        """The bytes of those that were copied together."""
        return self._copies.nbytes + sum([copies.nbytes for _, _, copies in self._lists])

    def by_parameter(self) -> dict[str, dict[str, Array]]:
        """The arrays of each parameter by their names."""
        found: dict[str, dict[str, Array]] = {}
        for name, key, number in self._numbers:
            found.setdefault(name, {})[key] = np.array(number)
        for name, key, copy in zip(*self._tensors, self._copies, strict=True):
            if isinstance(copy, np.ndarray):
                found.setdefault(name, {})[key] = copy
        for name, key, copies in self._lists:
            arrays = [copy for copy in copies if isinstance(copy, np.ndarray)]
            if len(arrays) == len(copies) and len({(a.shape, a.dtype) for a in arrays}) == 1:
                found.setdefault(name, {})[key] = np.stack(arrays)
        return found


def _tensors_in(value: object) -> list[Tensor]:
    """The tensors of a list; of one that has anything else than None beside them, none."""
    if not isinstance(value, list | tuple):
        return []
    kept = [each for each in value if each is not None]
    return kept if all(isinstance(each, Tensor) for each in kept) else []


def _is_number(value: object) -> bool:
    return type(value) in (int, float) and abs(value) < _LARGEST_INT  # type: ignore[arg-type]
