"""Of several networks, each backward shows those that it goes through."""

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.layers import LayerGraph
from backprop_viz.recording.trace.phases import Phase

NOISE, REAL = torch.linspace(-1, 1, 12).reshape(4, 3), torch.linspace(0, 1, 20).reshape(4, 5)


class Both(nn.ModuleDict):
    """A generator and a critic, as a watch puts them together: their own calls are its calls."""

    def forward(self, name: str, x: Tensor) -> Tensor:
        return self[name](x)


def recorded() -> Recording:
    torch.manual_seed(0)
    nets = Both(
        {
            "generator": nn.Sequential(nn.Linear(3, 5), nn.Tanh()),
            "critic": nn.Sequential(nn.Linear(5, 4), nn.LeakyReLU(), nn.Linear(4, 1)),
        }
    )
    ours = torch.optim.Adam(nets["critic"].parameters())
    theirs = torch.optim.Adam(nets["generator"].parameters())
    distance, ones, zeros = F.binary_cross_entropy_with_logits, torch.ones(4, 1), torch.zeros(4, 1)
    with bv.record(nets, [ours, theirs]) as recording:
        ours.zero_grad()
        distance(nets("critic", REAL), ones).backward()
        made = nets("generator", NOISE)
        distance(nets("critic", made.detach()), zeros).backward()
        ours.step()
        theirs.zero_grad()
        distance(nets("critic", made), ones).backward()
        theirs.step()
    return recording.recording


def edges(graph: LayerGraph) -> set[tuple[str, str]]:
    names = {layer.id: layer.name for layer in graph.layers}
    return {(names[one], names[other]) for one, other in graph.edges}


CRITIC = {("critic.0", "critic.2"), ("critic.2", "loss")}


def test_the_network_of_each_backward() -> None:
    recording = recorded()
    first, second, third = (
        edges(recording.layers_at(span.start + 1))
        for span in recording.spans
        if span.phase is Phase.BACKWARD
    )
    assert first == CRITIC | {("x", "critic.0")}
    generator = {("x", "generator.0")}
    assert second == CRITIC | generator | {("generator.0", "detach"), ("detach", "critic.0")}
    assert third == CRITIC | generator | {("generator.0", "critic.0")}


def test_each_layer_of_the_last_backward_has_its_gradient() -> None:
    recording = recorded()
    cursor = recording.at(len(recording.events))
    (batch,) = (layer for layer in cursor.layers.layers if layer.name == "x")
    assert recording.tensors[batch.tensor].tobytes() == NOISE.numpy().tobytes()
    for name in ("generator.0", "critic.0", "critic.2"):
        (layer,) = (layer for layer in cursor.layers.layers if layer.name == name)
        assert cursor.gradient(layer) is not None
        assert cursor.activation(layer) is not None


def test_an_output_that_no_backward_goes_through_is_shown_with_no_later_one() -> None:
    torch.manual_seed(0)
    net = nn.Linear(3, 2)
    optimizer = torch.optim.LBFGS(net.parameters(), max_iter=3)

    def closure() -> Tensor:
        optimizer.zero_grad()
        net(NOISE).sum()  # as a log would have it
        loss = net(NOISE).square().mean()
        loss.backward()
        return loss

    with bv.record(net, optimizer) as recording:
        optimizer.step(closure)
    assert len(recording.passes) > 1
    for one in recording.passes:
        assert next(layer.name for layer in one.layers.layers if layer.operations) == "linear"
        assert all(i >= one.start for layer in one.layers.layers for i in layer.operations)
