"""Somebody's own ``torch.autograd.Function``: what it sends is told by what its backward runs."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.autograd import Function
from torch.autograd.function import once_differentiable
from torch.utils.checkpoint import checkpoint

import backprop_viz as bv
from backprop_viz.analysis.numbers.number_names import NumberNames
from backprop_viz.capture.explaining.explainer import explain_number
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import NumberExplanation
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase
from tests.capture.explaining.checks import faults

X, Y = torch.linspace(-1, 1, 12).reshape(4, 3), torch.tensor([0, 2, 1, 1])


class Swish(Function):
    """Only its input is saved, as where memory is short."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x * torch.sigmoid(x)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        gate = torch.sigmoid(x)
        return grad * (gate * (1 + x * (1 - gate)))


class Linear(Function):
    """As in PyTorch's notes on extending it."""

    @staticmethod
    def forward(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return x.mm(weight.t()) + bias.unsqueeze(0).expand(len(x), -1)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        x, weight, _ = ctx.saved_tensors
        to_x = grad.mm(weight) if ctx.needs_input_grad[0] else None
        return to_x, grad.t().mm(x), grad.sum(0)


class CrossEntropy(Function):
    """Its backward writes into what it saved."""

    @staticmethod
    def forward(ctx: Any, scores: Tensor, target: Tensor) -> Tensor:
        p = scores.softmax(1)
        ctx.save_for_backward(p.clone(), target)
        return -p[torch.arange(len(p)), target].log().mean()

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:
        p, target = ctx.saved_tensors
        p[torch.arange(len(p)), target] -= 1
        return p * grad / len(p), None


class Exp(Function):
    """It saves what it has made."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        y = x.exp()
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        (y,) = ctx.saved_tensors
        return grad * y


class Limited(Function):
    """What arrives is written to."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x.clamp(-0.3, 0.3)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        grad[x.abs() > 0.3] *= 0.1
        return grad


class SinCos(Function):
    """Two outputs; what is computed with a list in place."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> tuple[Tensor, Tensor]:
        ctx.save_for_backward(x)
        return x.sin(), x.cos()

    @staticmethod
    def backward(ctx: Any, of_sin: Tensor, of_cos: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        sent = torch.zeros_like(x)
        sent.addcmul_(of_sin, x.cos())
        sent -= of_cos * x.sin()
        return sent


class Norm(Function):
    """A layer norm without a weight."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        std, mean = torch.std_mean(x, -1, correction=0, keepdim=True)
        y = (x - mean) / std
        ctx.save_for_backward(y, std)
        return y

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        y, std = ctx.saved_tensors
        along = (grad * y).mean(-1, keepdim=True)
        return (grad - grad.mean(-1, keepdim=True) - y * along) / std


class Outer(Function):
    """Its backward calls another Function, and asks for a gradient itself."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return torch.tanh(x) * 2

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        with torch.enable_grad():
            again = x.detach().requires_grad_()
            (slope,) = torch.autograd.grad(torch.tanh(again).sum(), again)
        return Exp.apply(torch.zeros_like(slope)) * 2 * slope * grad


class Net(nn.Module):
    def __init__(self, between: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        torch.manual_seed(2)
        self.first, self.last = nn.Linear(3, 5), nn.Linear(5, 3)
        self.between = between

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.between(self.first(x)))


class ByHand(nn.Linear):
    def forward(self, x: Tensor) -> Tensor:
        return Linear.apply(x, self.weight, self.bias)


def cubed() -> Callable[[Tensor], Tensor]:
    """An operator of one's own: torch makes a Function of it."""

    @torch.library.custom_op("bv_tests::cubed", mutates_args=())
    def cubed(x: Tensor) -> Tensor:
        return x**3

    def setup(ctx: Any, inputs: tuple[Tensor], output: Tensor) -> None:
        ctx.save_for_backward(inputs[0])

    def backward(ctx: Any, grad: Tensor) -> Tensor:
        return 3 * grad * ctx.saved_tensors[0] ** 2

    cubed.register_autograd(backward, setup_context=setup)
    return cubed


CUBED = cubed()
NETS: dict[str, Callable[[], nn.Module]] = {
    "Swish": lambda: Net(Swish.apply),
    "Linear": lambda: nn.Sequential(ByHand(3, 4), nn.Tanh(), ByHand(4, 3)),
    "Exp": lambda: Net(Exp.apply),
    "Limited": lambda: Net(Limited.apply),
    "SinCos": lambda: Net(lambda h: sum(SinCos.apply(h))),
    "Norm": lambda: Net(Norm.apply),
    "Outer": lambda: Net(Outer.apply),
    "custom_op": lambda: Net(CUBED),
    "one after the other": lambda: Net(lambda h: Swish.apply(Norm.apply(Exp.apply(h)))),
    "within a checkpoint": lambda: Net(lambda h: checkpoint(Swish.apply, h, use_reentrant=False)),
}
LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "cross_entropy": nn.functional.cross_entropy,
    "CrossEntropy": CrossEntropy.apply,
}
CASES = [*((net, "cross_entropy") for net in NETS), ("Swish", "CrossEntropy")]


def made(net_name: str) -> nn.Module:
    torch.manual_seed(2)
    return NETS[net_name]()


@pytest.fixture(scope="module", params=CASES, ids=str)
def case(request: pytest.FixtureRequest) -> tuple[nn.Module, Recording, nn.Module]:
    """A net that was recorded, its recording, and the same net without."""
    net_name, loss_name = request.param
    net, plain = made(net_name), made(net_name)
    with bv.record(net) as record:
        LOSSES[loss_name](net(X), Y).backward()
    LOSSES[loss_name](plain(X), Y).backward()
    return net, record.recording, plain


def sent_by_functions(recording: Recording) -> Iterator[NumberExplanation]:
    for i, event in enumerate(recording.events):
        if event.op[-1:].isdigit() or event.phase is not Phase.BACKWARD or event.node is None:
            continue
        for slot, made in enumerate(event.outputs):
            for index in np.ndindex(made.shape if made is not None else (0,)):
                yield recording.explain(i, slot, index)


def test_the_gradients_are_those_without(case: tuple[nn.Module, Recording, nn.Module]) -> None:
    net, recording, plain = case
    end = recording.at(len(recording.events))
    for (name, own), other in zip(net.named_parameters(), plain.parameters(), strict=True):
        assert torch.equal(own.grad, other.grad)
        assert np.array_equal(end.grad(name), other.grad.numpy())


def test_all_that_it_sends_has_terms(case: tuple[nn.Module, Recording, nn.Module]) -> None:
    _, recording, _ = case
    explained = list(sent_by_functions(recording))
    assert explained
    for found in explained:
        assert found.reason is None
        assert list(faults(recording, found)) == []


def test_each_of_its_operations_has_terms(case: tuple[nn.Module, Recording, nn.Module]) -> None:
    _, recording, _ = case
    names = NumberNames(recording)
    ran = [(i, event) for i, event in enumerate(recording.events) if event.is_beside_nodes]
    assert ran
    for i, event in ran:
        assert Path(event.place[0]).name == Path(__file__).name
        for slot, made in enumerate(event.outputs):
            if made is None or made.dtype.kind != "f":
                continue
            for index in np.ndindex(made.shape):
                found = recording.explain(i, slot, index)
                code = None if found.reason is None else found.reason.code
                assert code in (None, "constant")  # of zeros_like
                assert list(faults(recording, found)) == []
                assert names.tensor(found.number) == event.op


def behind(recording: Recording, found: NumberExplanation) -> Iterator[Number]:
    """All numbers that one was made of, each once."""
    seen, due = set[Number](), [found]
    while due:
        for part in due.pop().parts:
            for column in part.factors:
                for term in range(len(column.values)):
                    number = column.number(term)
                    if number is None or number in seen:
                        continue
                    seen.add(number)
                    yield number
                    due.append(explain_number(recording, number))


@pytest.mark.parametrize("net_name", ["Swish", "Norm", "Exp"])
def test_it_leads_on_to_what_arrived_and_to_the_forward(net_name: str) -> None:
    net = made(net_name)
    with bv.record(net) as record:
        nn.functional.cross_entropy(net(X), Y).backward()
    recording = record.recording
    leaf = next(i for i, e in enumerate(recording.events) if e.parameter == "first.weight")
    found = recording.explain(leaf, 0, (0, 0))
    numbers = list(behind(recording, found))
    parameters = {one.tensor for one in numbers if one.event is None}
    arrived = {recording.events[n.event].op for n in numbers if n.arrived and n.event is not None}
    assert f"{net_name}Backward" in arrived
    # The scores and the loss of each sample are behind it, and so are both layers.
    by_id = {p.value_id: p.name for p in recording.parameters}
    assert {by_id[one] for one in parameters if one in by_id} >= {"first.weight", "last.weight"}
    saved = [recording.events[n.event] for n in numbers if n.event is not None]
    assert any(event.phase is Phase.FORWARD and event.op == "linear" for event in saved)


class ByNumpy(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x.sin()

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        return torch.from_numpy(grad.numpy() * np.cos(x.numpy()))


class Refused(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x * 1

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        half = grad / 2
        raise ArithmeticError(f"of {tuple(half.shape)}")


def test_what_numpy_computes_has_none() -> None:
    net = Net(ByNumpy.apply)
    with bv.record(net) as record:
        net(X).sum().backward()
    found = list(sent_by_functions(record.recording))
    assert {one.reason.code for one in found if one.reason is not None} == {"custom_function"}


def test_one_that_raises_raises_and_what_comes_next_is_recorded() -> None:
    net = Net(Refused.apply)
    with (
        pytest.raises(ArithmeticError, match=r"of \(4, 5\)"),
        bv.record(net),
    ):
        net(X).sum().backward()
    net.between = Swish.apply
    net.zero_grad()
    with bv.record(net) as record:
        net(X).sum().backward()
    assert [e.op for e in record.recording.events if e.is_beside_nodes].count("sigmoid") == 1
    assert torch.overrides._len_torch_function_stack() == 0


def test_a_second_backward_through_it_has_its_own(tmp_path: Path) -> None:
    net = Net(Swish.apply)
    with bv.record(net) as record:
        loss = net(X).sum()
        loss.backward(retain_graph=True)
        loss.backward()
    ran = [event.op for event in record.recording.events if event.is_beside_nodes]
    assert ran == ran[: len(ran) // 2] * 2
    assert all(one.reason is None for one in sent_by_functions(record.recording))


@pytest.mark.parametrize("keep", ["full", "sample", "health"])
def test_a_watched_loop_has_them_in_its_file(keep: str, tmp_path: Path) -> None:
    def losses(watched: bool) -> list[float]:
        net = Net(Swish.apply)
        optimizer, path = torch.optim.SGD(net.parameters(), 0.1), tmp_path / "run.bprec"
        found = []

        def turns() -> None:
            for _ in range(3):
                optimizer.zero_grad()
                loss = nn.functional.cross_entropy(net(X), Y)
                loss.backward()
                optimizer.step()
                found.append(loss.item())

        if watched:
            with bv.watch(net, optimizer, to=path, keep=keep):
                turns()
        else:
            turns()
        return found

    assert losses(True) == losses(False)
    with bv.load(tmp_path / "run.bprec") as loaded:
        for recording in loaded:
            ran = [event for event in recording.events if event.is_beside_nodes]
            assert bool(ran) == (keep == "full")
            if keep == "full":
                assert all(one.reason is None for one in sent_by_functions(recording))
