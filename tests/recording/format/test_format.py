"""FORMAT.md names every record type, and every field with its default."""

import re
from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from backprop_viz import recording
from backprop_viz.analysis.graph_cuts import CutKind
from backprop_viz.recording.files.chunks import ChunkSummary
from backprop_viz.recording.format.codec import DTYPES
from backprop_viz.recording.format.frames import MAGIC, MAJOR, MINOR
from backprop_viz.recording.format.records import (
    BeginRecord,
    CallRecord,
    EventRecord,
    EventsRecord,
    GraphRecord,
    IndexRecord,
    LayersRecord,
    LossesRecord,
    ParameterRecord,
    RecordType,
    RunRecord,
    ScalarsRecord,
    SpanRecord,
    StateRecord,
)
from backprop_viz.recording.run.program import Line, Program
from backprop_viz.recording.run.run_origin import RunOrigin
from backprop_viz.recording.run.whereabouts import Whereabouts
from backprop_viz.recording.trace.earlier_graphs import EarlierGraphs
from backprop_viz.recording.trace.events import (
    Failure,
    GradientIntervention,
    NumbersTaken,
    PhaseSpan,
)
from backprop_viz.recording.trace.graph import Graph, Node, Saved
from backprop_viz.recording.trace.health import IterationHealth, TensorHealth
from backprop_viz.recording.trace.layers import Layer, LayerGraph, Output
from backprop_viz.recording.trace.modules import Module, ModuleBuffer, OptimizerGroup
from backprop_viz.recording.trace.torch_error import NamedShape, TorchError

TEXT = (Path(recording.__file__).parent / "FORMAT.md").read_text("utf-8")
TABLES = {
    "1 begin": BeginRecord,
    "parameter": ParameterRecord,
    "module": Module,
    "intervention": GradientIntervention,
    "3 events": EventsRecord,
    "event": EventRecord,
    "call": CallRecord,
    "4 graph": GraphRecord,
    "graph": Graph,
    "node": Node,
    "saved": Saved,
    "5 layers": LayersRecord,
    "layer graph": LayerGraph,
    "layer": Layer,
    "output": Output,
    "6 span": SpanRecord,
    "phase span": PhaseSpan,
    "7 state": StateRecord,
    "earlier graphs": EarlierGraphs,
    "numbers taken": NumbersTaken,
    "failure": Failure,
    "error": TorchError,
    "given tensor": NamedShape,
    "buffer": ModuleBuffer,
    "optimizer group": OptimizerGroup,
    "8 health": IterationHealth,
    "tensor health": TensorHealth,
    "CRC-32 is that of zlib and PNG. The summary is a MessagePack map": ChunkSummary,
    "17 index": IndexRecord,
    "19 run": RunRecord,
    "origin": RunOrigin,
    "program": Program,
    "line": Line,
    "20 losses": LossesRecord,
    "21 scalars": ScalarsRecord,
    "22 whereabouts": Whereabouts,
}


def table_after(title: str) -> dict[str, str]:
    """The fields that the specification has after a title, each with its default."""
    start = re.search(rf"^(### {title}|{title}:)$", TEXT, re.M)
    assert start is not None, title
    table = TEXT[start.end() :].split("|---|---|---|---|\n")[1].split("\n\n")[0]
    rows = (row.split("|")[1:4] for row in table.splitlines())
    return {name.strip(" `"): default.strip() for name, _, default in rows}


def declared(kind: Any) -> Iterator[tuple[str, str]]:
    """The fields of a record, each with its default as the specification writes it."""
    found = fields(kind) if is_dataclass(kind) else msgspec.structs.fields(kind)
    for field in found:
        default = field.default
        if field.default_factory not in (MISSING, msgspec.NODEFAULT):
            default = field.default_factory()
        if default in (MISSING, msgspec.NODEFAULT):
            yield field.name, ""
        elif default is None:
            yield field.name, "nil"
        elif isinstance(default, bool):
            yield field.name, str(default).lower()
        elif default == () or default == {}:
            yield field.name, "empty"
        else:
            quoted = default == "" or (kind is ChunkSummary and isinstance(default, str))
            yield field.name, f'"{default}"' if quoted else str(default)


@pytest.mark.parametrize(("title", "kind"), TABLES.items())
def test_the_specification_has_the_fields_of_each_record(title: str, kind: Any) -> None:
    assert table_after(title) == dict(declared(kind))


def test_the_specification_has_every_record_type() -> None:
    found = re.findall(r"^### (\d+) (\w+)$", TEXT, re.M)
    assert found == [(str(kind.value), kind.name.lower()) for kind in RecordType]


def test_the_specification_has_what_can_cut_a_graph() -> None:
    (row,) = re.findall(r"^\| `why` \|.*$", TEXT, re.M)
    assert set(get_args(CutKind)) <= set(re.findall(r"`(\w+)`", row))


def test_the_specification_has_magic_version_and_dtypes() -> None:
    assert f"`{MAGIC.hex(' ').upper()}`" in TEXT
    assert f"# The record format, version {MAJOR}.{MINOR}\n" in TEXT
    assert f"\n| 2 | major version: {MAJOR} |\n| 2 | minor version: {MINOR} |\n" in TEXT
    dtypes = TEXT.split("The dtypes: ")[1].split("\n")[0]
    assert sorted(re.findall(r"`(\w+)`", dtypes)) == sorted(DTYPES)
