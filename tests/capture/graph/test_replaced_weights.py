"""A layer that runs with other weights than its own keeps its name in the network."""

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn
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
    # The steps themselves are no layers: what they make is a weight.
    names = [layer.name for one in found.recording.passes for layer in one.layers.layers]
    assert set(names) <= {"input", "0", "2", "mul", "loss"}  # 2 * x is the target


class Standardised(nn.Module):
    """Each filter less its mean, and beside that one that another layer makes of the input."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(2, 3))
        self.of_input, self.last = nn.Linear(3, 6), nn.Linear(3, 2)

    def forward(self, x: Tensor) -> Tensor:
        own = F.linear(x, self.weight - self.weight.mean(1, keepdim=True))
        made = self.last.weight + self.of_input(x.mean(0)).reshape(2, 3)
        other: Tensor = functional_call(self.last, {"weight": made}, (x,))
        return own + other


def test_a_weight_made_of_itself_is_no_layer_and_one_made_of_the_input_is() -> None:
    with bv.record(net := Standardised()) as found:
        net(torch.randn(4, 3)).square().mean().backward()
    layers = {layer.name: layer for layer in found.recording.layers.layers}
    assert "sub" not in layers
    assert layers["linear"].parameters == ("weight",)
    assert "of_input" in layers
    assert "last" in layers
