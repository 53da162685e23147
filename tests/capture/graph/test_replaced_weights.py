"""A layer that runs with other weights than its own keeps its name in the network."""

import torch
import torch.nn.functional as F  # noqa: N812
from torch import nn
from torch.func import functional_call

import backprop_viz as bv


def test_each_step_of_an_inner_loop_shows_the_layers_by_their_names() -> None:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(1, 4), nn.Tanh(), nn.Linear(4, 1))
    optimizer = torch.optim.SGD(net.parameters(), 0.1)
    x = torch.linspace(-1, 1, 5).reshape(5, 1)
    with bv.record(net, optimizer) as found:
        fast = dict(net.named_parameters())
        for _ in range(2):
            loss = F.mse_loss(functional_call(net, fast, (x,)), 2 * x)
            grads = torch.autograd.grad(loss, list(fast.values()), create_graph=True)
            changes = zip(fast.items(), grads, strict=True)
            fast = {name: weight - 0.1 * grad for (name, weight), grad in changes}
        F.mse_loss(functional_call(net, fast, (x,)), 2 * x).backward()
        optimizer.step()
    shown = []
    for one in found.recording.passes:
        made_by = (layer for layer in one.layers.layers if layer.operations)
        events = found.recording.events
        shown += [layer.name for layer in made_by if events[layer.operations[0]].op == "linear"]
    assert shown == ["0", "2"] * 3
