"""The ``.grad`` of the leaves that a backward adds to, in which no Python runs but ours."""

from collections.abc import Container, Mapping, Sequence

import numpy as np
from torch import Tensor
from torch.autograd.graph import Node as GradFn

from backprop_viz.capture.logs.event_log import EventLog
from backprop_viz.capture.tensors.handed_gradients import HandedGradients
from backprop_viz.capture.tensors.late_copies import Copy
from backprop_viz.capture.watches.interventions import Grads
from backprop_viz.capture.watches.parameter_watch import ParameterWatch
from backprop_viz.capture.watches.taken_gradients import take_memory


class GrownLeaves:
    """What it is before and after, of each leaf by the node that adds to it.

    Made before the backward. It may outlive the log.
    """

    def __init__(
        self, log: EventLog, parameters: ParameterWatch, leaves: Mapping[GradFn, Tensor]
    ) -> None:
        self.leaves = leaves
        self._numbers, self._before = parameters.grads()
        self._after = self._before
        # Of leaves that are no parameters, by their id().
        numbers = self._numbers
        self._others: dict[int, tuple[Copy, Copy]] = {
            id(leaf): (log.grad(leaf), None)
            for leaf in self.leaves.values()
            if id(leaf) not in numbers
        }
        self._clones: list[tuple[int, Tensor]] = []

    def take_memory(
        self,
        ran: Sequence[GradFn],
        sent: Sequence[Grads],
        given: Sequence[Grads],
        shared: Container[int],
    ) -> list[Tensor]:
        """As ``taken_gradients.take_memory``, of those of these nodes that have added to a leaf."""
        leaves = enumerate(map(self.leaves.get, ran))
        added = [(leaf, i) for i, leaf in leaves if leaf is not None and given[i][0] is not None]
        arrivals = [(leaf, i) for leaf, i in added if self._had_none(id(leaf))]
        return take_memory(arrivals, sent, given, shared)

    def _had_none(self, key: int) -> bool:
        number = self._numbers.get(key)
        return self._others[key][0] is None if number is None else self._before.is_none(number)

    def have_grown(
        self,
        log: EventLog,
        parameters: ParameterWatch,
        arrived: Mapping[GradFn, Tensor | None],
        shared: Container[int],
    ) -> None:
        """Backward is over: these gradients have arrived at nodes. ``shared``: others hold them.

        A first one that is not has become the ``.grad`` but for us: torch clones what somebody
        holds. So the numbers of both lie where it lies.
        """
        clones: dict[int, Tensor] = {}
        for node, grad in arrived.items():
            leaf = self.leaves[node]
            key = id(leaf)
            number = self._numbers.get(key)
            if number is None:
                self._others[key] = self._others[key][0], log.grad(leaf)
            elif grad is not None and id(grad) not in shared and self._before.is_none(number):
                clones[key] = grad
        self._after = parameters.have_grown(clones)
        self._clones = [(self._numbers[key], grad) for key, grad in clones.items()]

    def tell(self, gradients: HandedGradients) -> None:
        """What arrived first has the array of the ``.grad``.

        To be told before any other gradient of its memory is asked for.
        """
        for number, grad in self._clones:
            array = self._after[number]
            if isinstance(array, np.ndarray):
                gradients.is_as(grad, array)

    def grads(self, node: GradFn) -> tuple[Copy, Copy]:
        """The ``.grad`` before and after."""
        key = id(self.leaves[node])
        number = self._numbers.get(key)
        return self._others[key] if number is None else (self._before[number], self._after[number])

    def name(self, node: GradFn, names: Mapping[int, str]) -> str | None:
        """The name of the leaf, of these names by id()."""
        return names.get(id(self.leaves[node]))
