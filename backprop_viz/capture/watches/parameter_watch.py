"""What becomes of a model's parameters: their values, their ``.grad``, the optimizer's state."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np
from torch import Tensor, nn
from torch.optim import Optimizer

from backprop_viz.capture.code.user_lines import user_line
from backprop_viz.capture.logs.event_log import Copy, EventLog
from backprop_viz.capture.module_choice import ModuleChoice
from backprop_viz.capture.tensors.late_copies import LateCopies
from backprop_viz.capture.tensors.many_copies import ParameterPlaces
from backprop_viz.capture.tensors.memory import LEFT_OUT
from backprop_viz.capture.tensors.unheard import is_fake
from backprop_viz.capture.watches.clipping import UNKNOWN, GradWrites, Write
from backprop_viz.capture.watches.known_parameters import KnownParameters, ParametersAtStart
from backprop_viz.capture.watches.late_changes import (
    CHANGED,
    MOVED_BY_GRADIENT,
    Change,
    Cleared,
    Updated,
    are_steps,
    differ,
)
from backprop_viz.capture.watches.lbfgs_watch import HeardMoves, Moves, around
from backprop_viz.capture.watches.module_tree import tensors_in
from backprop_viz.capture.watches.muon_watch import by_parameter
from backprop_viz.capture.watches.optimizer_rules import parameters_of, rule_of, rules_of
from backprop_viz.capture.watches.optimizer_states import States
from backprop_viz.capture.watches.own_parameters import NamedParameters, OwnParameters
from backprop_viz.capture.watches.parallel_modules import reduces_in_place
from backprop_viz.recording.trace.all_reduce import ALL_REDUCE
from backprop_viz.recording.trace.calls import Call
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.tensors import Array
from backprop_viz.recording.trace.torch_error import CodePlace

_data_ptr = Tensor.data_ptr
_NO_MATRICES: Mapping[int, Tensor] = {}


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
        self._log, self._optimizers = log, optimizers
        self._known = KnownParameters()
        self._synced: tuple[int, ParameterPlaces] | None = None
        self._listed: tuple[NamedParameters, list[nn.Parameter]] = [], []
        self._own = OwnParameters(model, only)
        self._moves, self.writes = HeardMoves(log), GradWrites()
        self._matrices: list[Tensor] = []  # that Muon has made in this step
        self._others: Collection[str] = ()  # that the zero_grad under way does not clear
        self.unbroken = False  # whether nothing is changed but by phases whose writes are seen
        # When backward added to a ``.grad`` last, as time.perf_counter tells it.
        self.accumulated_at: float | None = None
        self.reduces_in_place = reduces_in_place(model)
        log.weights.update(map(id, tensors_in(model)))
        pairs = self._own.kept()
        self._known.look(pairs, *self._copies(pairs))
        self._known.begin(log, self._own.lazy)

    @property
    def at_start(self) -> ParametersAtStart:
        """The parameters as they were when the iteration began, or when a lazy one was made."""
        return self._known.at_start

    def begins_now(self) -> dict[str, Array]:
        """The iteration begins with the parameters as they are by now; which have changed since
        it was thought to begin, and what they are.
        """
        kept, known = self._own.kept(), self._known
        known.are(kept)
        before, (now, grads) = known.values, self._copies(kept)
        changed = [i for i in now.changed_from(before) if differ(before[i], now[i])]
        known.look(kept, now, grads)
        self._synced = None
        known.begin(self._log, self._own.lazy)
        copies = {kept[i][0]: now[i] for i in changed}
        return {name: copy for name, copy in copies.items() if isinstance(copy, np.ndarray)}

    def begin_with(self, grads: Mapping[int, Copy]) -> None:
        """The iteration began with these ``.grad``, by the id(), and these alone were cleared."""
        self.clears_only(grads)
        for name, parameter in self._own.kept():
            if id(parameter) in grads:
                self._known.put_grad(name, grads[id(parameter)])
        self._known.begin(self._log, self._own.lazy)

    def sync(self, op: str = CHANGED, every_grad: bool = False, rebound: bool = False) -> None:
        """Note what has changed since the last event, as done by ``op``.

        ``every_grad``: it is told of each ``.grad``, changed or not. ``rebound``: the model may
        have other parameters than before.
        """
        if self.is_as_seen and not rebound:
            return
        self._moves.note()
        self._own.look_again()
        pairs, known = self._own.kept(), self._known
        known.are(pairs)
        if every_grad:
            writes = self.writes.taken()  # it is told of these with the others
            for name, parameter in pairs:
                self._note_grad(name, parameter, op, writes.to(parameter.grad))
        if self._is_as_synced(pairs):
            return
        values, grads = self._copies(pairs)
        changed = {*values.changed_from(known.values), *grads.changed_from(known.grads)}
        writes, start = self.writes.taken(), len(self._log)
        if not (changed or writes) and known.are_all_known:
            return
        for number, (name, parameter) in enumerate(pairs):
            if number in changed or name not in known:
                self._sync_one(name, parameter, op, writes.to(parameter.grad))
        if writes and len(self._log) == start:
            for name, parameter in pairs:
                if writes.has_clipped(parameter.grad):
                    self._note_grad(name, parameter, op, writes.to(parameter.grad))

    def _note_grad(self, name: str, parameter: Tensor, op: str, by: Write) -> None:
        """Note what ``op`` has made of a ``.grad``, changed or not."""
        before, now = self._known[name][1], self._log.grad(parameter)
        self._known.put_grad(name, now)
        read = before, *by.read
        self._log.note(Phase.BACKWARD, op, read, (now,), parameter=name, call=by.call)

    def _tensors(self, pairs: NamedParameters) -> list[nn.Parameter]:
        """They themselves, of a list that stays the same while they do."""
        if self._listed[0] is not pairs:
            self._listed = pairs, [parameter for _, parameter in pairs]
        return self._listed[1]

    def _copies(self, pairs: NamedParameters) -> tuple[LateCopies, LateCopies]:
        own = self._tensors(pairs)
        return self._log.all_copies(own), self._log.grads(own)

    def _is_as_synced(self, pairs: NamedParameters) -> bool:
        """Whether nobody can have changed anything since it was looked at last; now it is."""
        borrowed = self._log.snapshots.borrowed
        if not borrowed.sees_writes:
            return False
        own = self._tensors(pairs)
        if own and is_fake(own[0]):  # a model is made in such a mode or not
            return False
        try:
            places = list(map(id, own)), list(map(_data_ptr, own)), [p._version for p in own]
        except RuntimeError:  # a subclass, or an inference tensor, that does not tell
            return False
        state = borrowed.writes, places
        same, self._synced = state == self._synced, state
        return same

    def _values_are_as_synced(self, pairs: NamedParameters) -> None:
        """Of what was looked at last only ``.grad`` has changed, if that is so."""
        before = self._synced
        self._is_as_synced(pairs)
        if before is None or self._synced is None or before[1] != self._synced[1]:
            self._synced = None

    def runs_unbroken(self) -> None:
        """Nothing has changed since it was looked at, nor does but by the phases of the loop."""
        self.unbroken = True
        self._is_as_synced(self._own.kept())

    @property
    def is_as_seen(self) -> bool:
        """Whether nothing can have been written to since, as an unbroken loop tells."""
        borrowed, synced = self._log.snapshots.borrowed, self._synced
        seen = self.unbroken and borrowed.sees_writes and synced is not None
        return seen and synced is not None and synced[0] == borrowed.writes

    def sync_grads(self) -> None:
        """Note which ``.grad`` has changed since the last event."""
        if self.is_as_seen:
            return
        pairs, known = self._own.kept(), self._known
        known.are(pairs)
        grads = self._log.grads(self._tensors(pairs))
        changed = set(grads.changed_from(known.grads))
        if not changed and known.are_all_known:
            return
        for number, (name, parameter) in enumerate(pairs):
            if name not in known:
                self._sync_one(name, parameter, CHANGED, UNKNOWN)
            elif number in changed:
                self._grad_changed(name, known[name][1], grads[number], CHANGED, UNKNOWN)
                known.put_grad(name, grads[number])

    def _sync_one(self, name: str, parameter: Tensor, op: str, by: Write) -> None:
        log, known = self._log, self._known
        value, grad = known[name]
        now, grad_now = log.copy(parameter), log.grad(parameter)
        if now is value and grad_now is grad and name in known:
            return
        self._grad_changed(name, grad, grad_now, op, by)
        if value is not None and differ(value, now):
            log.note(Phase.UPDATE, op, (value, grad_now), (now,), parameter=name)
        known.put(name, now, grad_now)

    def _grad_changed(self, name: str, grad: Copy, now: Copy, op: str, by: Write) -> None:
        if differ(grad, now):
            read = grad, *by.read
            self._log.note(Phase.BACKWARD, op, read, (now,), parameter=name, call=by.call)

    # -- zero_grad and update ------------------------------------------------------------------

    def clears(self, owner: Optimizer | nn.Module | None) -> None:
        """The zero_grad that runs next is that of this alone; None: it is not known whose."""
        self._others = set[str]()
        if owner is not None:
            self.clears_only(set(map(id, parameters_of(owner))))

    def clears_only(self, parameters: Collection[int]) -> None:
        """What is cleared next is the ``.grad`` of these alone, by their id()."""
        self._others = {name for name, one in self._own.all() if id(one) not in parameters}

    def cleared(self, called: bool = True) -> None:
        """zero_grad has run; or it was not ``called``, and all gradients are as they were."""
        log, known, keeps = self._log, self._known, self._own.keeps
        pairs, kept = self._own.all(), self._own.kept()
        known.are(kept)
        written = self.unbroken and any(parameter.grad is not None for _, parameter in pairs)
        if written:
            log.snapshots.borrowed.expose_all()
        left: dict[str, Copy] = {
            name: None if parameter.grad is None else LEFT_OUT
            for name, parameter in ([] if pairs is kept else pairs)
            if not keeps(name)
        }
        # No memory need have been written to, but what was looked at is another tensor.
        log.snapshots.borrowed.written_to(())
        now = log.grads(self._tensors(kept))
        place, names = log.place or user_line(), [name for name, _ in pairs]
        others = self._others if called else ()
        cleared = Cleared(names, left, known.grads, now, place, called, others)
        log.note_many(len(cleared), cleared.made, cleared.nbytes)
        known.look(kept, known.values, now)
        if self.unbroken and not written:
            self._values_are_as_synced(kept)
            log.all_copies(self._tensors(kept))  # this finds them all as they were, at once

    def states(
        self,
        optimizers: Sequence[Optimizer] | None,
        matrices: Mapping[int, Tensor] = _NO_MATRICES,
    ) -> States:
        """What these optimizers keep by parameter; ``matrices`` by the ``id()`` of theirs.

        None: all. Another one that steps the same parameter keeps the same names of its own.
        """
        memory = self._log.snapshots.memory
        return States(self._own.kept(), optimizers or self._optimizers, memory, matrices)

    def matrix_made(self, matrix: Tensor) -> None:
        """Muon has made one, in a step that is not over."""
        self._matrices.append(matrix)

    def updated(self, before: States, optimizers: Sequence[Optimizer] | None) -> None:
        """These optimizers have made a step; ``before`` are the states as they were.

        None: the loop has changed the weights by hand.
        """
        matrices = by_parameter(optimizers or (), self._matrices)
        self._matrices.clear()
        log, known, states = self._log, self._known, (before, self.states(optimizers, matrices))
        rules = None if optimizers is None else rules_of(optimizers)
        heard = {rule for rule in set((rules or {}).values()) if self._moves.are_heard(rule)}
        own = around(*states) if heard else {}
        moved = self._moves.end(own)
        kept = self._own.kept()
        known.are(kept)
        values, grads = known.values, known.grads
        values_now, grads_now = self._copies(kept)
        other_grads = set(grads_now.changed_from(grads))
        changes: list[Change] = []
        number, pairs = -1, self._own.all()
        for name, parameter in pairs:
            rule = MOVED_BY_GRADIENT if rules is None else rules.get(id(parameter))
            if pairs is not kept and not self._own.keeps(name):
                if rules is not None and rule is not None and parameter.grad is not None:
                    changes.append((None, name, rule, "parameter"))
                continue
            number += 1
            if rule is not None and not grads.is_none(number) and not (moved and rule in heard):
                changes.append((number, name, rule, "move" if rule in heard else "parameter"))
            elif differ(values[number], values_now[number]):
                changes.append((number, name, CHANGED, "parameter"))
            if number in other_grads and differ(grads[number], grads_now[number]):
                changes.append((number, name, CHANGED, "grad"))
        told = (values, values_now), (grads, grads_now), states, log.place or user_line()
        updated = Updated(changes, *told, own)
        log.note_many(len(changes), updated.made, updated.nbytes)
        known.look(kept, values_now, grads_now)
        places = self._log.snapshots.places_of(values_now)
        if places is None or not self._log.snapshots.borrowed.sees_writes:
            self._is_as_synced(kept)
        else:
            self._synced = self._log.snapshots.borrowed.writes, places  # as was just looked up

    def moved_by_hand(
        self,
        places: Mapping[int, CodePlace | None],
        otherwise: CodePlace | None,
        rates: Sequence[float],
        otherwise_noted: Callable[[], None],
    ) -> float | None:
        """Note which weights the loop has moved, with the gradients from before it cleared any.

        ``places``: where, by the ``id()`` of the weight; ``otherwise`` is that of the rest. Returns
        that of the ``rates`` with which all of them are w − rate·grad to the last bit, as is then
        noted; None if there is none. Before such moves ``otherwise_noted`` is called.
        """
        kept, known = self._own.kept(), self._known
        known.are(kept)
        now, _ = self._copies(kept)
        changed = [(number, known[kept[number][0]]) for number in now.changed_from(known.values)]
        moved = [(i, value, grad) for i, (value, grad) in changed if differ(value, now[i])]
        steps = [(value, grad, now[i]) for i, value, grad in moved]
        rate = next((one for one in rates if all(are_steps(*step, one) for step in steps)), None)
        if moved and rate is None:
            otherwise_noted()
        for number, value, grad in moved:
            name, parameter = kept[number]
            op = CHANGED if rate is None else MOVED_BY_GRADIENT
            told, place = ((value, grad), (now[number],)), places.get(id(parameter), otherwise)
            self._log.note(Phase.UPDATE, op, *told, parameter=name, place=place)
            known.put(name, now[number], grad)
        return rate

    def have_other_grads(self) -> bool:
        """Whether any ``.grad`` is another than it was when it was looked at last."""
        kept, known = self._own.kept(), self._known
        known.are(kept)
        return bool(self._log.grads(self._tensors(kept)).changed_from(known.grads))

    def moved(self, optimizer: Optimizer, moves: Moves) -> None:
        """An optimizer has moved its weights, and may call its closure now."""
        for name, parameter in self._own.kept():
            if id(parameter) in moves:
                value, grad = self._known[name]
                now = self._log.copy(parameter)
                self._moves.add(rule_of(optimizer), name, moves[id(parameter)], (value, grad), now)
                self._known.put(name, now, grad)

    # -- backward ------------------------------------------------------------------------------

    def accumulated(self, name: str | None, parameter: Tensor, grad: Copy) -> None:
        """Backward has added to ``.grad``, which is noted; hooks may have changed the weight."""
        self.accumulated_at = time.perf_counter()
        self._synced = None  # the next .grad is made before a hook of it may step an optimizer
        if name is not None:
            value, _ = self._known[name]
            now = self._log.copy(parameter)
            if value is not None and differ(value, now):
                self._log.note(Phase.UPDATE, CHANGED, (value, grad), (now,), parameter=name)
            self._known.put(name, now, grad)

    def grads(self) -> tuple[Mapping[int, int], LateCopies]:
        """What is known of the ``.grad`` of each that is kept, and its place there by its id()."""
        self._known.are(self._own.kept())
        return self._known.places, self._known.grads

    def have_grown(self, clones: Mapping[int, Tensor]) -> LateCopies:
        """Backward has added to those ``.grad``, and no hook has changed a weight; what they are.

        ``clones``: as ``TensorSnapshots.many_grads`` has them.
        """
        grads = self._log.snapshots.many_grads(self._known.parameters, clones)
        self._known.put_grads(grads)
        return grads

    def reduced(self, calls: Mapping[int, Call]) -> None:
        """The ranks have averaged gradients, of parameters by their ``id()``, in this order."""
        names = {id(parameter): (name, parameter) for name, parameter in self._own.kept()}
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
            self._known.put(name, value, now)
