"""The records of a recording stream: their types and what is in each.

``FORMAT.md`` beside this file specifies them; a field that is added here is added there.
"""

from enum import IntEnum
from typing import Any

from msgspec import Struct

from backprop_viz.recording.events import Failure, GradientIntervention, PhaseSpan
from backprop_viz.recording.graph import Graph
from backprop_viz.recording.layers import LayerGraph
from backprop_viz.recording.modules import Module, ModuleBuffer, OptimizerGroup
from backprop_viz.recording.phases import Phase
from backprop_viz.recording.settings import OptionValue


class RecordType(IntEnum):
    """The first byte of a record."""

    BEGIN = 1
    TENSOR = 2
    EVENTS = 3
    GRAPH = 4
    LAYERS = 5
    SPAN = 6
    STATE = 7
    HEALTH = 8


class ParameterRecord(Struct, frozen=True, omit_defaults=True):
    """A parameter when the iteration began; ``value`` and ``grad`` are ids of tensors."""

    name: str
    value: int
    grad: int | None = None
    requires_grad: bool = True


class BeginRecord(Struct, frozen=True, omit_defaults=True):
    """An iteration begins to be recorded; what was read of another one is complete."""

    serial: int
    iteration: int
    parameters: tuple[ParameterRecord, ...] = ()
    samples: int | None = None
    preview: bool = False
    model: str = ""
    intervention: GradientIntervention | None = None
    given_batch: bool = False
    modules: tuple[Module, ...] = ()


class CallRecord(Struct, frozen=True, omit_defaults=True):
    """How a forward operation was called; ``args`` and ``kwargs`` as ``call_codec`` tells them."""

    function: str
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = {}
    random: bytes | None = None
    orders: tuple[tuple[int, tuple[int, ...]], ...] = ()


class EventRecord(Struct, frozen=True, omit_defaults=True):
    """One thing torch did; ``inputs``, ``outputs`` and ``state`` are ids of tensors."""

    phase: Phase
    op: str
    inputs: tuple[int | None, ...] = ()
    outputs: tuple[int | None, ...] = ()
    node: int | None = None
    parameter: str | None = None
    line: int | None = None
    tracked: bool = True
    state: dict[str, tuple[int | None, int]] = {}
    call: CallRecord | None = None
    missing: dict[str, str] = {}
    module: str | None = None


class EventsRecord(Struct, frozen=True):
    """Events, after those that came before."""

    events: tuple[EventRecord, ...]


class GraphRecord(Struct, frozen=True):
    """The graph as it is now, in place of any before.

    ``node_of_event`` has the node of each event so far, or None: a walk from the loss numbers the
    nodes anew.
    """

    graph: Graph
    node_of_event: tuple[int | None, ...]


class LayersRecord(Struct, frozen=True, omit_defaults=True):
    """The network as a forward pass ran, in place of any before that has the same ``start``."""

    layers: LayerGraph
    start: int = 0


class SpanRecord(Struct, frozen=True):
    """A phase is over."""

    span: PhaseSpan


class StateRecord(Struct, frozen=True, omit_defaults=True):
    """How the iteration stands, in place of any before; but ``trace`` adds to what came before."""

    input: int | None = None
    labels: int | None = None
    loss: float | None = None
    options: dict[str, OptionValue] = {}
    backwards: int = 1
    failure: Failure | None = None
    cleared: bool = True
    trace: tuple[tuple[int, int], ...] = ()
    buffers: tuple[ModuleBuffer, ...] = ()
    groups: tuple[OptimizerGroup, ...] = ()
