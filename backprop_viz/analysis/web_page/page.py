"""A recording as one HTML file: graph, cursor, maps and numbers, without a server."""

import base64
import json
import math
import os
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from backprop_viz.analysis.graph.folded_graph import (
    MANY,
    FoldedGraph,
    GraphGroup,
    LayerNodes,
    fold_graph,
    unfolded_graph,
)
from backprop_viz.analysis.graph.graph_fit import best_columns
from backprop_viz.analysis.graph.graph_layout import place
from backprop_viz.analysis.graph.graph_structure import analyse
from backprop_viz.analysis.repeated_layers import Pass, Repeat
from backprop_viz.analysis.web_page.page_tensors import described_tensors, pack_tensors
from backprop_viz.analysis.web_page.page_texts import PAGE_TEXTS
from backprop_viz.recording.files.atomic import write_atomically
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.layers import ForwardPass

MOST_BYTES = 5_000_000
_NOTED = 100  # bytes
# The area that the graph is folded for; the page scales it to its own.
_GRAPH_AREA = (1000.0, 330.0)
_TEMPLATE = Path(__file__).with_name("page.html")


def save_page(recording: Recording, path: str | os.PathLike[str], **options: Any) -> None:
    """Write ``html_of`` a recording to a file, in place of any that is there.

    Raises UserError if the file cannot be written.
    """
    write_atomically(Path(path), html_of(recording, **options).encode())


def html_of(
    recording: Recording,
    *,
    sample: int = 0,
    texts: Mapping[str, str] = PAGE_TEXTS,
    language: str = "en",
    version: str = "",
    most_bytes: int = MOST_BYTES,
) -> str:
    """The recording as HTML of at most ``most_bytes``.

    Every number in it is exactly the recorded one. Of the batch it has as many samples as fit,
    ``sample`` among them; of a model that is too large even so, not the largest tensors, and it
    says so where they would be.
    """
    content = {
        "texts": dict(texts),
        "version": version,
        "model": recording.model,
        "iteration": recording.iteration,
        "loss": recording.loss,
        "size": recording.recorded_samples,
        "input": recording.input_id,
        "labels": recording.labels_id,
        "parameters": [[p.name, p.value_id, p.grad_id] for p in recording.parameters],
        "spans": [[s.phase.value, s.start, s.stop, s.seconds] for s in recording.spans],
        "events": [_event(event) for event in recording.events],
        "graph": _graph(unfolded_graph(recording.graph, None)),
        "folded": _folded(recording, texts),
        "passes": [_pass(one) for one in recording.passes],
        "sample": sample if sample < recording.recorded_samples else 0,
    }
    title = PAGE_TEXTS["title"].format(recording.model, recording.iteration)
    frame = _TEMPLATE.read_text(encoding="utf-8")
    frame = frame.replace("@LANGUAGE@", escape(language)).replace("@TITLE@", escape(title))
    described = described_tensors(recording)
    # What of the page is not numbers; where they are is noted in each description.
    rest = len(frame.encode()) + len(_json({**content, "tensors": described}).encode())
    rest += _NOTED * len(described)
    tensors = pack_tensors(recording, described, sample, max(0, (most_bytes - rest) * 3 // 4))
    content |= {"tensors": tensors.described, "samples": tensors.samples}
    head, _, after = frame.partition("@RECORDING@")
    middle, _, tail = after.partition("@NUMBERS@")
    packed = base64.b64encode(tensors.packed).decode("ascii")
    return "".join((head, _json(content), middle, packed, tail))


def _json(content: Any) -> str:
    """JSON that stays one text within HTML, and has what JSON has no numbers for as texts."""
    return json.dumps(_finite(content), ensure_ascii=False, separators=(",", ":")).replace(
        "<", "\\u003c"
    )


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    return value


def _event(event: Event) -> dict[str, Any]:
    return {
        "phase": event.phase.value,
        "op": event.op,
        "node": event.node,
        "parameter": event.parameter,
        "module": event.module,
        "place": event.place or ([None, event.line] if event.line is not None else None),
        "in": event.input_ids,
        "out": event.output_ids,
        "state": [[name, *pair] for name, pair in event.state_ids.items()],
        "missing": dict(event.missing),
    }


def _folded(recording: Recording, texts: Mapping[str, str]) -> dict[str, Any] | None:
    """The graph in boxes of layers, modules and loops; None where it is small."""

    def named(group: GraphGroup) -> str:
        match group:
            case Repeat(count=count):
                return texts["loop"].format(count)
            case Pass(number=number):
                return texts["pass"].format(number)
            case LayerNodes(name=name):
                return name
            case module:
                return module

    if len(recording.graph.nodes) <= MANY:
        return None
    return _graph(fold_graph(recording, None, frozenset(), named))


def _graph(folded: FoldedGraph) -> dict[str, Any]:
    structure = analyse(folded.graph, folded.part)
    placement = place(structure, best_columns(structure, *_GRAPH_AREA, readable=False))
    rects = (placement.rects[node.id] for node in structure.nodes)
    members = folded.members
    return {
        "nodes": [[n.id, n.name, n.shape, n.parameter, members.get(n.id)] for n in structure.nodes],
        "rects": [[round(x, 1) for x in (r.x, r.y, r.width, r.height)] for r in rects],
        "edges": [
            [*edge, [[round(x, 1), round(y, 1)] for x, y in line]]
            for edge, line in placement.edges.items()
        ],
        "width": round(placement.width, 1),
        "height": round(placement.height, 1),
    }


def _pass(one: ForwardPass) -> dict[str, Any]:
    layers = [
        {
            "name": layer.titled(),
            "operations": layer.leading,
            "places": [layer.place(done) for done in range(1, len(layer.leading) + 1)],
            "shape": layer.shape,
            "node": layer.node,
            "output": layer.output_nr,
            "tensor": layer.tensor,
        }
        for layer in one.layers.layers
    ]
    places = {layer.id: i for i, layer in enumerate(one.layers.layers)}
    edges = [[places[a], places[b]] for a, b in one.layers.edges]
    return {"start": one.start, "layers": layers, "edges": edges}
