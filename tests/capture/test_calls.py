"""How each operation was called is recorded, and where each node sends its gradients."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from backprop_viz.capture.recorder import Recorder
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.calls import Call, TensorPlace, TorchName
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.phases import Phase
from tests.recording.streams import through_stream, unlike

HERE, THERE = TensorPlace(0), TensorPlace(1)


class Runs(nn.Module):
    """A network that is one function of its input."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.rand(4))
        self._function = function

    def forward(self, x: Tensor) -> Tensor:
        return self._function(x * self.weight)


def recorded(function: Callable[[Tensor], Any]) -> Recording:
    """A forward and a backward of the sum of a function of a (3, 4) tensor."""
    recorder = Recorder(Runs(function))
    x = torch.rand(3, 4)
    recorder.take_batch(x, torch.zeros(3))
    model = recorder.model
    with recorder.phase(Phase.FORWARD):
        out = model(x)
    recorder.take_results(out, None)
    with recorder.phase(Phase.LOSS):
        loss = out.sum()
    recorder.take_results(out, loss)
    with recorder.phase(Phase.BACKWARD):
        loss.backward()
    return recorder.recording()


def only(recording: Recording, op: str) -> Event:
    (found,) = (e for e in recording.events if e.phase is Phase.FORWARD and e.op == op)
    return found


@pytest.mark.parametrize(
    ("op", "function", "args", "kwargs"),
    [
        (
            "max_pool1d",
            lambda x: F.max_pool1d(x, 2, stride=(2,)),
            (HERE, 2),
            {
                "stride": (2,),
                "padding": 0,
                "dilation": 1,
                "ceil_mode": False,
                "return_indices": False,
            },
        ),
        ("cat", lambda x: torch.cat([x, x], dim=1), ([HERE, THERE],), {"dim": 1}),
        ("div", lambda x: x / np.sqrt(4), (HERE, 2.0), {}),
        ("getitem", lambda x: x[np.array([1, 0])], (HERE, [1, 0]), {}),
        ("getitem", lambda x: x[range(2), [1, 0]], (HERE, ([0, 1], [1, 0])), {}),
        ("to", lambda x: x.to(float), (HERE, TorchName("dtype", "float64")), {}),
        ("getitem", lambda x: x[..., None, 1:3], (HERE, (..., None, slice(1, 3, None))), {}),
        ("view", lambda x: x.view(torch.Size([4, 3])), (HERE, (4, 3)), {}),
        ("to", lambda x: x.to(torch.float64), (HERE, TorchName("dtype", "float64")), {}),
        ("to", lambda x: x.to("cpu", copy=True), (HERE, "cpu"), {"copy": True}),
        (
            "to",
            lambda x: x.to(torch.device("cpu"), copy=True),
            (HERE, TorchName("device", "cpu")),
            {"copy": True},
        ),
        (
            "clone",
            lambda x: x.clone(memory_format=torch.contiguous_format),
            (HERE,),
            {"memory_format": TorchName("memory_format", "contiguous_format")},
        ),
        ("rsub", lambda x: 1 - x, (HERE, 1), {}),
        ("T", lambda x: x.T, (HERE,), {}),
        ("einsum", lambda x: torch.einsum("ij,kj", x, x), ("ij,kj", HERE, THERE), {}),
    ],
)
def test_a_call_is_recorded_as_it_was_made(
    op: str, function: Callable[[Tensor], Tensor], args: Any, kwargs: Any
) -> None:
    recording = recorded(function)
    call = only(recording, op).call
    assert call is not None
    assert (call.args, dict(call.kwargs), call.random) == (args, kwargs, None)
    assert call.name.strip("_") == op
    assert not [*unlike(recording, through_stream(recording))]


def test_each_place_is_that_of_the_tensor_in_the_event() -> None:
    recording = recorded(lambda x: torch.cat([x.sin(), x.cos()]))
    event = only(recording, "cat")
    made = [only(recording, op).output_ids[0] for op in ("sin", "cos")]
    assert event.call == Call("torch.cat", ([HERE, THERE],))
    assert list(event.input_ids) == made


def test_the_random_state_is_that_from_which_the_mask_was_drawn() -> None:
    recording = recorded(lambda x: F.dropout(x.sin(), 0.5).cos())
    event = only(recording, "dropout")
    assert event.call is not None
    assert event.call.random is not None
    before = torch.get_rng_state()
    torch.set_rng_state(torch.frombuffer(bytearray(event.call.random), dtype=torch.uint8))
    again = F.dropout(torch.from_numpy(event.inputs[0].copy()), 0.5)
    torch.set_rng_state(before)
    assert torch.equal(again, torch.from_numpy(event.outputs[0].copy()))
    assert [only(recording, op).call.random for op in ("sin", "cos")] == [None, None]  # type: ignore[union-attr]
    assert not [*unlike(recording, through_stream(recording))]


def test_how_a_tensor_lies_in_memory_is_recorded_where_it_is_not_as_usual() -> None:
    recording = recorded(lambda x: torch.cat([x.t(), x.view(4, 3)[:, [0, 1, 2]], x[None].mT[0]], 1))
    event = only(recording, "cat")
    assert event.call is not None
    assert event.call.orders == ((0, (1, 0)), (2, (1, 0)))
    assert not [*unlike(recording, through_stream(recording))]


def test_a_call_with_something_else_among_its_arguments_is_not_recorded() -> None:
    generator = torch.Generator()
    recording = recorded(lambda x: x + torch.rand(3, 4, generator=generator))
    assert only(recording, "rand").call is None
    assert only(recording, "add").call is not None
    huge = recorded(lambda x: x + torch.tensor(float("nan")).nan_to_num(2.0**80))
    assert only(huge, "nan_to_num").call is not None


def test_what_is_written_to_later_was_not_made_by_the_write() -> None:
    recording = recorded(lambda x: x.new_zeros(3, 4).index_copy_(0, torch.tensor([1]), x[:1] * 2))
    assert only(recording, "new_zeros").node is None
    assert only(recording, "index_copy_").node is not None


def test_only_forward_operations_are_calls() -> None:
    recording = recorded(torch.sin)
    phases = {e.phase for e in recording.events if e.call is not None}
    assert phases == {Phase.FORWARD, Phase.LOSS}
    assert any(e.phase is Phase.BACKWARD for e in recording.events)


def test_a_node_says_where_each_of_its_gradients_goes() -> None:
    def function(x: Tensor) -> Tensor:
        first, second = x.split(2, dim=1)
        return torch.cat([second * 2, first, second.detach() * first], 1)

    nodes = recorded(function).graph.nodes
    by_name = {node.name: node for node in nodes}
    split = by_name["SplitBackward0"].id
    cat = by_name["CatBackward0"]
    targets = [None if sent is None else nodes[sent[0]].name for sent in cat.sends]
    assert targets == ["MulBackward0", "SplitBackward0", "MulBackward0"]
    assert cat.sends[1] == (split, 0)
    assert nodes[cat.sends[0][0]].sends == ((split, 1), None)  # type: ignore[index]
    assert nodes[cat.sends[2][0]].sends == (None, (split, 0))  # type: ignore[index]
