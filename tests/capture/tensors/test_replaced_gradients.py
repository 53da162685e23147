"""A gradient that was copied after a backward is one tensor of the table, not two."""

import torch
from torch import nn

import backprop_viz as bv


def test_the_gradient_of_a_closure_is_one_tensor_for_who_sends_it_and_who_adds_it() -> None:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
    x, y = torch.randn(16, 4), torch.randn(16, 1)
    optimizer = torch.optim.LBFGS(net.parameters(), lr=0.1, max_iter=5)

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(net(x), y)
        loss.backward()
        return loss

    with bv.record(net, optimizer) as recording:
        optimizer.step(closure)
    sends = {node.id: node.sends for node in recording.graph.nodes}
    sent = dict[tuple[int, int], int | None]()
    seen = 0
    for event in recording.events:
        if event.op == "AccumulateGrad":
            assert event.node is not None
            assert event.input_ids[1] == sent[event.node, 0]
            seen += 1
        elif event.node is not None and event.phase.name == "BACKWARD":
            for edge, number in zip(sends[event.node], event.output_ids, strict=True):
                if edge is not None:
                    sent[edge] = number
    assert seen >= 8
