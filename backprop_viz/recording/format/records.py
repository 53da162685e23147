"""The records of a recording stream: their types and what is in each.

``FORMAT.md`` beside this file specifies them; a field that is added here is added there.
"""

from enum import IntEnum
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from backprop_viz.recording.run.program import Program
from backprop_viz.recording.run.run_origin import RunOrigin
from backprop_viz.recording.settings.run_settings import OptionValue
from backprop_viz.recording.trace.earlier_graphs import EarlierGraphs
from backprop_viz.recording.trace.events import (
    Failure,
    GradientIntervention,
    NumbersTaken,
    PhaseSpan,
)
from backprop_viz.recording.trace.graph import Graph
from backprop_viz.recording.trace.layers import LayerGraph
from backprop_viz.recording.trace.modules import Module, ModuleBuffer, OptimizerGroup
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.torch_error import CodePlace, TorchError


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
    # In files only.
    CHUNK = 16
    INDEX = 17
    END = 18
    RUN = 19
    LOSSES = 20
    SCALARS = 21
    WHEREABOUTS = 22


class ParameterRecord(Struct, frozen=True, omit_defaults=True):
    """A parameter when the iteration began; ``value`` and ``grad`` are ids of tensors."""

    name: str
    value: int
    grad: int | None = None
    requires_grad: bool = True
    full_shape: tuple[int, ...] | None = None


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


class CallRecord(Struct, frozen=True, omit_defaults=True, gc=False):
    """How a forward operation was called; ``args`` and ``kwargs`` as ``call_codec`` tells them."""

    function: str
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = {}
    random: bytes | None = None
    orders: tuple[tuple[int, tuple[int, ...]], ...] = ()


class EventRecord(Struct, frozen=True, omit_defaults=True, gc=False):
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
    place: CodePlace | None = None
    grad_enabled: bool = True


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
    """A phase is over, or has come so far; in place of what was told of it under way."""

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
    error: TorchError | None = None
    taken: tuple[NumbersTaken, ...] = ()
    earlier_graphs: EarlierGraphs | None = None
    loss_scale: float | None = None


class RunRecord(Struct, frozen=True, omit_defaults=True):
    """What the recordings of a file are of, in place of any before."""

    origin: RunOrigin | None = None
    program: Program | None = None


class LossesRecord(Struct, frozen=True):
    """The losses of iterations, recorded or not: ``loss[i]`` is that of ``iteration[i]``."""

    iteration: NDArray[np.int64]
    loss: NDArray[np.float64]


class ScalarsRecord(Struct, frozen=True):
    """What a loop has logged under a name: ``value[i]`` in iteration ``iteration[i]``."""

    name: str
    iteration: NDArray[np.int64]
    value: NDArray[np.float64]


class IndexRecord(Struct, frozen=True):
    """Where the chunks of a file are, each by its bytes before the index record.

    Of each recording the ``offset`` of its first chunk and the ``length`` of all of them, in the
    file; ``notes`` are offset and length of the chunks of runs and losses; ``start`` is where the
    bytes begin that are told of.
    """

    start: int
    offset: NDArray[np.uint64]
    length: NDArray[np.uint64]
    serial: NDArray[np.uint64]
    iteration: NDArray[np.int64]
    loss: NDArray[np.float64]
    notes: tuple[tuple[int, int], ...] = ()
