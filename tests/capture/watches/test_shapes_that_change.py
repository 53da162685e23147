"""Calls that wait are shown in the shape, order and dtype that their tensors had when they ran."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.capture.watches.write_watch import TELLS_OF_SAVING_HOOKS
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.calls import Call
from backprop_viz.recording.trace.events import Array
from backprop_viz.recording.trace.phases import Phase


class Net(nn.Module):
    """Keeps what it has made before the first weight, and a part of it."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(6, 4), nn.Linear(4, 3)
        self.kept = self.turned = torch.empty(0)

    def forward(self, x: Tensor) -> Tensor:
        """(N, 6) to (N, 3)."""
        self.kept = x + 1
        self.turned = self.kept.t()
        return self.second(torch.tanh(self.first(self.kept * 2) + self.turned.sum()))


def double(tensor: Tensor) -> None:
    tensor.data = tensor.data.double()


def resize(tensor: Tensor) -> None:
    if tensor.requires_grad:
        tensor.unsqueeze_(0)  # torch resizes no tensor that requires a gradient
    else:
        tensor.resize_(2, 2)


CHANGES: dict[str, Callable[[Tensor], object]] = {
    "t_": lambda tensor: tensor.t_(),
    "transpose_": lambda tensor: tensor.transpose_(0, 1),
    "unsqueeze_": lambda tensor: tensor.unsqueeze_(1),
    "resize_": resize,
    "data": double,
    "detach_": lambda tensor: None if tensor._base is not None else tensor.detach_(),
    "requires_grad_": lambda tensor: tensor.requires_grad_(),
}
# One event of the forward or the loss: all that is told of it but its line.
Told = tuple[str, list[object], list[object], bool, int | None, Call | None]


def net_and_batch() -> tuple[Net, Tensor]:
    torch.manual_seed(0)
    return Net(), torch.randn(5, 6)


def bits(array: Array | None) -> object:
    assert array is not None
    return array.dtype, array.shape, array.tobytes()


def told(recording: Recording) -> list[Told]:
    return [
        (e.op, [*map(bits, e.inputs)], [*map(bits, e.outputs)], e.tracked, e.node, e.call)
        for e in recording.events
        if e.phase is Phase.FORWARD or (e.phase is Phase.LOSS and e.op in ("mul", "sum"))
    ]


def recorded(when: str, change: Callable[[Tensor], object]) -> Recording:
    """An iteration of which nobody looks at anything before the end.

    The loop changes what it can reach ``when``: the ``kept`` activations, the output and the batch.
    """
    net, x = net_and_batch()
    optimizer = torch.optim.SGD(net.parameters(), 0.1)

    def change_all(at: str) -> None:
        if at == when:
            for tensor in (net.turned, net.kept, output, x):
                change(tensor)

    with bv.record(net, optimizer) as recorded:
        output = net(x)
        loss = (output * 2).sum()
        change_all("after forward")
        loss.backward()
        change_all("after backward")
        optimizer.step()
    change_all("after the end")
    return recorded.recording


@pytest.mark.parametrize("when", ["after forward", "after backward", "after the end"])
@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_its_shape_is_shown_as_it_was(change: str, when: str) -> None:
    one, quiet = recorded(when, CHANGES[change]), recorded("never", CHANGES[change])
    net, x = net_and_batch()
    with torch.no_grad():
        output = net(x)
        arrays = [net.kept, net.turned, output, output * 2]
    made = [made for op, _, (made,), *_ in told(one) if op != "sum"]
    assert [made[i] for i in (0, 1, -2, -1)] == [bits(tensor.numpy()) for tensor in arrays]
    assert told(one) == told(quiet)
    assert one.graph == quiet.graph
    layers, expected = ({n.name: n.shape for n in r.passes[0].layers.layers} for r in (one, quiet))
    names = "x", "add", "first", "add2", "second"
    assert [layers[name] for name in names] == [expected[name] for name in names]


def test_numbers_that_are_put_elsewhere_are_as_they_were_or_told_to_be_lost() -> None:
    """Of ``set_`` torch tells nobody."""
    elsewhere = torch.zeros(3, 2)

    def put_elsewhere(tensor: Tensor) -> None:
        if not tensor.requires_grad:
            tensor.set_(elsewhere)  # type: ignore[call-overload]

    quiet = recorded("never", put_elsewhere)
    for when in ("after forward", "after backward", "after the end"):
        one = recorded(when, put_elsewhere)
        lost = 0
        for event, other in zip(one.events, quiet.events, strict=False):
            if event.phase is not Phase.FORWARD:
                continue
            assert event.call == other.call
            assert set(event.missing.values()) <= {"written_unseen"}
            arrays = zip(event.inputs + event.outputs, other.inputs + other.outputs, strict=True)
            for array, expected in arrays:
                lost += array is None
                assert array is None or bits(array) == bits(expected)
        assert (lost > 0) == (when != "after the end" and TELLS_OF_SAVING_HOOKS)
        assert [n.shape for n in one.passes[0].layers.layers] == [
            n.shape for n in quiet.passes[0].layers.layers
        ]


def test_a_weight_that_is_turned_later_is_shown_as_it_lay() -> None:
    """Its numbers and its shape stay, its order does not."""
    quiet = recorded("never", double)
    net, x = net_and_batch()
    with bv.record(net) as one:
        (net(x) * 2).sum().backward()
    net.second.weight.data = net.second.weight.data.t().contiguous().t()
    assert told(one.recording) == told(quiet)
