"""What becomes of a model's parameters: their values, their ``.grad``, the optimizer's state."""

import time
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy
from torch.optim import Optimizer

from backprop_viz.capture.code.user_lines import user_line
from backprop_viz.capture.logs.event_log import Copy, EventLog
from backprop_viz.capture.module_choice import ModuleChoice
from backprop_viz.capture.tensors.copied_together import arrays_together
from backprop_viz.capture.tensors.memory import LEFT_OUT, NotCopied, full_shape, to_array
from backprop_viz.capture.watches.lbfgs_watch import HeardMoves, Moves
from backprop_viz.capture.watches.module_tree import modules_in, tensors_in
from backprop_viz.capture.watches.parallel_modules import is_sharded, reduces_in_place
from backprop_viz.recording.trace.all_reduce import ALL_REDUCE
from backprop_viz.recording.trace.calls import Call
from backprop_viz.recording.trace.events import Array, Parameter
from backprop_viz.recording.trace.phases import Phase

# The operation of an event that tells of a change whose cause was not seen.
CHANGED = "changed"
_NOTHING: tuple[Copy, Copy] = (None, None)
_data_ptr = Tensor.data_ptr
_LARGEST_INT = 2**63  # of a number that numpy holds as one of 64 bits


class ParameterWatch:
    """Notes each change of a parameter, whoever makes it.

    Between two events the memory is compared: what was changed through ``.data``, by a hook or by
    a loop's own lines is an event too. Of parameters that ``only`` leaves out no numbers are read.
    """

    def __init__(
        self,
        model: nn.Module,
        optimizers: Sequence[Optimizer],
        log: EventLog,
        only: ModuleChoice | None = None,
    ) -> None:
        self._model, self._log, self._only = model, log, only
        self._optimizers = optimizers
        self._known: dict[str, tuple[Copy, Copy]] = {}
        self._synced: tuple[int, tuple[list[int], list[int], list[int]]] | None = None
        self._sharded = is_sharded(model)
        self._modules = _own_parameters(model, self._sharded)
        # What ``_all_parameters`` has found last, and of what.
        self._looked_up: tuple[object, list[tuple[str, nn.Parameter]]] = None, []
        self._moves = HeardMoves(log)
        self.unbroken = False  # whether nothing is changed but by phases whose writes are seen
        # When backward added to a ``.grad`` last, as time.perf_counter tells it.
        self.accumulated_at: float | None = None
        self.reduces_in_place = reduces_in_place(model)
        log.weights.update(map(id, tensors_in(model)))
        pairs = self._parameters()
        own = [parameter for _, parameter in pairs]
        copies = zip(log.all_copies(own), log.grads(own), strict=True)
        self._known = dict(zip([name for name, _ in pairs], copies, strict=True))

    def at_start(self) -> tuple[Parameter, ...]:
        """The parameters as they were when the iteration began; none that was lazy then."""
        log, found = self._log, []
        for name, parameter in self._parameters():
            value, grad = self._known[name]
            number = log.id(value)
            if number is not None:
                found.append(
                    Parameter(
                        name,
                        number,
                        log.id(grad),
                        log.tensors,
                        parameter.requires_grad,
                        full_shape(parameter),
                    )
                )
        return tuple(found)

    def begin_with(self, grads: Mapping[int, Copy]) -> None:
        """The iteration began with these ``.grad``, by the id() of the parameter."""
        for name, parameter in self._parameters():
            if id(parameter) in grads:
                self._known[name] = self._known[name][0], grads[id(parameter)]

    def sync(self, op: str = CHANGED, every_grad: bool = False, rebound: bool = False) -> None:
        """Note what has changed since the last event, as done by ``op``.

        ``every_grad``: it is told of each ``.grad``, changed or not. ``rebound``: the model may
        have other parameters than before.
        """
        if self.is_as_seen and not rebound:
            return
        self._moves.note()
        if not self._sharded:
            self._modules = _own_parameters(self._model)
        pairs, known = self._parameters(), self._known
        if every_grad:
            for name, parameter in pairs:
                value, grad = known.get(name, _NOTHING)
                known[name] = value, self._log.grad(parameter)
                self._log.note(Phase.BACKWARD, op, (grad,), known[name][1:], parameter=name)
        if self._is_as_synced(pairs):
            return
        own = [parameter for _, parameter in pairs]
        copies = zip(self._log.all_copies(own), self._log.grads(own), strict=True)
        for (name, parameter), (now, grad_now) in zip(pairs, copies, strict=True):
            value, grad = known.get(name, _NOTHING)
            if now is not value or grad_now is not grad or name not in known:
                self._sync_one(name, parameter, op)

    def _is_as_synced(self, pairs: Sequence[tuple[str, nn.Parameter]]) -> bool:
        """Whether nobody can have changed anything since it was looked at last; now it is."""
        borrowed = self._log.snapshots.borrowed
        if not borrowed.allowed:
            return False
        try:
            own = [p for _, p in pairs]
            places = list(map(id, own)), list(map(_data_ptr, own)), [p._version for p in own]
        except RuntimeError:  # a subclass, or an inference tensor, that does not tell
            return False
        state = borrowed.writes, places
        same, self._synced = state == self._synced, state
        return same

    def runs_unbroken(self) -> None:
        """Nothing has changed since it was looked at, nor does but by the phases of the loop."""
        self.unbroken = True
        self._is_as_synced(self._parameters())

    @property
    def is_as_seen(self) -> bool:
        """Whether nothing can have been written to since, as an unbroken loop tells."""
        borrowed, synced = self._log.snapshots.borrowed, self._synced
        seen = self.unbroken and borrowed.allowed and synced is not None
        return seen and synced is not None and synced[0] == borrowed.writes

    def sync_grads(self) -> None:
        """Note which ``.grad`` has changed since the last event."""
        if self.is_as_seen:
            return
        pairs = self._parameters()
        grads = self._log.grads([parameter for _, parameter in pairs])
        for (name, parameter), now in zip(pairs, grads, strict=True):
            if name not in self._known:
                self._sync_one(name, parameter)
            value, grad = self._known[name]
            if now is not grad:
                self._grad_changed(name, grad, now, CHANGED)
                self._known[name] = value, now

    def _sync_one(self, name: str, parameter: Tensor, op: str = CHANGED) -> None:
        log = self._log
        value, grad = known = self._known.get(name, _NOTHING)
        now, grad_now = log.copy(parameter), log.grad(parameter)
        if now is value and grad_now is grad and known is not _NOTHING:
            return
        self._grad_changed(name, grad, grad_now, op)
        if value is not None and _differ(value, now):
            log.note(Phase.UPDATE, op, (value, grad_now), (now,), parameter=name)
        self._known[name] = now, grad_now

    def _grad_changed(self, name: str, grad: Copy, now: Copy, op: str) -> None:
        if _differ(grad, now):
            self._log.note(Phase.BACKWARD, op, (grad,), (now,), parameter=name)

    # -- zero_grad and update ------------------------------------------------------------------

    def cleared(self) -> None:
        """zero_grad has run."""
        log, place = self._log, user_line()
        note, pairs = log.note, self._all_parameters()
        if self.unbroken and any(parameter.grad is not None for _, parameter in pairs):
            log.snapshots.borrowed.expose_all()  # else nothing was written to
        kept = [parameter for name, parameter in pairs if self._keeps(name)]
        grads = iter(self._log.grads(kept))
        for name, parameter in pairs:
            if not self._keeps(name):
                left = None if parameter.grad is None else LEFT_OUT
                told = (LEFT_OUT,), (left,)
                note(Phase.ZERO_GRAD, "zero_grad", *told, parameter=name, place=place)
                continue
            value, grad = self._known[name]
            now = next(grads)
            note(Phase.ZERO_GRAD, "zero_grad", (grad,), (now,), parameter=name, place=place)
            self._known[name] = value, now

    def states(self) -> dict[str, dict[str, Array]]:
        """The optimizers' own tensors by parameter, before an update."""
        found: dict[str, dict[str, Array]] = {}
        places: list[tuple[str, str]] = []
        tensors: list[Tensor] = []
        for name, parameter in self._parameters():
            found[name] = {}
            for optimizer in self._optimizers:
                for key, value in optimizer.state.get(parameter, {}).items():
                    if torch.is_tensor(value):
                        places.append((name, key))
                        tensors.append(value)
                    elif type(value) in (int, float) and abs(value) < _LARGEST_INT:
                        found[name][key] = np.array(value)
        arrays = arrays_together(tensors)
        for (name, key), tensor, array in zip(places, tensors, arrays, strict=True):
            found[name][key] = to_array(tensor) if array is None else array
        return found

    def updated(
        self, before: Mapping[str, Mapping[str, Array]], optimizers: Sequence[Optimizer] | None
    ) -> None:
        """These optimizers have made a step; ``before`` are the states as they were.

        None: the loop has changed the weights by hand.
        """
        moved = self._moves.note()
        log, place = self._log, user_line()
        owners = None if optimizers is None else _owners(optimizers)
        kept = [parameter for _, parameter in self._parameters()]
        copies = zip(log.all_copies(kept), log.grads(kept), strict=True)
        after = self.states()
        for name, parameter in self._all_parameters():
            owner = None if owners is None else owners.get(id(parameter))
            if not self._keeps(name):
                if owner is not None and parameter.grad is not None:
                    read = LEFT_OUT, LEFT_OUT
                    log.note(Phase.UPDATE, rule_of(owner), read, (LEFT_OUT,), parameter=name)
                continue
            value, grad = self._known[name]
            now, grad_now = next(copies)
            owned = owners is None or owner is not None
            heard = owner is not None and self._moves.are_heard(rule_of(owner))
            if owned and grad is not None and not (heard and moved):
                state = {
                    key: (log.id(before[name].get(key)), log.tensors.add(array))
                    for key, array in ({} if heard else after[name]).items()
                }
                if heard and (old := log.id(value)) is not None:
                    state = {"w": (None, old)}  # the step ended without another move
                rule = "sub_" if owner is None else rule_of(owner)
                told: dict[str, Any] = {"parameter": name, "state_ids": state, "place": place}
                log.note(Phase.UPDATE, rule, (value, grad), (now,), **told)
            elif _differ(value, now):
                log.note(Phase.UPDATE, CHANGED, (value, grad), (now,), parameter=name)
            if grad_now is not grad:
                self._grad_changed(name, grad, grad_now, CHANGED)
            self._known[name] = now, grad_now
        self._is_as_synced(self._parameters())

    def moved(self, optimizer: Optimizer, moves: Moves) -> None:
        """An optimizer has moved its weights, and may call its closure now."""
        for name, parameter in self._parameters():
            if id(parameter) in moves:
                value, grad = self._known[name]
                now = self._log.copy(parameter)
                self._moves.add(rule_of(optimizer), name, moves[id(parameter)], (value, grad), now)
                self._known[name] = now, grad

    # -- backward ------------------------------------------------------------------------------

    def accumulated(self, name: str | None, parameter: Tensor, grad: Copy) -> None:
        """Backward has added to ``.grad``, which is noted; hooks may have changed the weight."""
        self.accumulated_at = time.perf_counter()
        if name is not None:
            value, _ = self._known[name]
            now = self._log.copy(parameter)
            if value is not None and _differ(value, now):
                self._log.note(Phase.UPDATE, CHANGED, (value, grad), (now,), parameter=name)
            self._known[name] = now, grad

    def has_grown(self, name: str | None, grad: Copy) -> None:
        """Backward has added to ``.grad``, and no hook has changed the weight."""
        if name is not None:
            self._known[name] = self._known[name][0], grad

    def reduced(self, calls: Mapping[int, Call]) -> None:
        """The ranks have averaged gradients, of parameters by their ``id()``, in this order."""
        names = {id(parameter): (name, parameter) for name, parameter in self._parameters()}
        for key, call in calls.items():
            if key not in names:
                continue
            name, parameter = names[key]
            value, grad = self._known[name]
            now = self._log.grad(parameter)
            if now is not None:
                self._log.note(
                    Phase.BACKWARD, ALL_REDUCE, (grad,), (now,), parameter=name, call=call
                )
            self._known[name] = value, now

    def _parameters(self) -> list[tuple[str, nn.Parameter]]:
        """Those whose numbers are kept."""
        pairs = self._all_parameters()
        return pairs if self._only is None else [pair for pair in pairs if self._keeps(pair[0])]

    def _keeps(self, name: str) -> bool:
        return self._only is None or self._only.has_tensor(name)

    def _all_parameters(self) -> list[tuple[str, nn.Parameter]]:
        """As ``named_parameters``, without those that are lazy.

        Nor what ``torch.func.functional_call`` has put in a parameter's place for a while.
        """
        modules = self._modules
        held = [parameters for _, parameters in modules]
        now = (
            [before for before, _ in modules],
            list(map(len, held)),
            list(chain.from_iterable([parameters.keys() for parameters in held])),
            list(map(id, chain.from_iterable([parameters.values() for parameters in held]))),
        )
        if now == self._looked_up[0]:
            return self._looked_up[1]
        found: list[tuple[str, nn.Parameter]] = []
        seen: set[int] = set()
        lazy = False
        for prefix, parameters in modules:
            for name, parameter in parameters.items():
                if parameter is None or type(parameter) is Tensor or id(parameter) in seen:
                    continue
                seen.add(id(parameter))
                if is_lazy(parameter):
                    lazy = True
                else:
                    found.append((prefix + name, parameter))
        # A lazy one stays the same object when it gets its numbers.
        self._looked_up = (None if lazy else now), found
        return found


def _own_parameters(
    model: nn.Module, at_once: bool = False
) -> list[tuple[str, Mapping[str, nn.Parameter | None]]]:
    """The parameters that each module of a model holds itself, and what goes before their names.

    To ask the model for all takes ten times as long as to compare a small one. ``at_once``: as it
    is now, whatever becomes of the modules.
    """
    if at_once or type(model).named_parameters is not nn.Module.named_parameters:
        return [("", dict(model.named_parameters()))]
    return [
        (f"{name}." if name else "", module._parameters)
        for name, module in modules_in(model)
        if module._parameters
    ]


def _differ(one: Copy, other: Copy) -> bool:
    """Whether two copies differ in a bit."""
    if one is other or isinstance(one, NotCopied) or isinstance(other, NotCopied):
        return False
    if one is None or other is None:
        return True
    return one.dtype != other.dtype or one.shape != other.shape or one.tobytes() != other.tobytes()


def _owners(optimizers: Sequence[Optimizer]) -> dict[int, Optimizer]:
    """Which optimizer moves a parameter, by the ``id()`` of its tensor."""
    return {
        id(parameter): optimizer
        for optimizer in optimizers
        for group in optimizer.param_groups
        for parameter in group["params"]
    }


def rule_of(optimizer: Optimizer) -> str:
    """The name of an update: the optimizer's class, in full if it is not torch's own."""
    kind = type(optimizer)
    torchs = getattr(torch.optim, kind.__name__, None) is kind
    return kind.__name__ if torchs else f"{kind.__module__}.{kind.__qualname__}"
