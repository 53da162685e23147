"""The state at the cursor, against what a plain loop has at that point."""

import numpy as np
import pytest
import torch

import backprop_viz as bv
from backprop_viz.recording.trace.phases import Phase


@pytest.fixture(scope="module")
def recording() -> bv.Recording:
    trainer = bv.Trainer("random", "mse", "sgd", lr=0.1, batch_size=1, set_to_none=False)
    trainer.iterate()
    return trainer.record()


def test_a_gradient_is_what_it_was_at_every_cursor(recording: bv.Recording) -> None:
    torch.manual_seed(0)
    net = bv.LeNet()
    x, target = torch.randn(1, 1, 32, 32), torch.randn(10).view(1, -1)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    torch.nn.MSELoss()(net(x), target).backward()
    optimizer.step()
    first = net.fc2.bias.grad.numpy().copy()
    weight = net.fc2.bias.detach().numpy().copy()
    optimizer.zero_grad(set_to_none=False)
    torch.nn.MSELoss()(net(x), target).backward()
    second = net.fc2.bias.grad.numpy().copy()
    optimizer.step()
    new_weight = net.fc2.bias.detach().numpy().copy()

    cleared, accumulated, updated = recording.happened_to["fc2.bias"]
    for position in range(len(recording.events) + 1):
        cursor = recording.at(position)
        grad = cursor.grad("fc2.bias")
        if position <= cleared:
            assert np.array_equal(grad, first)
        elif position <= accumulated:
            assert np.array_equal(grad, np.zeros(84))
        else:
            assert np.array_equal(grad, second)
        assert np.array_equal(
            cursor.value("fc2.bias"), new_weight if position > updated else weight
        )


def test_feature_maps_and_gradients_fill_in(recording: bv.Recording) -> None:
    filled = []
    for position in range(len(recording.events) + 1):
        cursor = recording.at(position)
        layers = recording.layers.layers
        filled.append(
            (
                sum(cursor.activation(layer) is not None for layer in layers),
                sum(cursor.gradient(layer) is not None for layer in layers),
            )
        )
    assert filled == sorted(filled)
    assert filled[0] == (1, 0)
    assert filled[-1] == (9, 8)


def test_nodes_are_reached_one_by_one(recording: bv.Recording) -> None:
    backward = recording.span(Phase.BACKWARD)
    nodes = range(len(recording.graph.nodes))
    for i, position in enumerate(range(backward.start, backward.stop + 1)):
        cursor = recording.at(position)
        assert sum(cursor.backward_event(n) is not None for n in nodes) == i


def test_the_cursor_stays_within_the_events(recording: bv.Recording) -> None:
    assert recording.at(-5).position == 0
    assert recording.at(10_000).at_end
    assert recording.at(0).event is None
    assert recording.at(3).value("no such parameter") is None
    with pytest.raises(
        ValueError, match=r"No parameter is named 'fc3'; there is fc3\.weight, fc3\.bias\."
    ):
        recording.at(3).grad("fc3")
    with pytest.raises(ValueError, match=r"is named 'no'; there is conv1\.weight, .*, fc3\.bias\."):
        recording.at(3).grad("no")
