"""Two recordings side by side: the counterpart, in another recording, of what is shown now."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from backprop_viz.recording.iteration import Cursor, Recording
from backprop_viz.recording.trace.events import Array
from backprop_viz.recording.trace.layers import Layer

# The other side: the iteration before, the same one before an experiment, or one by number.
Baseline = Literal["previous", "experiment"] | int


TensorKind = Literal["weight", "grad", "activation", "gradient"]


@dataclass(frozen=True, slots=True)
class NamedTensor:
    """A tensor that is found in any recording of a network: by its kind and name.

    A "weight" and its "grad" have the parameter's name; an "activation" and its "gradient" have the
    layer's, and ``shown`` says which of the layer's outputs it is; ``called`` is what that is
    called: ``relu(conv1)``.
    """

    kind: TensorKind
    name: str
    shown: int | None = None
    called: str = field(default="", compare=False)

    @property
    def title(self) -> str:
        """Its name and what it is: ``conv1.bias.grad``, ``∂L/∂relu(conv1)``."""
        form = {"grad": "{}.grad", "gradient": "∂L/∂{}"}.get(self.kind, "{}")
        return form.format(self.called or self.name)

    def at(self, cursor: Cursor) -> Array | None:
        """Its numbers at a cursor, of the whole batch; None before there are any."""
        if self.kind == "weight":
            return cursor.value(self.name)
        if self.kind == "grad":
            has = self.name in cursor.recording.by_parameter
            return cursor.grad(self.name) if has else None
        layer = self._layer(cursor)
        if layer is None:
            return None
        return cursor.activation(layer) if self.kind == "activation" else cursor.gradient(layer)

    def is_of_batch(self, cursor: Cursor, array: Array) -> bool:
        """Whether its numbers at a cursor have a row for each sample of the batch."""
        layer = None if self.kind in ("weight", "grad") else self._layer(cursor)
        return layer is not None and layer.is_of_batch(array)

    def _layer(self, cursor: Cursor) -> Layer | None:
        layer = next((y for y in cursor.layers.layers if y.name == self.name), None)
        return layer if layer is None or self.shown is None else layer.showing(self.shown)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is shown is compared with another recording, at the same place: ``then``.

    ``then`` is None where no such recording is kept.
    """

    baseline: Baseline
    then: Cursor | None = None


def same_place(cursor: Cursor, other: Recording) -> Cursor:
    """The other recording after as many events of the same phase as the cursor has passed.

    A phase that the other one has not run leaves it at its end.
    """
    if not cursor.position:
        return other.at(0)
    spans = cursor.recording.spans
    own = next((s for s in spans if s.start < cursor.position <= s.stop), None)
    if own is None:
        return other.at(cursor.position)
    turn = [s.start for s in spans if s.phase is own.phase].index(own.start)
    theirs = [s for s in other.spans if s.phase is own.phase]
    if turn >= len(theirs):
        return other.at(len(other.events))
    span = theirs[turn]
    if own.ended and cursor.position == own.stop:
        return other.at(span.stop)
    return other.at(min(span.start + cursor.position - own.start, span.stop))


def same_layer(layer: Layer, other: Recording) -> Layer | None:
    """The layer of that name in another recording, with the same output shown."""
    found = next((y for y in other.layers.layers if y.name == layer.name), None)
    if found is None or len(found.operations) != len(layer.operations):
        return None
    return found if layer.shown is None else found.showing(layer.shown)


def difference(then: Array | None, now: Array | None) -> Array | None:
    """Now minus then, in float64, where no digit of a float32 is lost; None without both."""
    if then is None or now is None or then.shape != now.shape or np.iscomplexobj(now):
        return None
    with np.errstate(invalid="ignore"):  # infinity less infinity is NaN, which is shown
        return np.asarray(np.subtract(now, then, dtype=np.float64))
