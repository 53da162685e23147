"""The forward of an iteration is the one that backward goes through, whatever else is called."""

import copy
import pickle
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase
from tests.nightly import by_day_each
from tests.recording.streams import through_stream, unlike

Z, FW, LO, BW, UP = Phase
ITERATIONS = 3


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.norm, self.last = nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.norm(self.first(x)).relu())


X, Y = torch.randn(30, 4), torch.randint(3, (30,))
VX, VY = torch.randn(12, 4), torch.randint(3, (12,))


def accuracy(net: nn.Module) -> float:
    return (net(VX).argmax(1) == VY).float().mean().item()


def without_graph(net: nn.Module) -> float:
    with torch.no_grad():
        return accuracy(net)


def validated(net: nn.Module) -> float:
    net.eval()
    with torch.inference_mode():
        loss = sum(
            F.cross_entropy(net(x), y).item() for x, y in zip(VX.split(4), VY.split(4), strict=True)
        )
    net.train()
    return float(loss)


def in_eval_mode(net: nn.Module) -> str:
    net.eval()
    said = str(F.cross_entropy(net(VX), VY))  # as print(loss) does
    net.train()
    return said


def of_the_batch(net: nn.Module) -> float:
    return F.cross_entropy(net(X[:10]), Y[:10]).item()


def of_a_copy(net: nn.Module) -> float:
    return accuracy(copy.deepcopy(net))


def averaged(net: nn.Module) -> float:
    mean = torch.optim.swa_utils.AveragedModel(net)
    mean.update_parameters(net)
    return accuracy(mean)


def pickled(net: nn.Module) -> bool:
    return b"backprop" in pickle.dumps(net)


EVALUATIONS: list[Callable[[nn.Module], Any]] = [
    accuracy,
    without_graph,
    validated,
    in_eval_mode,
    of_the_batch,
    of_a_copy,
    averaged,
    pickled,
]
PLACES = ("at the beginning", "after forward", "after the loss", "after backward", "at the end")


def trained(
    evaluate: Callable[[nn.Module], Any], place: str, watched: Callable[..., Any]
) -> Iterator[tuple[Any, ...]]:
    """What each iteration computes: the loss, the batch, the gradients and what was evaluated."""
    torch.manual_seed(0)
    net = Net()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with watched(net, optimizer):
        for i in range(ITERATIONS):
            told = []

            def look(here: str, told: list[Any] = told) -> None:
                if here == place:
                    told.append(evaluate(net))

            look("at the beginning")
            x, y = X[10 * i : 10 * i + 10], Y[10 * i : 10 * i + 10]
            optimizer.zero_grad()
            output = net(x)
            look("after forward")
            loss = F.cross_entropy(output, y)
            look("after the loss")
            loss.backward()
            look("after backward")
            optimizer.step()
            look("at the end")
            grads = {name: p.grad.numpy().copy() for name, p in net.named_parameters()}
            yield loss.item(), x.numpy(), grads, *told


def no_watch(*_: Any) -> AbstractContextManager[None]:
    return nullcontext()


@pytest.mark.parametrize(("evaluate", "place"), by_day_each(EVALUATIONS, PLACES))
def test_what_is_evaluated_beside_an_iteration_is_none_of_it(
    tmp_path: Path, evaluate: Callable[[nn.Module], Any], place: str
) -> None:
    file = tmp_path / "run.bprec"
    plain = list(trained(evaluate, place, no_watch))
    recorded = list(trained(evaluate, place, lambda *its: bv.watch(*its, to=file)))
    assert [row[3:] for row in recorded] == [row[3:] for row in plain]
    recordings = list(bv.load(file))
    assert len(recordings) == ITERATIONS
    for recording, (loss, batch, grads, *_) in zip(recordings, plain, strict=True):
        assert [span.phase for span in recording.spans] == [Z, FW, LO, BW, UP]
        assert recording.loss == loss
        assert recording.input.tobytes() == batch.tobytes()
        assert [e.op for e in recording.events if e.phase in (FW, LO)] == OPERATIONS
        _whole(recording)
        for name, grad in grads.items():
            assert _grad(recording, name).tobytes() == grad.tobytes()


OPERATIONS = ["linear", "add_", "batch_norm", "relu", "linear", "cross_entropy"]


def _whole(recording: Recording) -> None:
    """Each index of an event that a recording holds means what it should."""
    (ran,) = recording.passes
    layers = [layer for layer in ran.layers.layers if layer.operations]
    ops = [recording.events[i].op for layer in layers for i in layer.operations]
    assert (ran.start, [op for op in ops if op != "add_"]) == (
        recording.spans[1].start,
        [op for op in OPERATIONS if op != "add_"],
    )
    assert not list(unlike(recording, through_stream(recording)))
    begins = {recording.events[e].phase for _, e in recording.trace if e < len(recording.events)}
    assert begins <= set(Phase)
    assert [e for _, e in recording.trace] == sorted(e for _, e in recording.trace)


def _grad(recording: Recording, name: str) -> np.ndarray:
    found = [e for e in recording.events if e.phase is BW and e.parameter == name]
    return found[-1].outputs[0]


def test_a_call_that_a_later_backward_goes_through_belongs_to_the_iteration() -> None:
    net = Net()
    with bv.record(net) as recorded:
        one, other = F.cross_entropy(net(X), Y), F.cross_entropy(net(VX), VY)
        one.backward()
        between = recorded.recording
        other.backward()
    recording = recorded.recording
    assert [e.op for e in between.events if e.phase in (FW, LO)] == OPERATIONS
    assert [e.op for e in recording.events if e.phase in (FW, LO)] == OPERATIONS * 2
    assert between.serial != recording.serial
    assert recording.input.tobytes() == VX.numpy().tobytes()
    assert len(recording.passes) == 2


def test_a_call_whose_numbers_the_loss_reads_belongs_to_the_iteration() -> None:
    net = Net()
    with bv.record(net) as recorded:
        target = net(VX).argmax(1)
        F.cross_entropy(net(VX), target).backward()
    ops = [e.op for e in recorded.events if e.phase in (FW, LO)]
    assert ops == [*OPERATIONS[:-1], "argmax", *OPERATIONS]


def test_without_a_backward_all_calls_are_there() -> None:
    net = Net()
    with bv.record(net) as recorded:
        net(X)
        net(VX)
    assert [e.op for e in recorded.events] == OPERATIONS[:-1] * 2


class DropsInputs(Net):
    """In eval mode its first operation hands on the data that it is given, as ``x.float()`` may."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(F.dropout(x, 0.5, self.training))


def test_a_call_that_hands_its_data_on_is_not_read_by_the_next(tmp_path: Path) -> None:
    net = DropsInputs()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with bv.watch(net, optimizer, tmp_path / "run.bprec"):
        for _ in range(3):
            net.train()
            optimizer.zero_grad()
            F.cross_entropy(net(X), Y).backward()
            optimizer.step()
            net.eval()
            str(F.cross_entropy(net(X), Y))
    with bv.load(tmp_path / "run.bprec") as loaded:
        for recording in loaded:
            assert [s.phase for s in recording.spans if s.phase is FW] == [FW]
            assert not recording.findings()
