"""The ``.grad`` of the leaves that a backward adds to, in which no Python runs but ours."""

from collections.abc import Mapping, Sequence, Set

import numpy as np
from torch import Tensor
from torch.autograd.graph import Node as GradFn

from backprop_viz.capture.logs.event_log import EventLog
from backprop_viz.capture.tensors.handed_gradients import HandedGradients
from backprop_viz.capture.tensors.holders import have_own_memory
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
        self._clones: Mapping[int, Tensor] = {}
        # Leaves that something has come to and that had no ``.grad`` before, with the number of the
        # node that has run; and those that are no parameters, whatever they had.
        self._first: list[tuple[Tensor, int]] = []
        self._grown_others: list[Tensor] = []
        # Whether what has come to each of the first is of no other's memory, nor of any ``.grad``.
        self.first_apart = False

    def came(self, ran: Sequence[GradFn], given: Sequence[Grads]) -> None:
        """These nodes have run, and were given these gradients."""
        numbered = enumerate(map(self.leaves.get, ran))
        grown = [(leaf, i) for i, leaf in numbered if leaf is not None]
        others, number_of, had_none = self._others, self._numbers.get, self._before.is_none
        self._grown_others = [leaf for leaf, _ in grown if id(leaf) in others] if others else []
        self._first = [
            (leaf, i)
            for leaf, i in grown
            if given[i][0] is not None
            and (
                others[id(leaf)][0] is None
                if (number := number_of(id(leaf))) is None
                else had_none(number)
            )
        ]
        came = [grad for _, i in self._first if (grad := given[i][0]) is not None]
        grads = [grad for leaf, _ in self._first if (grad := leaf.grad) is not None]
        self.first_apart = have_own_memory(came, grads)

    def take_memory(
        self, sent: Sequence[Grads], given: Sequence[Grads], shared: Set[int]
    ) -> list[Tensor]:
        """As ``taken_gradients.take_memory``, of what has come first to a leaf."""
        if not shared and self.first_apart:
            return []
        return take_memory(self._first, sent, given, shared)

    def have_grown(
        self,
        log: EventLog,
        parameters: ParameterWatch,
        given: Sequence[Grads],
        shared: Set[int],
    ) -> None:
        """Backward is over. ``shared``: others hold these gradients.

        A first one that is not has become the ``.grad`` but for us: torch clones what somebody
        holds. So the numbers of both lie where it lies.
        """
        for leaf in self._grown_others:
            self._others[id(leaf)] = self._others[id(leaf)][0], log.grad(leaf)
        arrived = {id(leaf): grad for leaf, i in self._first if (grad := given[i][0]) is not None}
        if shared or self._grown_others:
            arrived = {
                key: grad
                for key, grad in arrived.items()
                if id(grad) not in shared and key in self._numbers
            }
        self._clones = arrived
        self._after = parameters.have_grown(arrived)

    def tell(self, gradients: HandedGradients) -> None:
        """What arrived first has the array of the ``.grad``.

        To be told before any other gradient of its memory is asked for.
        """
        for key, grad in self._clones.items():
            array = self._after[self._numbers[key]]
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
