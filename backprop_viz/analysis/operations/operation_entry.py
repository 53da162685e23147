"""What the program knows of an operation: its words, its rules. Plain data."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from backprop_viz.analysis.operations.recorded_call import Index, RecordedCall, RecordedNode
from backprop_viz.recording.explanations.number_explanation import Fact, Part
from backprop_viz.recording.trace.events import Event

# An element of output ``slot`` of a call: its terms, and what was so. None: no rule for this call.
ForwardRule = Callable[[RecordedCall, int, Index], tuple[Part, ...] | None]
ForwardFacts = Callable[[RecordedCall, int, Index], tuple[Fact, ...]]
# An element of the gradient that a node sends through output ``slot``: the node's event, the call
# that made the node, the slot, the index.
NodeFacts = Callable[[Event, RecordedCall, int, Index], tuple[Fact, ...]]
# The terms of such an element. None: no rule for this gradient, the engine finds them.
NodeRule = Callable[[RecordedNode, int, Index], tuple[Part, ...] | None]
# Of each window that an element of the input did not win: the output's index, the winner's.
# () where the element won one.
LostWindows = Callable[[RecordedCall, Index], tuple[tuple[Index, Index], ...]]
# A formula with indices, or what writes it for a call.
Form = str | Callable[[RecordedCall], str]
# The names of a tensor's last axes, or what tells all of them by their number.
Axes = tuple[str, ...] | Callable[[int], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class SentGradient:
    """One gradient that a grad_fn node sends: ``role`` is what multiplies the upstream gradient.

    "local" is the local derivative, "one" is 1: the upstream gradients are summed as they are.
    """

    role: str = "local"
    form: Form = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeIntermediate:
    """A value that a grad_fn node computes on its way, as ``Intermediate`` is of an operation."""

    name: str
    symbol: str
    parts: Callable[[RecordedNode, Index], tuple[Part, ...]]
    form: Form = ""


@dataclass(frozen=True, slots=True)
class OperationNode:
    """A grad_fn node of an operation. ``name`` is torch's: "ReluBackward0".

    ``sent`` are the gradients in the order of the node's outputs; ``facts`` say which branch was
    taken. ``parts`` are the terms of a gradient that is better told by a rule of its own than as
    upstream gradients times local derivatives; ``intermediates`` are what it computes on its way.
    ``shared``: other operations make nodes of this name, too.
    """

    name: str
    sent: tuple[SentGradient, ...] = (SentGradient(),)
    facts: NodeFacts | None = None
    parts: NodeRule | None = None
    intermediates: tuple[NodeIntermediate, ...] = ()
    shared: bool = False

    def intermediate(self, name: str) -> NodeIntermediate | None:
        """Its intermediate value of that name."""
        return next((each for each in self.intermediates if each.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intermediate:
    """A value that an operation computes on its way and does not hand out.

    - ``name``: its code among the operation's: "log_probability". ``symbol``: as it is written.
    - ``parts``: the terms of an element of it, for the call and the element's index; they sum to
      the value in float64. ``facts``: what was so.
    - ``form``: an element with indices, or what writes it for a call.
    - ``axes``: the names of its last axes, or what tells them by their number.
    """

    name: str
    symbol: str
    parts: Callable[[RecordedCall, Index], tuple[Part, ...]]
    form: Form = ""
    facts: Callable[[RecordedCall, Index], tuple[Fact, ...]] | None = None
    axes: Axes = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationEntry:
    """An operation of torch, and what it is said to do.

    - ``functions``: the names of the torch functions it covers, without module, class and leading
      or trailing underscores: "relu" stands for ``torch.relu_`` too.
    - ``roles``: those of the tensors that it reads, in order, as codes in the field's terms; the
      last one stands for all that follow.
    - ``coefficient``: the role of what multiplies an element in the output, where that is no
      element of another tensor.
    - ``derivative``: the symbol of the local derivative: "relu′".
    - ``form``: the output, with indices (``index_forms``); one for each, if there are several.
    - ``axes``: the names of the last axes of a tensor by its role; "output" is what it makes.
    - ``forward``: the terms of an element of its output, for an operation that is not linear in
      its inputs; they sum to the value in float64. ``facts``: what was so.
    - ``nodes``: the grad_fn nodes that it makes.
    - ``intermediates``: what it computes on its way, where a step of it is worth a look.
    - ``lost``: of an operation that takes one element of each window, those an element did not win.
    - ``composite``: its nodes are also those of other operations, which it is written in terms of.
    """

    functions: tuple[str, ...]
    roles: tuple[str, ...] = ("input",)
    coefficient: str = "coefficient"
    derivative: str = ""
    form: Form | tuple[Form, ...] = ""
    axes: Mapping[str, Axes] = field(default_factory=dict)
    forward: ForwardRule | None = None
    facts: ForwardFacts | None = None
    nodes: tuple[OperationNode, ...] = ()
    intermediates: tuple[Intermediate, ...] = ()
    lost: LostWindows | None = None
    composite: bool = False

    def role(self, place: int) -> str:
        """The role of the tensor at a place of what the operation read."""
        return self.roles[min(place, len(self.roles) - 1)]

    def intermediate(self, name: str) -> Intermediate | None:
        """Its intermediate value of that name."""
        return next((each for each in self.intermediates if each.name == name), None)

    def node(self, name: str) -> OperationNode | None:
        """Its grad_fn node of that name."""
        return next((node for node in self.nodes if node.name == name), None)
