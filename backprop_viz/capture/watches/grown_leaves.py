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
from backprop_viz.capture.watches.taken_gradients import Arrivals, take_memory


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
        # Those that something has come to, by the number of the node that has run, in order; and
        # of these the ones that had no ``.grad`` before.
        self._grown: Arrivals = ()
        self._first: Arrivals = ()
        # Whether what has come to each of these is of no other's memory, nor of any ``.grad``.
        self.first_apart = False

    def came(self, ran: Sequence[GradFn], given: Sequence[Grads]) -> None:
        """These nodes have run, and were given these gradients."""
        numbered = enumerate(map(self.leaves.get, ran))
        self._grown = [(leaf, i) for i, leaf in numbered if leaf is not None]
        before, number_of = self._before, self._numbers.get
        self._first = [
            (leaf, i)
            for leaf, i in self._grown
            if given[i][0] is not None
            and (
                self._others[id(leaf)][0] is None
                if (number := number_of(id(leaf))) is None
                else before.is_none(number)
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
        numbers = self._numbers
        for leaf in [leaf for leaf, _ in self._grown if id(leaf) in self._others]:
            self._others[id(leaf)] = self._others[id(leaf)][0], log.grad(leaf)
        clones = {
            id(leaf): grad
            for leaf, grad in [(leaf, given[i][0]) for leaf, i in self._first]
            if grad is not None and id(grad) not in shared and id(leaf) in numbers
        }
        self._after = parameters.have_grown(clones)
        self._clones = [(numbers[key], grad) for key, grad in clones.items()]

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
