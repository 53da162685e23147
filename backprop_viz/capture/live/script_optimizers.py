"""The optimizers that a script has, and which of them were ever watched."""

from collections.abc import Iterable
from weakref import WeakKeyDictionary, WeakSet, ref

from torch import nn
from torch.optim import Optimizer

from backprop_viz.capture.code.loop_places import StackPlace, stack_place
from backprop_viz.capture.live.discovery import living_optimizers
from backprop_viz.capture.live.ownership import can_step, own_some_of


class ScriptOptimizers:
    """All that there are: to look for them takes tens of milliseconds, so they tell of themselves.

    None is kept alive.
    """

    def __init__(self) -> None:
        self._all: list[ref[Optimizer]] = []
        self._known: WeakSet[Optimizer] = WeakSet()  # all that ever were watched
        self._past: WeakSet[Optimizer] = WeakSet()  # those whose loop is over
        self._made_at: WeakKeyDictionary[Optimizer, StackPlace] = WeakKeyDictionary()
        self._watched: list[tuple[ref[Optimizer], StackPlace | None]] = []

    def __bool__(self) -> bool:
        return bool(self._all)

    def look(self) -> None:
        """Find those that were made until now."""
        self._all += map(ref, living_optimizers())

    def is_made(self, optimizer: Optimizer) -> bool:
        """One is being made; whether it was not known: a state may be loaded into it."""
        self._all = [one for one in self._all if one() is not None]
        if any(one() is optimizer for one in self._all):
            return False
        self._all.append(ref(optimizer))
        self._made_at[optimizer] = stack_place()[0]
        return True

    def are_watched(self, optimizers: Iterable[Optimizer]) -> None:
        """These are watched from now on."""
        optimizers = list(optimizers)
        self._known.update(optimizers)
        self._watched = [(ref(one), self._made_at.get(one)) for one in optimizers]

    def are_past(self, optimizers: Iterable[Optimizer]) -> None:
        """The loop in which these step is over; until one does so again."""
        self._past.update(optimizers)

    def steps(self, optimizer: Optimizer) -> None:
        """One has stepped."""
        self._past.discard(optimizer)

    def why_unforeseen(self, optimizer: Optimizer) -> str:
        """Why the step of one that is not watched makes an iteration unrecorded."""
        if optimizer in self._known:
            return "an optimizer stepped that belongs to an earlier loop"
        return "an optimizer stepped that did not step before"

    def trained(
        self, stepped: Iterable[Optimizer], other: Optimizer | None, called: nn.Module | None
    ) -> list[Optimizer]:
        """Those to watch, where of those watched some have ``stepped``, and maybe an ``other``.

        Those alone of a model that is ``called`` and a new one owns. One that is watched and owns
        it stays, where the loop steps an other by mistake: that of a model that it has no more.
        """
        new, wanted = self.new, list(stepped)
        if called is not None and other is None and own_some_of(new, called):
            wanted = [one for one in wanted if own_some_of([one], called)] + self.staying
        elif called is not None and other is not None and not own_some_of([other], called):
            watched = [one for one in self.living if any(w() is one for w, _ in self._watched)]
            wanted += [one for one in watched if own_some_of([one], called)]
        if other is not None:
            wanted.append(other)
        ids = set(map(id, (*new, *wanted)))
        return [one for one in self.living if id(one) in ids]

    @property
    def staying(self) -> list[Optimizer]:
        """Those that are watched and go on where each new one takes the place of another.

        That is made in the same line, as one is for each task, of which the others learn.
        """
        places = {self._made_at.get(one) for one in self.new}
        if not places or not places <= {place for _, place in self._watched}:
            return []
        rest = [one() for one, place in self._watched if place not in places]
        return [one for one in rest if one is not None]

    @property
    def able(self) -> list[Optimizer]:
        """Those that may step something, but for those whose loop is over."""
        return [one for one in self.living if can_step(one) and one not in self._past]

    @property
    def living(self) -> list[Optimizer]:
        """Those that there are, the oldest first; but for one that is only begun."""
        found = [one() for one in self._all]
        return [one for one in found if one is not None and hasattr(one, "param_groups")]

    @property
    def new(self) -> list[Optimizer]:
        """Those that are to be watched, and never were."""
        return [one for one in self.living if can_step(one) and one not in self._known]
