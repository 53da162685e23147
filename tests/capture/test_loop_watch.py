"""Loops as their users write them, recorded from outside: each number equals the plain loop's."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.recording.trace.phases import Phase
from tests.recording.streams import through_stream, unlike

# What stands around an iteration: ``bv.record``, or nothing.
Around = Callable[..., AbstractContextManager[Any]]
Z, FW, LO, BW, UP = Phase


def plain(*_: Any) -> AbstractContextManager[None]:
    return nullcontext()


class Convolutional(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.norm = nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4)
        self.last = nn.Linear(4 * 9, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = F.dropout(F.max_pool2d(self.norm(self.conv(x)).relu(), 2), 0.3, self.training)
        return self.last(x.flatten(1))


def classifier(around: Around) -> Iterator[tuple[nn.Module, Any]]:
    net = Convolutional()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 2, 0.5)
    for _ in range(3):
        x, y = torch.randn(4, 1, 8, 8), torch.randint(3, (4,))
        with around(net, optimizer) as recorded:
            optimizer.zero_grad()
            F.cross_entropy(net(x), y).backward()
            optimizer.step()
        schedule.step()
        yield net, recorded


def accumulating(around: Around) -> Iterator[tuple[nn.Module, Any]]:
    net = nn.Sequential(nn.Linear(5, 6), nn.Tanh(), nn.Linear(6, 3))
    optimizer = torch.optim.AdamW(net.parameters(), lr=0.1)
    for _ in range(2):
        with around(net, optimizer) as recorded:
            for _ in range(2):
                x, y = torch.randn(4, 5), torch.randint(3, (4,))
                (F.cross_entropy(net(x), y) / 2).backward()
            nn.utils.clip_grad_norm_(net.parameters(), 0.05)
            optimizer.step()
            optimizer.zero_grad()
        yield net, recorded


@dataclass
class Both:
    mean: Tensor
    spread: Tensor


class Encoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.mean, self.spread = nn.Linear(6, 5), nn.Linear(5, 2), nn.Linear(5, 2)

    def forward(self, *, image: Tensor, noise: Tensor) -> Both:
        h = self.first(image).relu()
        mean, spread = self.mean(h), self.spread(h)
        return Both(mean + noise * spread.exp(), spread)


def keyword_inputs_and_a_dataclass(around: Around) -> Iterator[tuple[nn.Module, Any]]:
    net = Encoder()
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    for _ in range(2):
        x, noise = torch.randn(4, 6), torch.randn(4, 2)
        with around(net) as recorded:
            out = net(image=x, noise=noise)
            loss = out.mean.square().sum() - out.spread.mean()
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            optimizer.step()
        yield net, recorded


def closures(around: Around) -> Iterator[tuple[nn.Module, Any]]:
    net = nn.Linear(3, 1)
    optimizer = torch.optim.LBFGS(net.parameters(), lr=0.5, max_iter=3)
    x, y = torch.randn(8, 3), torch.randn(8, 1)

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = F.mse_loss(net(x), y)
        loss.backward()
        return loss

    for _ in range(2):
        with around(net, optimizer) as recorded:
            optimizer.step(closure)
        yield net, recorded


def mixed_precision(around: Around) -> Iterator[tuple[nn.Module, Any]]:
    net = nn.Sequential(nn.Linear(5, 8), nn.GELU(), nn.Linear(8, 2))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for _ in range(2):
        x, y = torch.randn(4, 5), torch.randn(4, 2)
        with around(net, optimizer) as recorded:
            with torch.autocast("cpu", torch.bfloat16):
                loss = F.mse_loss(net(x), y)
            loss.backward()
            optimizer.step()
            net.zero_grad()
        yield net, recorded


class Recurrent(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.words, self.cell, self.last = nn.Embedding(9, 4), nn.LSTM(4, 5), nn.Linear(5, 9)

    def forward(self, tokens: Tensor) -> Tensor:
        return self.last(self.cell(self.words(tokens))[0])


def by_hand(around: Around) -> Iterator[tuple[nn.Module, Any]]:
    net = Recurrent()
    for _ in range(2):
        tokens = torch.randint(9, (6, 4))
        with around(net) as recorded:
            logits = net(tokens[:-1])
            F.cross_entropy(logits.flatten(0, 1), tokens[1:].flatten()).backward()
            with torch.no_grad():
                for parameter in net.parameters():
                    parameter -= 0.1 * parameter.grad
                    parameter.grad = None
        yield net, recorded


LOOPS = {
    loop.__name__: loop
    for loop in (
        classifier,
        accumulating,
        keyword_inputs_and_a_dataclass,
        closures,
        mixed_precision,
        by_hand,
    )
}


def states_of(loop: Callable[[Around], Iterator[Any]], around: Around) -> list[list[bytes]]:
    torch.manual_seed(3)
    found = []
    for net, _ in loop(around):
        tensors = (*net.state_dict().values(), *(p.grad for p in net.parameters()))
        found.append([b"" if t is None else t.detach().numpy().tobytes() for t in tensors])
    return found


@pytest.mark.parametrize("name", LOOPS)
def test_a_recorded_loop_computes_what_it_computes_without(name: str) -> None:
    assert states_of(LOOPS[name], bv.record) == states_of(LOOPS[name], plain)


@pytest.mark.parametrize("name", LOOPS)
def test_the_recording_ends_as_torch_does(name: str) -> None:
    torch.manual_seed(3)
    for net, recorded in LOOPS[name](bv.record):
        recording = recorded.recording
        end = recording.at(len(recording.events))
        assert [p.name for p in recording.parameters] == [n for n, _ in net.named_parameters()]
        for key, parameter in net.named_parameters():
            assert np.array_equal(end.value(key), parameter.detach().numpy())
            grad = end.grad(key)
            assert (grad is None) == (parameter.grad is None)
            assert grad is None or np.array_equal(grad, parameter.grad.numpy())
        assert list(unlike(through_stream(recording), recording)) == []


def test_phases_are_found_from_what_is_called() -> None:
    phases = {
        name: [[span.phase for span in recorded.spans] for _, recorded in loop(bv.record)]
        for name, loop in LOOPS.items()
    }
    assert phases["classifier"] == [[Z, FW, LO, BW, UP]] * 3
    assert phases["accumulating"] == [[FW, LO, BW, FW, LO, BW, BW, UP, Z]] * 2
    assert phases["keyword_inputs_and_a_dataclass"] == [[FW, LO, Z, BW, UP]] * 2
    assert phases["by_hand"] == [[FW, LO, BW, UP, Z]] * 2


def test_clipping_is_an_event_of_its_own() -> None:
    torch.manual_seed(3)
    net, recorded = next(accumulating(bv.record))
    clipped = [e for e in recorded.events if e.op == "clip_grad_norm_"]
    assert [e.parameter for e in clipped] == [name for name, _ in net.named_parameters()]
    before = np.sqrt(sum(float(np.square(e.inputs[0].astype(float)).sum()) for e in clipped))
    for event in clipped:
        assert event.outputs[0] == pytest.approx(event.inputs[0] * (0.05 / before), rel=1e-5)


def test_two_backwards_of_an_iteration_are_both_there() -> None:
    torch.manual_seed(3)
    net, recorded = next(accumulating(bv.record))
    for name, _ in net.named_parameters():
        first, second = (
            e for e in recorded.events if e.op == "AccumulateGrad" and e.parameter == name
        )
        assert first.inputs[0] is None
        assert np.array_equal(second.inputs[0], first.outputs[0])
        total = torch.from_numpy(second.inputs[0].copy()) + torch.from_numpy(
            second.inputs[1].copy()
        )
        assert np.array_equal(second.outputs[0], total.numpy())
    assert len({node.key for node in recorded.graph.nodes}) == len(recorded.graph.nodes)


def test_what_ran_before_an_error_is_kept() -> None:
    net = nn.Linear(3, 2)

    def iteration() -> None:
        h = net(torch.ones(1, 3)).exp()
        h.mul_(2)
        h.sum().backward()

    with pytest.raises(RuntimeError, match="modified by an inplace"), bv.record(net) as recorded:
        iteration()
    assert [span.phase for span in recorded.spans] == [FW, LO, BW]
    assert [e.op for e in recorded.events if e.phase is BW] == ["SumBackward0", "MulBackward0"]
    assert torch.overrides._get_current_function_mode() is None


def test_each_input_is_shown_as_it_was_given() -> None:
    net, image, noise = Encoder(), torch.randn(4, 6), torch.randn(4, 2)
    with bv.record(net) as recorded:
        net(image=image, noise=noise).mean.sum().backward()
    end = recorded.at(len(recorded.events))
    shown = {y.name: end.activation(y) for y in recorded.layers.layers if not y.operations}
    assert list(shown) == ["image", "noise"]
    assert np.array_equal(shown["image"], image.numpy())
    assert np.array_equal(shown["noise"], noise.numpy())


class Exponential(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.rate = nn.Parameter(torch.tensor(2.0))

    def forward(self, x: Tensor) -> Tensor:
        return (x * self.rate).exp()


def test_a_model_of_a_single_number_is_recorded_too() -> None:
    net = Exponential()
    with bv.record(net) as recording:
        net(torch.tensor(0.5)).backward()
    assert recording.input.shape == ()
    assert net.rate.grad.item() == pytest.approx(0.5 * np.exp(1.0))
    assert recording.at(len(recording.events)).grad("rate") == net.rate.grad.numpy()


def test_what_an_optimizer_does_after_its_closure_is_in_its_phase() -> None:
    net, x = nn.Linear(3, 1), torch.randn(8, 3)
    optimizer = torch.optim.LBFGS(net.parameters(), lr=0.5, max_iter=3)

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = net(x).square().mean()
        loss.backward()
        return loss

    with bv.record(net, optimizer) as recorded:
        optimizer.step(closure)
    recording = recorded.recording
    assert [i for s in recording.spans for i in range(s.start, s.stop)] == [
        *range(len(recording.events))
    ]
    assert (recording.spans[-1].phase, recording.events[-1].phase) == (UP, UP)
    assert np.array_equal(recording.events[-1].outputs[0], net.bias.detach().numpy())


def test_a_step_that_raises_leaves_the_recording_where_it_was() -> None:
    net = nn.Linear(3, 2)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    modes = torch.overrides._get_current_function_mode_stack
    with bv.record(net, optimizer) as recorded:
        ours = modes()
        net(torch.ones(1, 3)).sum().backward()
        optimizer.param_groups[0]["lr"] = "none"
        with pytest.raises(TypeError):
            optimizer.step()
        optimizer.param_groups[0]["lr"] = 0.1
        with torch.overrides.BaseTorchFunctionMode() as theirs:
            net(torch.zeros(1, 3)).square().sum().backward()
            assert modes() == [*ours, theirs]
        assert modes() == ours
        optimizer.step()
        assert modes() == ours
    assert modes() == []
    ran = [event.op for event in recorded.events if event.phase in (FW, LO)]
    assert ran[-3:] == ["linear", "square", "sum"]


class Flaky(torch.optim.SGD):
    """Its first step raises."""

    tries = 0

    def step(self, closure: Any = None) -> Any:
        self.tries += 1
        if self.tries == 1:
            raise RuntimeError("out of memory")
        return super().step(closure)


def test_a_step_that_is_tried_again_is_one_update() -> None:
    def train() -> tuple[nn.Linear, Flaky]:
        torch.manual_seed(0)
        net = nn.Linear(3, 2)
        optimizer = Flaky(net.parameters(), lr=0.1, momentum=0.9)
        net(torch.ones(1, 3)).sum().backward()
        with pytest.raises(RuntimeError):
            optimizer.step()
        optimizer.step()
        return net, optimizer

    plain, _ = train()
    torch.manual_seed(0)
    net = nn.Linear(3, 2)
    optimizer = Flaky(net.parameters(), lr=0.1, momentum=0.9)
    with bv.record(net, optimizer) as recorded:
        net(torch.ones(1, 3)).sum().backward()
        with pytest.raises(RuntimeError):
            optimizer.step()
        optimizer.step()
    updates = [e for e in recorded.events if e.phase is UP and not e.is_of_step]
    assert [event.parameter for event in updates] == ["weight", "bias"]
    for event, parameter in zip(updates, plain.parameters(), strict=True):
        assert np.array_equal(event.outputs[0], parameter.detach().numpy())


def test_what_hooks_of_a_step_do_is_heard_of() -> None:
    net = nn.Linear(3, 2)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    optimizer.register_step_post_hook(lambda *_: optimizer.zero_grad())
    with bv.record(net, optimizer) as recorded:
        net(torch.ones(1, 3)).sum().backward()
        optimizer.step()
    cleared = [e for e in recorded.events if e.op == "zero_grad"]
    assert [e.parameter for e in cleared] == ["weight", "bias"]
    assert all(e.inputs[0] is not None and e.outputs == (None,) for e in cleared)


@pytest.mark.parametrize("set_to_none", [True, False])
def test_what_another_optimizer_clears_is_told_of_there_alone(set_to_none: bool) -> None:
    torch.manual_seed(3)
    net = nn.ModuleDict({"made": nn.Linear(2, 3), "judged": nn.Linear(3, 1)})
    ours = torch.optim.SGD(net["made"].parameters(), lr=0.1)
    theirs = torch.optim.SGD(net["judged"].parameters(), lr=0.1)
    net["judged"](net["made"](torch.ones(4, 2))).sum().backward()
    before = {name: p.grad.numpy().copy() for name, p in net.named_parameters()}
    with bv.record(net, [ours, theirs]) as recording:
        theirs.zero_grad(set_to_none)
        net["judged"](net["made"](torch.ones(4, 2)).detach()).sum().backward()
        theirs.step()
    told = [event.parameter for event in recording.events if event.phase is Phase.ZERO_GRAD]
    assert told == ["judged.weight", "judged.bias"]
    end = recording.at(len(recording.events))
    assert np.array_equal(end.grad("made.weight"), before["made.weight"])
