"""Checks the gradient of one recorded number against finite differences, a slice at a time."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from backprop_viz.analysis.finite_differences import (
    HAPPY,
    FiniteDifferences,
    LossRun,
    Sides,
    UnitSwitch,
)
from backprop_viz.analysis.joined_ranks import averaged_parameter
from backprop_viz.analysis.numbers.differentiated import leaf_tensor
from backprop_viz.analysis.numbers.measures import measure_in
from backprop_viz.analysis.provenance import Makers
from backprop_viz.capture.checks.joint_loss import JointLoss
from backprop_viz.capture.checks.kinks import unit_index
from backprop_viz.capture.checks.loss_along import LossAlong
from backprop_viz.capture.explaining.replay import NotReplayed
from backprop_viz.recording.explanations.components import component_of
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import Fact, GradientCheck, Switch
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.all_reduce import ALL_REDUCE, all_reduce_of
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.tensors import Array

# The curve of the loss reaches so many landings, and so many asked steps, to either side.
_LANDINGS, _STEPS = 3.0, 1.25
# So far may a recorded gradient be from that of the copy, which has no rounding: a unit that lies
# on its kink but for rounding may be on the other side there.
_REPRODUCED = 1e-2
_FORWARDS = (Phase.FORWARD, Phase.LOSS)


class CannotCheck(Exception):  # noqa: N818 - a number is refused; the program has no error
    """A number has no gradient that could be checked; ``reason`` says why."""

    def __init__(self, reason: Fact) -> None:
        super().__init__(reason.code)
        self.reason = reason


@dataclass(frozen=True, slots=True, eq=False)
class CheckedNumber:
    """The number that is varied: an element of a tensor that the forward pass read or made.

    ``gradients`` is what backward computed of the whole tensor, None where that was not recorded.
    ``landing`` is by how much the optimizer's step moved the number, None where there was no step.
    """

    number: Number
    gradients: Array | None
    landing: float | None = None

    @property
    def gradient(self) -> float | None:
        """The number's own gradient."""
        return _exactly(self.gradients, self.number)


def checked_number(recording: Recording, number: Number) -> CheckedNumber:
    """What is varied to check a number: of a gradient, or of a new weight, what it belongs to.

    Of a complex element it is the component, its real part if none is said. Raises CannotCheck.
    """
    if np.iscomplexobj(recording.tensors[number.tensor]) and not number.component:
        number = replace(number, component="real")
    if measure_in(number) is not None:
        raise CannotCheck(Fact("measure"))
    if number.intermediate:
        raise CannotCheck(Fact("intermediate"))
    event = None if number.event is None else recording.events[number.event]
    parameter = _parameter(recording, number, event)
    if parameter is not None:
        return _weight(recording, parameter, number)
    if event is None or event.phase is not Phase.BACKWARD:
        return _activation(recording, number)
    node, slot = _differentiated_at(recording, event, number)
    leaf = recording.graph.nodes[node].parameter
    if leaf is not None and recording.by_parameter[leaf].value.shape == _shape(recording, number):
        return _weight(recording, leaf, number)
    given = leaf_tensor(recording, node, Makers(recording))
    if given is not None:
        gradients = event.inputs[1] if event.op == "AccumulateGrad" else event.outputs[number.slot]
        return CheckedNumber(_as(number, given), gradients)
    for i, made in enumerate(recording.events):
        if made.phase in _FORWARDS and made.node == node and slot < len(made.output_ids):
            tensor = made.output_ids[slot]
            if tensor is not None and recording.tensors[tensor].shape == _shape(recording, number):
                return _activation(recording, _as(number, tensor, i, slot))
    raise CannotCheck(Fact("no_tensor"))


def _as(number: Number, tensor: int, event: int | None = None, slot: int = 0) -> Number:
    """The element of another tensor that a gradient's element is of."""
    return Number(tensor, number.index, event, slot, component=number.component)


def _parameter(recording: Recording, number: Number, event: Event | None) -> str | None:
    """The parameter that a number is a weight or a ``.grad`` of."""
    if event is not None:
        return event.parameter
    for parameter in recording.parameters:
        if number.tensor in (parameter.value_id, parameter.grad_id):
            return parameter.name
    return None


def _weight(recording: Recording, name: str, number: Number) -> CheckedNumber:
    end = recording.at(len(recording.events))
    # What this process's own loss has sent, whatever clipping or the ranks have made of it since.
    added = [event for event in end.events_of(name) if event.op == "AccumulateGrad"]
    update = end.last(name, Phase.UPDATE)
    landing = None
    if update is not None:
        before, after = (_exactly(array, number) for array in (update.inputs[0], update.outputs[0]))
        landing = None if before is None or after is None else after - before
    gradients = added[-1].inputs[1] if added else None
    weight = _as(number, recording.by_parameter[name].value_id)
    return CheckedNumber(weight, gradients, landing)


def _activation(recording: Recording, number: Number) -> CheckedNumber:
    """An element of what an operation made, or of what it was given."""
    array = recording.tensors[number.tensor]
    if array.dtype.kind not in "fc":
        raise CannotCheck(Fact("whole_number", (str(array.dtype),)))
    node = None if number.event is None else recording.events[number.event].node
    end = recording.at(len(recording.events))
    ran = None if node is None else end.backward_event(node)
    if ran is None or number.slot >= len(ran.inputs):
        return CheckedNumber(number, None)
    return CheckedNumber(number, ran.inputs[number.slot])


def _differentiated_at(recording: Recording, event: Event, number: Number) -> tuple[int, int]:
    """Of which node's output a gradient is: the one it arrived at, or the one it was sent to."""
    assert event.node is not None
    if number.arrived or event.op == "AccumulateGrad":
        return event.node, number.slot
    to = recording.graph.nodes[event.node].sends[number.slot]
    if to is None:
        raise CannotCheck(Fact("no_tensor"))
    return to


def _shape(recording: Recording, number: Number) -> tuple[int, ...]:
    return recording.tensors[number.tensor].shape


def _exactly(array: Array | None, number: Number) -> float | None:
    """A recorded value in float64; None where the array was not recorded."""
    return None if array is None else float(component_of(array[number.index], number.component))


def _along(recording: Recording, checked: CheckedNumber) -> LossAlong:
    try:
        return LossAlong(recording, checked.number)
    except NotReplayed as none:
        # Backward came by a way that was not recorded.
        if none.reason.code == "loss_does_not_depend" and checked.gradients is not None:
            raise CannotCheck(Fact("gradient_not_reproduced")) from none
        raise


def _reproduced(recording: Recording, checked: CheckedNumber, gradients: Array) -> bool:
    """Whether autograd on the copy finds the gradients that were recorded, of the whole tensor.

    If not, the number also reached the loss in a way that was not recorded: by a view of a tensor
    that was written to. Or rounding has decided elsewhere between equal numbers, as in a max pool
    over a flat part of a picture: without such a view it is enough that the number's own gradient
    is found.
    """
    written = any(node.name == "CopySlices" for node in recording.graph.nodes)
    if checked.gradients is None:
        return not written
    if recording.intervention is not None:
        return True
    apart = checked.gradients.astype(gradients.dtype) - gradients
    largest = max(float(np.linalg.norm(gradients)), float(np.linalg.norm(checked.gradients)))
    if np.linalg.norm(apart) <= _REPRODUCED * largest or not np.isfinite(apart).all():
        return True
    size = max(abs(gradients[checked.number.index]), abs(checked.gradients[checked.number.index]))
    return not written and bool(abs(apart[checked.number.index]) <= _REPRODUCED * size)


def _joint(
    recording: Recording, number: Number, checked: CheckedNumber, others: Sequence[Recording]
) -> tuple[JointLoss, CheckedNumber] | None:
    """The mean of all ranks' losses, and the mean gradient; None where there is no such thing."""
    name = averaged_parameter(recording, number) if others else None
    if name is None:
        return None
    events = [recording.events[i] for i in recording.happened_to[name]]
    (mean,) = (event for event in events if event.op == ALL_REDUCE)
    told = all_reduce_of(mean)
    if told is None or told.ranks != len(others) + 1:
        return None
    ranks = [*others[: told.rank], recording, *others[told.rank :]]
    weight = checked.number
    try:
        joint = JointLoss(ranks, name, weight.index, weight.component)
    except NotReplayed:  # the rank's own loss is checked, and it is said that it is
        return None
    return joint, replace(checked, gradients=mean.outputs[0])


class NumberCheck:
    """The check of a number, from ``slices``; it can be looked at while it grows.

    ``asked`` is the step h to look at closely. ``span``: how far the curve of the loss reaches to
    either side; by default the size of the tensor's values, and past where the optimizer lands.
    ``others``: the other ranks' recordings of the iteration, by rank. With them a mean over the
    ranks, and a weight that it moved, are checked by the mean of all losses.
    Raises CannotCheck, and NotReplayed where the loss cannot be computed again.
    """

    def __init__(
        self,
        recording: Recording,
        number: Number,
        asked: float,
        span: float | None = None,
        others: Sequence[Recording] = (),
    ) -> None:
        self._recording, self._asked = recording, asked
        checked = checked_number(recording, number)
        self._replay: LossAlong | JointLoss
        told = next((one for e in recording.events if (one := all_reduce_of(e))), None)
        self._rank = None if told is None else told.rank
        self._ranks: tuple[int, ...] = () if told is None or told.ranks < 2 else (told.rank,)
        joint = _joint(recording, number, checked, others)
        if joint is None:
            self._replay = _along(recording, checked)
        else:
            self._replay, checked = joint
            self._ranks = tuple(range(len(others) + 1))
        self._checked = checked
        array = recording.tensors[checked.number.tensor]
        gradients = self._replay.gradients()
        exact = float(component_of(gradients[checked.number.index], checked.number.component))
        if not math.isfinite(exact):  # as of a loss that is none
            raise CannotCheck(Fact("not_finite"))
        # Of a loss that has gone to 0 the gradients are what rounding has left.
        if not (_reproduced(recording, checked, gradients) or self._replay.below_rounding()):
            raise CannotCheck(Fact("gradient_not_reproduced"))
        self._sides: Sides = {}
        try:
            self._differences = FiniteDifferences(
                self._run,
                self._replay.value,
                exact,
                asked,
                span or self._own_span(array),
                checked.landing,
            )
        except ValueError as error:
            raise CannotCheck(Fact("step", (asked, str(error)))) from error

    @property
    def share(self) -> float:
        """How much of the check is done, from 0 to 1."""
        return self._differences.done / self._differences.total

    def slices(self) -> Iterator[None]:
        """Do the check; after each slice there is more of it in ``result``."""
        return self._differences.slices()

    def result(self) -> GradientCheck:
        """The check as far as it is done; one slice has to be."""
        found = self._differences
        steps = [found.steps[h] for h in sorted(found.steps)]
        curve = sorted(found.curve.items())
        switches = tuple(self._named(switch) for switch in self._own_switches())
        landing = self._checked.landing
        return GradientCheck(
            number=self._checked.number,
            value=found.value,
            gradient=self._checked.gradient,
            exact=found.exact,
            loss=found.curve[0.0],
            asked=self._asked,
            steps=np.array([step.size for step in steps]),
            estimates=np.array([step.estimate for step in steps]),
            errors=np.array([step.error for step in steps]),
            judged=steps.index(found.judged),
            verdict=found.verdict,
            asked_at=steps.index(found.steps[self._asked]),
            asked_verdict=self._asked_verdict(),
            moved=np.array([moved for moved, _ in curve]),
            losses=np.array([loss for _, loss in curve]),
            switches=switches,
            switched=found.switched,
            landing=None if found.landed is None or landing is None else (landing, found.landed),
            ranks=self._ranks,
        )

    def _own_span(self, array: Array) -> float:
        size = float(np.sqrt(np.mean(np.square(np.abs(array), dtype=np.float64))))
        landing = abs(self._checked.landing or 0.0)
        wanted = max(size, _LANDINGS * landing, _STEPS * self._asked)
        return wanted if np.isfinite(wanted) and wanted > 0 else 1.0

    def _run(self, value: float) -> LossRun:
        run = self._replay.run(value)
        self._sides = run.sides
        return run

    def _own_switches(self) -> Iterator[UnitSwitch]:
        """Those of this rank: another's units are in no tensor of this recording."""
        for switch in self._differences.switches:
            if len(self._ranks) < 2 or switch.operation[0] == self._rank:
                yield switch

    def _named(self, switch: UnitSwitch) -> Switch:
        index = switch.operation[-2]
        event = self._recording.events[index]
        tensor = event.output_ids[0]
        assert tensor is not None
        shape = self._recording.tensors[tensor].shape
        unit = unit_index(self._sides[switch.operation], switch.unit, shape)
        return Switch(Number(tensor, unit, index), event.op, switch.at)

    def _asked_verdict(self) -> str:
        found = self._differences
        step = found.steps[self._asked]
        fine = step.error <= HAPPY or step.verdict == "rounding"
        return "switched" if found.switched and not fine else step.verdict
