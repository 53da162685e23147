"""How many nodes of a backward have run, against the graphs of a plain loop."""

import torch
from torch import nn
from torch.nn import functional

import backprop_viz as bv
from backprop_viz.analysis.graph.nodes_done import NodesDone, nodes_done
from backprop_viz.recording.trace.phases import Phase


def nodes_of(loss: torch.Tensor) -> int:
    """The grad_fn nodes that a backward from here runs."""
    seen, waiting = set(), [loss.grad_fn]
    for node in waiting:
        if node is not None and node not in seen:
            seen.add(node)
            waiting += [following for following, _ in node.next_functions]
    return len(seen)


def test_each_micro_batch_counts_the_nodes_of_its_own_graph() -> None:
    torch.manual_seed(0)
    net, counts = nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 1)), []
    with bv.record(net) as recorded:
        for power in (1, 2, 3):
            loss = functional.mse_loss(net(torch.randn(5, 4)) ** power, torch.zeros(5, 1))
            counts.append(nodes_of(loss))
            loss.backward()
    recording = recorded.recording
    spans = [span for span in recording.spans if span.phase is Phase.BACKWARD]
    for nth, (span, count) in enumerate(zip(spans, counts, strict=True), 1):
        told = [nodes_done(recording.at(i)) for i in range(span.start + 1, span.stop + 1)]
        assert told == [NodesDone(nth, done, count) for done in range(1, count + 1)]


def test_two_losses_at_once_are_one_backward() -> None:
    net = nn.Linear(2, 2)
    with bv.record(net) as recorded:
        out = net(torch.ones(1, 2))
        torch.autograd.backward([out[0, 0], out[0, 1]])
    recording = recorded.recording
    span = recording.span(Phase.BACKWARD)
    assert span is not None
    told = nodes_done(recording.at(span.stop))
    assert told.nth == 1
    assert told.done == told.count == span.stop - span.start
