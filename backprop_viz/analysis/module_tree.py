"""The modules of a network as a tree, and norms of what belongs to each."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from backprop_viz.analysis.doubles import sum_of_squares
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.layers import Layer
from backprop_viz.recording.trace.phases import Phase

# Containers have no forward of their own: only their modules run.
CONTAINERS = frozenset({"ModuleList", "ModuleDict", "Sequential"})


@dataclass(frozen=True, slots=True)
class TreeNode:
    """A module in the tree.

    ``first`` and ``stop`` are the places, among the recording's parameters, of all those under it;
    ``own`` are the names of its own. ``below`` is how many modules there are under it.
    """

    name: str
    kind: str
    children: tuple[str, ...]
    own: tuple[str, ...]
    first: int
    stop: int
    below: int


class ModuleTree:
    """The modules of a recording by dotted name; the network itself is "" and comes first."""

    def __init__(self, recording: Recording) -> None:
        self.nodes: dict[str, TreeNode] = {}
        kinds = {module.name: module.kind for module in recording.modules}
        kinds = kinds or {"": recording.model}
        children: dict[str, list[str]] = {name: [] for name in kinds}
        for name in kinds:
            if name:
                children[self._parent(name, kinds)].append(name)
        own: dict[str, list[str]] = {name: [] for name in kinds}
        places: dict[str, list[int]] = {name: [] for name in kinds}
        for place, parameter in enumerate(recording.parameters):
            owner = self._parent(parameter.name, kinds)
            own[owner].append(parameter.name)
            places[owner].append(place)
        below = dict.fromkeys(kinds, 0)
        # Children come after their parents.
        for name in reversed(list(kinds)):
            for child in children[name]:
                below[name] += below[child] + 1
                places[name] += places[child]
        for name, kind in kinds.items():
            first = min(places[name], default=0)
            stop = max(places[name], default=-1) + 1 if places[name] else first
            self.nodes[name] = TreeNode(
                name, kind, tuple(children[name]), tuple(own[name]), first, stop, below[name]
            )

    @staticmethod
    def _parent(name: str, kinds: dict[str, str]) -> str:
        """The innermost module whose dotted name a name begins with."""
        while name:
            name = name.rpartition(".")[0]
            if name in kinds:
                return name
        return ""

    def chain(self, module: str | None) -> tuple[str, ...]:
        """The modules around one, the outermost first and itself last; without the network."""
        if not module:
            return ()
        parts = module.split(".")
        names = (".".join(parts[: i + 1]) for i in range(len(parts)))
        return tuple(name for name in names if name in self.nodes)

    def found(self, text: str) -> frozenset[str]:
        """The modules whose name, class or own parameters contain a text, and those around them."""
        wanted = text.strip().casefold()
        found: set[str] = set()
        for name, node in self.nodes.items():
            texts = (name, node.kind, *node.own)
            if any(wanted in each.casefold() for each in texts):
                found.update(("", *self.chain(name)))
        return frozenset(found)


class BorrowedParameters:
    """Which modules have read parameters from outside them, as an output layer the embedding's."""

    def __init__(self) -> None:
        self._serial: int | None = None
        self._looked = 0  # so many events were looked at
        self._names: dict[int | None, str] = {}
        self._found: dict[str, dict[str, None]] = {}

    def of(self, recording: Recording, module: str) -> tuple[str, ...]:
        """The dotted names of those that a module has read so far."""
        if recording.serial != self._serial or len(recording.events) < self._looked:
            self._serial, self._looked, self._found = recording.serial, 0, {}
            self._names = {p.value_id: p.name for p in recording.parameters}
        for event in recording.events[self._looked :]:
            if event.phase is Phase.FORWARD and event.module:
                for name in filter(None, map(self._names.get, event.input_ids)):
                    if not name.startswith(f"{event.module}."):
                        self._found.setdefault(event.module, {})[name] = None
        self._looked = len(recording.events)
        return tuple(self._found.get(module, ()))


# In place of a sum of squares, which is never negative.
NO_SQUARES = -1.0


class ParameterNorms:
    """Norms of the parameters of a recording, or of their gradients, at any cursor.

    Each tensor's sum of squares is computed once, in float64.
    """

    def __init__(self, recording: Recording, of: Literal["grad", "value"]) -> None:
        self._recording = recording
        grads = of == "grad"
        phases = (Phase.ZERO_GRAD, Phase.BACKWARD) if grads else (Phase.UPDATE,)
        places = {p.name: i for i, p in enumerate(recording.parameters)}
        start = [p.grad_id if grads else p.value_id for p in recording.parameters]
        changes = [
            (i, places[event.parameter], event.output_ids[0])
            for i, event in enumerate(recording.events)
            if event.parameter in places and event.phase in phases and event.output_ids
        ]
        self._positions = np.array([-1] * len(start) + [i for i, _, _ in changes], np.int64)
        self._places = np.array([*range(len(start)), *(p for _, p, _ in changes)], np.int64)
        tensors = [*start, *(tensor for _, _, tensor in changes)]
        self._tensors = np.array([-1 if t is None else t for t in tensors], np.int64)
        self._squares: dict[int, float] = {-1: NO_SQUARES}
        self._at: tuple[int, NDArray[np.float64]] | None = None

    def at(self, position: int) -> NDArray[np.float64]:
        """The sum of squares of each parameter after ``position`` events.

        It is ``NO_SQUARES`` where torch has None.
        """
        if self._at is not None and self._at[0] == position:
            return self._at[1]
        count = int(np.searchsorted(self._positions, position, "left"))
        last = np.zeros(len(self._recording.parameters), np.int64)
        last[self._places[:count]] = np.arange(count)
        tensors = self._tensors[last] if len(last) else np.zeros(0, np.int64)
        squares = np.array([self._square(int(tensor)) for tensor in tensors], np.float64)
        self._at = position, squares
        return squares

    def norm(self, position: int, first: int, stop: int) -> float | None:
        """The L2 norm of all parameters of these places together; None where all are None."""
        squares = self.at(position)[first:stop]
        known = squares[squares != NO_SQUARES]
        return math.sqrt(float(known.sum())) if known.size else None

    def _square(self, tensor: int) -> float:
        known = self._squares.get(tensor)
        if known is None:
            array = self._recording.tensors[tensor]
            with np.errstate(over="ignore", invalid="ignore"):
                known = sum_of_squares(array)
            self._squares[tensor] = known
        return known


def last_layer_in(recording: Recording, module: str) -> Layer | None:
    """The layer whose operations were the last to run in a module; None if nothing ran there."""
    within = f"{module}." if module else ""
    layers = (layer for ran in recording.passes for layer in ran.layers.layers)
    ran = [
        layer
        for layer in layers
        if layer.operations and layer.module is not None
        if layer.module == module or layer.module.startswith(within)
    ]
    return max(ran, key=lambda layer: layer.operations[-1], default=None)
