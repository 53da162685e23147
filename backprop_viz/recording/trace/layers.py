"""The network as its forward pass ran: its layers, and which reads which."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from backprop_viz.recording.trace.quick_records import quickly_made
from backprop_viz.recording.trace.tensors import Array

# The name of the operation that a call of a scripted module is recorded as.
SCRIPTED = "scripted"


@quickly_made
@dataclass(frozen=True, slots=True)
class Output:
    """An operation's output: its gradient enters the graph at output ``output_nr`` of ``node``.

    Of several tensors that the operation made it is the one at ``place``, counted from 0.
    """

    op: str
    node: int | None = None
    output_nr: int = 0
    place: int = 0


@quickly_made
@dataclass(frozen=True, slots=True)
class Layer:
    """One column of the network: an operation and the element-wise ones that follow it.

    ``operations`` are indices of events, ``outputs`` what these made, in the same order.
    ``shown`` says which output is shown; None stands for the last. ``node`` and ``output_nr`` say
    where the gradient of that output enters the grad_fn graph. ``shape`` is the output's, without
    the batch dimension where it has one: what is made of parameters and constants alone, such as an
    embedding of positions, has none. ``tensor`` is the id of what the network was given, if the
    column is that. ``module`` is the dotted name of the module that ran the first operation; None
    outside them.
    """

    id: int
    name: str
    operations: tuple[int, ...]
    shape: tuple[int, ...]
    parameters: tuple[str, ...] = ()
    node: int | None = None
    output_nr: int = 0
    outputs: tuple[Output, ...] = ()
    shown: int | None = None
    tensor: int | None = None
    module: str | None = None

    @property
    def leading(self) -> tuple[int, ...]:
        """The operations up to the one whose output is shown."""
        return self.operations if self.shown is None else self.operations[: self.shown + 1]

    def place(self, done: int) -> int:
        """Which of its tensors the operation made whose output is shown, once ``done`` have run."""
        return self.outputs[done - 1].place if done <= len(self.outputs) else 0

    def is_of_batch(self, tensor: Array) -> bool:
        """Whether what it made, or the gradient of that, has a row for each sample of the batch."""
        return tensor.ndim > len(self.shape)

    @property
    def switchable(self) -> bool:
        """Whether there are several outputs to choose from; a loss is one number."""
        return len(self.outputs) > 1 and bool(self.shape)

    @property
    def next_shown(self) -> int:
        """Which output follows the one that is shown: the first follows the last."""
        return 0 if self.shown is None else self.shown + 1

    def showing(self, index: int) -> "Layer":
        """The same layer with the output of another of its operations shown."""
        if not self.switchable or not 0 <= index < len(self.outputs):
            return self
        last = index == len(self.outputs) - 1
        output = self.outputs[index]
        shown = None if last else index
        return replace(self, node=output.node, output_nr=output.output_nr, shown=shown)

    def titled(self, count: int | None = None) -> str:
        """Its name and which output is shown: ``conv1 · conv2d``, ``relu(conv1)``.

        ``count``: how many of its operations have run, where that is fewer.
        """
        done = len(self.leading) if count is None else min(count, len(self.leading))
        if not self.switchable or not done:
            return self.name
        if done == 1:
            return f"{self.name} · {self.outputs[0].op}"
        title = self.name
        for output in self.outputs[1:done]:
            title = f"{output.op}({title})"
        return title


def numbered(title: str, count: int) -> str:
    """What comes under a title for the ``count``-th time: ``fc``, ``fc2``; ``net.0 (2)``."""
    if count == 1:
        return title
    # "net.0" again is "net.0 (2)": "net.02" would be another module, "add_2" another function.
    apart = title[-1:].isdigit() or title.endswith("_")
    return f"{title} ({count})" if apart else f"{title}{count}"


def not_run(layers: Iterable[Layer], events: int) -> tuple[Layer, ...]:
    """Layers of another iteration, as they are in one of so many events: they come after these."""
    return tuple(
        replace(
            layer,
            operations=tuple(range(events, events + len(layer.operations))),
            node=None,
            outputs=tuple(replace(output, node=None) for output in layer.outputs),
            tensor=None,
        )
        for layer in layers
    )


@dataclass(frozen=True, slots=True)
class LayerGraph:
    """The network as its forward pass ran; an edge leads from a layer to one that reads it."""

    layers: tuple[Layer, ...] = ()
    edges: tuple[tuple[int, int], ...] = ()

    def is_passed_by(self, layer: Layer) -> bool:
        """Whether backward does not come from a layer: nothing reads it, and it has no node.

        So is what a loop computes beside its loss, such as ``out.max(1)`` for an accuracy.
        """
        known = layer.node is not None or any(one.node is not None for one in layer.outputs)
        return not known and all(before != layer.id for before, _ in self.edges)

    def showing(self, chosen: Mapping[str, int]) -> "LayerGraph":
        """The network with other outputs shown; ``chosen`` gives an index by a layer's name."""
        if not any(layer.name in chosen for layer in self.layers):
            return self
        layers = (y.showing(chosen[y.name]) if y.name in chosen else y for y in self.layers)
        return replace(self, layers=tuple(layers))


@dataclass(frozen=True, slots=True)
class ForwardPass:
    """The network as one forward pass ran, whose first operation is event ``start``."""

    start: int
    layers: LayerGraph
