"""What a lesson's expressions can refer to: the recordings of its run, and what its steps kept."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from backprop_viz.analysis.lessons.expressions import BadExpression
from backprop_viz.recording.iteration import Cursor, Recording
from backprop_viz.recording.trace.events import Array, Event
from backprop_viz.recording.trace.phases import Phase

NamedValues = Mapping[str, float | bool | str]


@dataclass(frozen=True, slots=True, eq=False)
class LessonEvidence:
    """What a lesson's expressions can be about.

    ``newest`` is what was recorded last, ``recordings`` are the iterations by number. ``losses``
    (n,) are those of all iterations. ``answers`` came from a snippet, ``kept`` from earlier steps.
    ``refusal`` is what torch said last where it refused something, or "".

    In an expression an iteration is the last argument and may be left out: without it the newest
    is meant, a negative one counts back from the newest. Floating-point tensors are given in
    float64, which holds each of torch's numbers exactly.
    """

    newest: Recording
    recordings: Mapping[int, Recording] = field(default_factory=dict)
    losses: Array = field(default_factory=lambda: np.zeros(0))
    answers: NamedValues = field(default_factory=dict)
    kept: Mapping[str, Any] = field(default_factory=dict)
    refusal: str = ""

    def functions(self) -> Mapping[str, Callable[..., Any]]:
        """The functions that expressions may call, by name."""
        return {name: getattr(self, "_" + name) for name in EVIDENCE_NAMES}

    def recording(self, iteration: int | None = None) -> Recording:
        """The recording of an iteration. Raises BadExpression if it is not kept."""
        if iteration is None:
            return self.newest
        number = iteration if iteration > 0 else self.newest.iteration + iteration
        if number == self.newest.iteration:
            return self.newest
        if number not in self.recordings:
            raise BadExpression(f"iteration {number} was not recorded")
        return self.recordings[number]

    def cursor(self, iteration: int | None = None) -> Cursor:
        """All that was recorded of an iteration."""
        recording = self.recording(iteration)
        return recording.at(0 if recording.preview else len(recording.events))

    # -- parameters --------------------------------------------------------------------------

    def _grad(self, name: str, iteration: int | None = None) -> Array | None:
        """A parameter's ``.grad`` at the end, None where torch has None."""
        return _exactly(self._of(name, iteration).grad(name))

    def _grad_at_start(self, name: str, iteration: int | None = None) -> Array | None:
        """A parameter's ``.grad`` as backward found it."""
        return _exactly(self._of(name, iteration).grad_before_backward(name))

    def _accumulations(self, name: str, iteration: int | None = None) -> tuple[Array, ...]:
        """A parameter's ``.grad`` after each time that backward added to it."""
        self._of(name, iteration)
        events = self.cursor(iteration).events_of(name)
        found = (e.outputs[0] for e in events if e.phase is Phase.BACKWARD)
        return tuple(_float64(array) for array in found if array is not None)

    def _before(self, name: str, iteration: int | None = None) -> Array:
        """A parameter as the iteration began."""
        return _float64(self._of(name, iteration).recording.by_parameter[name].value)

    def _after(self, name: str, iteration: int | None = None) -> Array | None:
        """A parameter at the end of what was recorded."""
        return _exactly(self._of(name, iteration).value(name))

    def _parameters(self) -> tuple[str, ...]:
        """The parameters' names."""
        return tuple(p.name for p in self.newest.parameters)

    def _parameter_count(self) -> int:
        """How many numbers all parameters have together."""
        return sum(int(p.value.size) for p in self.newest.parameters)

    def _gradient_norm_squared(self, iteration: int | None = None) -> float:
        """The sum of the squares of all gradients."""
        cursor = self.cursor(iteration)
        grads = (cursor.grad(p.name) for p in cursor.recording.parameters)
        return sum(float(np.sum(_float64(g) ** 2)) for g in grads if g is not None)

    # -- the network -------------------------------------------------------------------------

    def _activation(self, layer: str, iteration: int | None = None) -> Array | None:
        """What a layer computed: the output that is shown of it."""
        cursor = self._whole(iteration)
        return _exactly(cursor.activation(_layer(cursor, layer)))

    def _gradient(self, layer: str, iteration: int | None = None) -> Array | None:
        """The gradient of the loss with respect to that output."""
        cursor = self._whole(iteration)
        return _exactly(cursor.gradient(_layer(cursor, layer)))

    def _made(self, op: str, nth: int = 0, iteration: int | None = None) -> Array | None:
        """What the nth operation of a name made in the forward or the loss."""
        return _exactly(self._operations(op, iteration)[nth].outputs[0])

    def _read(self, op: str, slot: int = 0, iteration: int | None = None) -> Array | None:
        """What the first operation of a name read as its nth Tensor."""
        return _exactly(self._operations(op, iteration)[0].inputs[slot])

    def _arrived(self, node: str, nth: int = 0, iteration: int | None = None) -> Array | None:
        """The gradient that arrived at the nth node of a name that backward ran."""
        return _exactly(self._nodes_run(node, iteration)[nth].inputs[0])

    def _sent(self, node: str, nth: int = 0, iteration: int | None = None) -> Array | None:
        """The first gradient that such a node sent on."""
        return _exactly(self._nodes_run(node, iteration)[nth].outputs[0])

    def _input(self, iteration: int | None = None) -> Array | None:
        return _exactly(self.recording(iteration).input)

    def _labels(self, iteration: int | None = None) -> Array | None:
        return self.recording(iteration).labels

    def _loss(self, iteration: int | None = None) -> float:
        """The loss of an iteration."""
        loss = self.recording(iteration).loss
        if loss is None:
            raise BadExpression("the loss is not computed yet")
        return loss

    def _losses(self) -> Array:
        return self.losses

    def _last_filled(self) -> str:
        """The parameter whose ``.grad`` backward filled last."""
        events = self.newest.events
        filled = [e.parameter for e in events if e.phase is Phase.BACKWARD and e.parameter]
        return filled[-1]

    # -- the graph ---------------------------------------------------------------------------

    def _nodes(self, name: str = "") -> int:
        """How many nodes the graph has, or has of a name."""
        return sum(not name or n.name == name for n in self.newest.graph.nodes)

    def _node_name(self, nth: int) -> str:
        """The name of the nth node along the first inputs, the loss's grad_fn first."""
        graph = self.newest.graph
        following: dict[int, int] = {}
        for start, stop in graph.edges:
            following.setdefault(start, stop)
        names = {node.id: node.name for node in graph.nodes}
        node = graph.nodes[0].id
        for _ in range(nth):
            node = following[node]
        return names[node]

    def _events(self, phase: str) -> int:
        """How many events a phase has."""
        return sum(e.phase.value == phase for e in self.newest.events)

    # -- other -------------------------------------------------------------------------------

    def _option(self, name: str) -> Any:
        """An option of the optimizer, as ``lr``."""
        return self.newest.options[name]

    def _answer(self, name: str) -> float | bool | str:
        """What the snippet of this step, or of one before, answered."""
        return self.answers[name]

    def _kept(self, name: str) -> Any:
        """What an earlier step kept."""
        return self.kept[name]

    def _refused(self) -> str:
        """What torch said where it refused something; "" if it did not."""
        failure = self.newest.failure
        return self.refusal or ("" if failure is None else failure.text)

    def _refused_shape(self, nth: int) -> tuple[int, ...]:
        """The shape of the nth tensor that the operation was given that failed."""
        failure = self.newest.failure
        if failure is None:
            raise BadExpression("no operation failed")
        return failure.given[nth]

    def _of(self, name: str, iteration: int | None) -> Cursor:
        cursor = self.cursor(iteration)
        if name not in cursor.recording.by_parameter:
            raise BadExpression(f"the network has no parameter {name!r}")
        return cursor

    def _whole(self, iteration: int | None) -> Cursor:
        recording = self.recording(iteration)
        return recording.at(len(recording.events))

    def _operations(self, op: str, iteration: int | None) -> list[Event]:
        events = self.recording(iteration).events
        found = [e for e in events if e.op == op and e.phase in (Phase.FORWARD, Phase.LOSS)]
        if not found:
            raise BadExpression(f"no operation {op!r} was recorded")
        return found

    def _nodes_run(self, node: str, iteration: int | None) -> list[Event]:
        events = self.recording(iteration).events
        found = [e for e in events if e.op == node and e.phase is Phase.BACKWARD]
        if not found:
            raise BadExpression(f"backward ran no node {node!r}")
        return found


EVIDENCE_NAMES = frozenset(
    (
        *("grad", "grad_at_start", "accumulations", "before", "after"),
        *("parameters", "parameter_count", "gradient_norm_squared"),
        *("activation", "gradient", "made", "read", "arrived", "sent", "input", "labels"),
        *("loss", "losses", "last_filled", "nodes", "node_name", "events"),
        *("option", "answer", "kept", "refused", "refused_shape"),
    )
)


def _layer(cursor: Cursor, name: str) -> Any:
    for layer in cursor.recording.layers.layers:
        if layer.name == name:
            return layer
    raise BadExpression(f"the network has no layer {name!r}")


def _float64(array: Array) -> Array:
    return array.astype(np.float64) if array.dtype.kind == "f" else array


def _exactly(array: Array | None) -> Array | None:
    return None if array is None else _float64(array)
