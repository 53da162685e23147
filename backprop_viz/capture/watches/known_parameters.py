"""What the parameters of a model, and their ``.grad``, were when they were looked at last."""

from collections.abc import Collection, Mapping, Sequence

from torch import Tensor

from backprop_viz.capture.logs.event_log import EventLog
from backprop_viz.capture.tensors.late_copies import Copy, LateCopies
from backprop_viz.capture.tensors.memory import PLAIN
from backprop_viz.capture.tensors.sharded_memory import full_shape
from backprop_viz.capture.watches.own_parameters import NamedParameters
from backprop_viz.recording.trace.events import Parameter

_NOTHING: tuple[Copy, Copy] = (None, None)


class KnownParameters:
    """The copies, by the name of a parameter or by its place among all of them."""

    def __init__(self) -> None:
        self._values, self._grads = _Changing(), _Changing()
        self._pairs: NamedParameters = []
        self._numbers_found: dict[str, int] | None = None  # not until somebody asks
        # Of what was among the parameters before, and may come back.
        self._others: dict[str, tuple[Copy, Copy]] = {}
        self._unknown: set[str] = set()  # of those that were never looked at
        self._lazy: Collection[str] = ()  # of those that had no numbers when the iteration began
        self.at_start: ParametersAtStart

    @property
    def values(self) -> LateCopies:
        """All that is known of the parameters themselves; it stays as it is."""
        return self._values.all()

    @property
    def grads(self) -> LateCopies:
        """The same of their ``.grad``."""
        return self._grads.all()

    def look(self, pairs: NamedParameters, values: LateCopies, grads: LateCopies) -> None:
        """These are the parameters, and so they are now."""
        self._take(pairs)
        self._values, self._grads = _Changing(values), _Changing(grads)
        self._unknown.clear()

    def begin(self, log: EventLog, lazy: Collection[str]) -> None:
        """The iteration begins with what is known; those that are ``lazy`` have no numbers yet."""
        self._lazy = lazy
        self.at_start = ParametersAtStart(log, self._pairs, self.values, self.grads)

    def are(self, pairs: NamedParameters) -> None:
        """These are the parameters; what is known of them stays so."""
        if pairs is self._pairs:
            return
        known = self._others | {name: self[name] for name in self._numbers if name in self}
        self._take(pairs)
        self._unknown = {name for name, _ in pairs if name not in known}
        rows = [known.pop(name, _NOTHING) for name, _ in pairs]
        self._values = _Changing(LateCopies([value for value, _ in rows]))
        self._grads = _Changing(LateCopies([grad for _, grad in rows]))
        self._others = known

    @property
    def parameters(self) -> Sequence[Tensor]:
        """They themselves, in their order."""
        return [parameter for _, parameter in self._pairs]

    @property
    def places(self) -> Mapping[int, int]:
        """The place of each of them by its id()."""
        own = self.parameters
        return dict(zip(map(id, own), range(len(own)), strict=True))

    @property
    def _numbers(self) -> dict[str, int]:
        if self._numbers_found is None:
            names = [name for name, _ in self._pairs]
            self._numbers_found = dict(zip(names, range(len(names)), strict=True))
        return self._numbers_found

    @property
    def are_all_known(self) -> bool:
        """Whether each of them was looked at."""
        return not self._unknown

    def _take(self, pairs: NamedParameters) -> None:
        if pairs is not self._pairs:
            self._pairs, self._numbers_found = pairs, None

    def __contains__(self, name: str) -> bool:
        return name in self._numbers and name not in self._unknown

    def __getitem__(self, name: str) -> tuple[Copy, Copy]:
        """The copy of a parameter, and that of its ``.grad``."""
        number = self._numbers.get(name)
        if number is None:
            return self._others.get(name, _NOTHING)
        return self._values[number], self._grads[number]

    def put(self, name: str, value: Copy, grad: Copy) -> None:
        """A parameter and its ``.grad`` are others now."""
        number = self._numbers.get(name)
        if number is None:
            self._others[name] = value, grad
        else:
            self._values[number], self._grads[number] = value, grad
            if name in self._unknown and name in self._lazy:
                self.at_start = self.at_start.with_made(self._pairs, name, value)
            self._unknown.discard(name)

    def put_grads(self, grads: LateCopies) -> None:
        """Those of all parameters are others now."""
        self._grads = _Changing(grads)

    def put_grad(self, name: str, grad: Copy) -> None:
        """A ``.grad`` is another now."""
        number = self._numbers.get(name)
        if number is None:
            self._others[name] = self[name][0], grad
        else:
            self._grads[number] = grad


class _Changing:
    """Copies, of which some are put in the places of others, one by one."""

    def __init__(self, copies: LateCopies | None = None) -> None:
        self._copies = LateCopies() if copies is None else copies
        self._put: dict[int, Copy] = {}

    def __getitem__(self, number: int) -> Copy:
        return self._put[number] if number in self._put else self._copies[number]

    def __setitem__(self, number: int, copy: Copy) -> None:
        self._put[number] = copy

    def all(self) -> LateCopies:
        """All of them, which stay as they are."""
        if self._put:
            self._copies, self._put = self._copies.with_some(self._put), {}
        return self._copies


class ParametersAtStart:
    """The parameters as they were when an iteration began, made when somebody looks."""

    def __init__(
        self, log: EventLog, pairs: NamedParameters, values: LateCopies, grads: LateCopies
    ) -> None:
        self._log, self._values, self._grads = log, values, grads
        self._names = [name for name, _ in pairs]
        self._train = [one.requires_grad for _, one in pairs]
        # The shape of all of each that may be a part.
        self._whole = {name: full_shape(one) for name, one in pairs if type(one) not in PLAIN}
        self._made: tuple[Parameter, ...] | None = None

    def with_made(self, pairs: NamedParameters, name: str, value: Copy) -> "ParametersAtStart":
        """The same with one that was lazy, as it was made; ``pairs`` have their order."""
        rows = dict(zip(self._names, zip(self._values, self._grads, strict=True), strict=True))
        rows[name] = value, None
        kept = [pair for pair in pairs if pair[0] in rows]
        values, grads = ([rows[each][i] for each, _ in kept] for i in (0, 1))
        return ParametersAtStart(self._log, kept, LateCopies(values), LateCopies(grads))

    def made(self) -> tuple[Parameter, ...]:
        """Each of them, but those that have no numbers."""
        if self._made is None:
            log, found = self._log, list[Parameter]()
            rows = zip(self._names, self._train, self._values, self._grads, strict=True)
            for name, trains, value, grad in rows:
                if (number := log.id(value)) is not None:
                    given = log.tensors, trains, self._whole.get(name)
                    found.append(Parameter(name, number, log.id(grad), *given))
            log.tensors_stay()
            self._made = tuple(found)
        return self._made
