"""Explains what was recorded on a device: the nodes that it runs are not those of the CPU."""

import random
from collections.abc import Iterator

import torch
from torch import nn

import backprop_viz as bv
from backprop_viz.capture.explaining.explainer import Explainer
from tests.capture.explaining.checks import faults, numbers_of

# Of an attention with dropout only what it sends as a whole has terms.
_WITHOUT_TERMS = {"constant", "inner_node"}


def unexplained(device: str) -> Iterator[str]:
    """What is wrong in explanations of nets with dropout, which is one node of the device's."""
    net = nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Dropout(0.4), nn.Linear(6, 2))
    yield from _wrong(net.to(device), torch.randn(5, 4).to(device), set())
    layer = nn.TransformerEncoderLayer(4, 2, 8, dropout=0.2, batch_first=True)
    yield from _wrong(layer.to(device), torch.randn(2, 3, 4).to(device), _WITHOUT_TERMS)


def _wrong(net: nn.Module, x: torch.Tensor, allowed: set[str]) -> Iterator[str]:
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    with bv.record(net, optimizer) as record:
        optimizer.zero_grad()
        net(x).pow(2).sum().backward()
        optimizer.step()
    recording = record.recording
    if not any(node.name == "NativeDropoutBackward0" for node in recording.graph.nodes):
        yield "no dropout of the device's own"
    explainer, state = Explainer(recording), torch.get_rng_state()
    for number in numbers_of(recording, random.Random(0)):
        found = explainer.explain(number)
        yield from (f"{found.op}: {fault}" for fault in faults(recording, found))
        if found.reason is not None and found.reason.code not in allowed:
            yield f"{found.op}: {found.reason}"
    if not torch.equal(state, torch.get_rng_state()):
        yield "the generator has moved"
