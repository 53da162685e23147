"""Recordings of generated networks against hooks and loops written here, bit for bit."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn
from torch.utils.data import TensorDataset

import backprop_viz as bv
from backprop_viz.analysis.explanations import Reason, explain
from backprop_viz.digits.lenet import LeNet
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Array, Event
from backprop_viz.recording.trace.phases import Phase
from tests.nightly import NIGHTLY, by_day_every
from tests.recording.records import torn
from tests.recording.streams import through_file, through_stream, unlike

BATCH, WIDTH = 4, 6
LOSSES = ("cross_entropy", "mse", "output_gradient")
OPTIMIZERS: dict[str, Callable[..., torch.optim.Optimizer] | None] = {
    "manual": None,
    "sgd": torch.optim.SGD,
    "nesterov": lambda p, lr: torch.optim.SGD(p, lr=lr, momentum=0.9, nesterov=True),
    "adam": torch.optim.Adam,
    "rmsprop": torch.optim.RMSprop,
}
NETS_PER_SEED = 10
SEEDS = by_day_every(6, range(25))
NETS = {
    seed: range(seed * NETS_PER_SEED, (seed + 1) * NETS_PER_SEED)[: None if NIGHTLY else 6]
    for seed in SEEDS
}
DRAWN_NETS = [net for nets in NETS.values() for net in nets]


# -- the networks ----------------------------------------------------------------------------


class OnlyOneGradient(torch.autograd.Function):
    """x * y, with a gradient for x alone."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, y: Tensor) -> Tensor:
        ctx.save_for_backward(y)
        return x * y

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:
        (y,) = ctx.saved_tensors
        return grad * y, None


class SinAndCos(torch.autograd.Function):
    """Two outputs of one input; either may stay unused."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> tuple[Tensor, Tensor]:
        ctx.save_for_backward(x)
        return x.sin(), x.cos()

    @staticmethod
    def backward(ctx: Any, sin: Tensor, cos: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        return x.cos() * sin - x.sin() * cos


class Unset(torch.autograd.Function):
    """Two outputs whose unused gradients arrive as None."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> tuple[Tensor, Tensor]:
        ctx.set_materialize_grads(False)
        return x * 2, x * 3

    @staticmethod
    def backward(ctx: Any, two: Tensor | None, three: Tensor | None) -> Tensor | None:
        parts = [g * k for g, k in ((two, 2), (three, 3)) if g is not None]
        return sum(parts[1:], parts[0]) if parts else None


def without_gradient(net: "Net", a: Tensor, b: Tensor) -> Tensor:
    with torch.no_grad():
        scale = a.abs().mean()
    return b * scale


def in_place_on_a_view(net: "Net", a: Tensor, b: Tensor) -> Tensor:
    base = a * 1.25
    base[:, :3].mul_(2).add_(b[:, 3:])
    return base


def base_changed_under_a_view(net: "Net", a: Tensor, b: Tensor) -> Tensor:
    base = a + b
    seen = base.view(BATCH, 2, 3)
    later = (a - b).tanh()
    base.mul_(0.5)
    return seen.reshape(BATCH, WIDTH) + later * base


def written_into(net: "Net", a: Tensor, b: Tensor) -> Tensor:
    target = torch.zeros(BATCH, WIDTH)
    target[:, :2] = a[:, 4:]
    target[:, 2:] = b[:, :4]
    return target


# What takes two (4, 6) tensors of the network to one.
STEPS: tuple[Callable[["Net", Tensor, Tensor], Tensor], ...] = (
    lambda net, a, b: net.linears[0](a).relu() + b,
    lambda net, a, b: net.linears[1](a) + net.linears[1](b).sigmoid(),
    lambda net, a, b: net.linears[2](a),
    lambda net, a, b: F.linear(a, net.linears[0].weight.t()),
    lambda net, a, b: a * net.scale + b,
    lambda net, a, b: a @ (net.matrix @ net.matrix.t()).tanh(),
    lambda net, a, b: a.view(BATCH, 2, 3).transpose(1, 2).reshape(BATCH, WIDTH),
    lambda net, a, b: torch.cat([a[:, 3:], b[:, :3]], 1),
    lambda net, a, b: a.split(2, dim=1)[1].repeat(1, 3) - b,
    lambda net, a, b: torch.stack(b.unbind(1)[:3] + a.unbind(1)[3:], 1),
    lambda net, a, b: a.chunk(2, dim=1)[0].sin().repeat(1, 2),
    lambda net, a, b: (a * 2).relu_(),
    lambda net, a, b: (a + b).mul_(0.5).add_(a),
    lambda net, a, b: a.clone().add_(b).relu_().mul(b),
    lambda net, a, b: OnlyOneGradient.apply(a, b),
    lambda net, a, b: SinAndCos.apply(a)[0] + b,
    lambda net, a, b: torch.add(*SinAndCos.apply(b)),
    lambda net, a, b: Unset.apply(a)[1].tanh(),
    lambda net, a, b: a.detach() * b,
    lambda net, a, b: torch.where(a > 0, a, b),
    lambda net, a, b: a.max(dim=1, keepdim=True).values.expand(-1, WIDTH) + b,
    lambda net, a, b: a.softmax(1) @ b.t() @ a,
    lambda net, a, b: F.layer_norm(a, (WIDTH,), net.scale),
    lambda net, a, b: a.cumsum(1).index_select(1, torch.tensor([0, 0, 2, 2, 4, 5])),
    lambda net, a, b: a + a * a,
    without_gradient,
    in_place_on_a_view,
    base_changed_under_a_view,
    written_into,
)


class Net(nn.Module):
    """A network drawn from a seed; the same seed makes the same one, weights and all."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        torch.manual_seed(seed)
        draw = random.Random(seed)
        self.conv = nn.Conv2d(1, 2, 8, stride=8)
        self.first = nn.Linear(32, WIDTH)
        self.linears = nn.ModuleList(nn.Linear(WIDTH, WIDTH) for _ in range(3))
        self.scale = nn.Parameter(torch.rand(WIDTH))
        self.matrix = nn.Parameter(torch.rand(WIDTH, 2))
        self.last = nn.Linear(WIDTH, 10)
        self.unused = nn.Parameter(torch.ones(3))
        for parameter in (self.conv.bias, self.linears[1].weight, self.scale, self.first.weight):
            parameter.requires_grad_(draw.random() < 0.75)
        if draw.random() < 0.2:
            self.linears[2].weight = self.linears[0].weight
        self.steps = [
            (draw.randrange(len(STEPS)), draw.random(), draw.random())
            for _ in range(draw.randint(2, 8))
        ]
        self.auxiliary = draw.sample(range(len(self.steps)), draw.choice([0, 0, 1, 2]))

    def forward(self, x: Tensor) -> Tensor:
        made = [self.first(self.conv(x).flatten(1))]
        for step, left, right in self.steps:
            # The latest ones more often than the others.
            a, b = (made[int(len(made) * share**0.5)] for share in (left, right))
            made.append(STEPS[step](self, a, b))
        logits: Tensor = self.last(made[-1])
        for i in self.auxiliary:
            logits = logits + made[i].pow(2).mean()
        return logits


# -- what other code sees of the same training -----------------------------------------------


@dataclass
class Ran:
    """A grad_fn node as the engine ran it: gradients in and out, copied."""

    name: str
    inputs: tuple[Array | None, ...]
    outputs: tuple[Array | None, ...]


class Loop:
    """The training loop as a tutorial writes it; with ``hooks`` it notes what each node did."""

    def __init__(self, model: nn.Module, options: dict[str, Any], hooks: bool) -> None:
        self.model = model
        self.options = options
        self.hooks = hooks
        make = OPTIMIZERS[options["optimizer"]]
        self.optimizer = None if make is None else make(model.parameters(), lr=options["lr"])
        self.generator = torch.Generator().manual_seed(options["seed"])

    def iterate(self, x: Tensor, labels: Tensor) -> list[Ran]:
        if self.options["clear_gradients"]:
            (self.optimizer or self.model).zero_grad(set_to_none=self.options["set_to_none"])
        out = self.model(x)
        gradient = None
        if self.options["loss"] == "cross_entropy":
            root = F.cross_entropy(out, labels)
        elif self.options["loss"] == "mse":
            root = F.mse_loss(out, F.one_hot(labels, 10).float())
        else:
            root, gradient = out, torch.randn(out.shape, generator=self.generator)
        ran: list[Ran] = []
        kept = self.listen(root.grad_fn, ran) if self.hooks else []
        root.backward(gradient)
        del kept
        if self.optimizer is not None:
            self.optimizer.step()
        else:
            with torch.no_grad():
                for parameter in self.model.parameters():
                    if parameter.grad is not None:
                        parameter.sub_(parameter.grad * self.options["lr"])
        return ran

    def listen(self, root: Any, ran: list[Ran]) -> list[Any]:
        """Hooks on every node below ``root``, that append to ``ran``; the nodes."""
        grads = {id(p): copied(p.grad) for p in self.model.parameters()}
        nodes: list[Any] = []

        def visit(node: Any) -> None:
            if node is None or node in nodes:
                return
            nodes.append(node)
            leaf = getattr(node, "variable", None)

            def hook(grad_inputs: Any, grad_outputs: Any) -> None:
                arrived = tuple(copied(g) for g in grad_outputs)
                sent = tuple(copied(g) for g in grad_inputs)
                if leaf is not None:
                    arrived, sent = (grads[id(leaf)], *arrived), (copied(leaf.grad),)
                ran.append(Ran(node.name().rpartition("::")[2], arrived, sent))

            node.register_hook(hook)
            for following, _ in node.next_functions:
                visit(following)

        visit(root)
        return nodes


def copied(tensor: Tensor | None) -> Array | None:
    return None if tensor is None else tensor.detach().clone().numpy()


def same_bits(a: Array | None, b: Array | None) -> bool:
    if a is None or b is None:
        return a is b
    return a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes()


def all_same(first: tuple[Array | None, ...], second: tuple[Array | None, ...]) -> bool:
    return len(first) == len(second) and all(map(same_bits, first, second))


def backward_events(recording: Recording) -> list[Event]:
    return [e for e in recording.events if e.phase is Phase.BACKWARD and e.node is not None]


def differences(recording: Recording, ran: list[Ran], plain: nn.Module) -> Iterator[str]:
    """What in a recording is not as hooks and a plain loop have it."""
    events = backward_events(recording)
    if [e.op for e in events] != [r.name for r in ran]:
        yield f"order: {[e.op for e in events]} is not {[r.name for r in ran]}"
        return
    for i, (event, expected) in enumerate(zip(events, ran, strict=True)):
        if not all_same(event.inputs, expected.inputs):
            yield f"gradients into {i}, {event.op}"
        if not all_same(event.outputs, expected.outputs):
            yield f"gradients out of {i}, {event.op}"
    end = recording.at(len(recording.events))
    for name, parameter in plain.named_parameters():
        if not same_bits(end.grad(name), copied(parameter.grad)):
            yield f"{name}.grad"
        if not same_bits(end.value(name), copied(parameter)):
            yield f"{name}"


def explanations(recording: Recording, position: int) -> list[Reason]:
    """Why the gradients of every parameter and node are what they are at a cursor."""
    cursor = recording.at(position)
    parameters = [explain(cursor, "parameter", p.name) for p in recording.parameters]
    return parameters + [explain(cursor, "node", n.id) for n in recording.graph.nodes]


def explained_otherwise(recording: Recording, again: Recording) -> Iterator[str]:
    """Where a recording that was read back from its bytes is explained otherwise."""
    for position in range(len(recording.events) + 1):
        if explanations(recording, position) != explanations(again, position):
            yield f"explanations at {position}"


def check(make: Callable[[], nn.Module], options: dict[str, Any], name: str, folder: Path) -> int:
    """Record two iterations and compare; returns how many nodes ran in them."""
    generator = torch.Generator().manual_seed(options["seed"])
    images = torch.rand(12, 1, 32, 32, generator=generator)
    labels = torch.randint(10, (12,), generator=generator)
    trainer = bv.Trainer(TensorDataset(images, labels), model=make(), batch_size=BATCH, **options)
    hooked, plain = Loop(make(), options, hooks=True), Loop(make(), options, hooks=False)
    nodes = 0
    for iteration in range(2):
        recording = trainer.record()
        x = trainer.batch[0]
        ran = hooked.iterate(x, trainer.labels)
        plain.iterate(x, trainer.labels)
        found = list(differences(recording, ran, plain.model))
        back = through_stream(recording)
        found += unlike(recording, back)
        found += unlike(recording, through_file(recording, folder))
        if iteration:  # by now gradients may have accumulated
            found += explained_otherwise(recording, back)
        assert not found, f"{name}, iteration {iteration + 1}: {'; '.join(found)}"
        assert ran, f"{name}: nothing ran"
        nodes += len(ran)
    return nodes


def drawn_options(seed: int) -> dict[str, Any]:
    draw = random.Random(seed + 1)
    return {
        "loss": LOSSES[seed % len(LOSSES)],
        "optimizer": draw.choice(list(OPTIMIZERS)),
        "lr": 0.01,
        "seed": seed,
        "clear_gradients": draw.random() < 0.8,
        "set_to_none": draw.random() < 0.8,
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_generated_nets_are_recorded_as_torch_ran_them(seed: int, tmp_path: Path) -> None:
    for net in NETS[seed]:
        options = drawn_options(net)
        steps = [step for step, _, _ in Net(net).steps]
        check(lambda net=net: Net(net), options, f"net {net}, steps {steps}, {options}", tmp_path)


def test_the_generated_nets_have_every_step_loss_and_optimizer() -> None:
    assert {step for net in DRAWN_NETS for step, _, _ in Net(net).steps} == set(range(len(STEPS)))
    options = [drawn_options(net) for net in DRAWN_NETS]
    assert {(o["loss"], o["optimizer"]) for o in options} == {
        (loss, optimizer) for loss in LOSSES for optimizer in OPTIMIZERS
    }
    assert any(Net(net).auxiliary for net in DRAWN_NETS)


@pytest.mark.parametrize(("loss", "optimizer"), by_day_every(4, list(product(LOSSES, OPTIMIZERS))))
def test_lenet_is_recorded_as_torch_ran_it(loss: str, optimizer: str, tmp_path: Path) -> None:
    def make() -> nn.Module:
        torch.manual_seed(7)
        return LeNet()

    options = {**drawn_options(7), "loss": loss, "optimizer": optimizer}
    assert check(make, options, f"LeNet, {options}", tmp_path) >= 2 * 20


def test_explanations_need_to_know_what_is_one_tensor() -> None:
    """With a copy of each tensor for each event, some nets are explained otherwise."""
    found = []
    for net in range(12 if NIGHTLY else 2):
        data = TensorDataset(torch.full((12, 1, 32, 32), torch.nan), torch.arange(12) % 10)
        trainer = bv.Trainer(data, model=Net(net), batch_size=BATCH, **drawn_options(net))
        recording = trainer.record()
        found += explained_otherwise(recording, torn(recording))
        assert not list(explained_otherwise(recording, through_stream(recording)))
    assert found


def test_what_is_compared_can_differ() -> None:
    options = drawn_options(0)
    generator = torch.Generator().manual_seed(0)
    data = TensorDataset(torch.rand(12, 1, 32, 32, generator=generator), torch.arange(12) % 10)
    trainer = bv.Trainer(data, model=Net(3), batch_size=BATCH, **options)
    recording = trainer.record()
    other = Loop(Net(3), {**options, "lr": 0.02}, hooks=True)
    x = trainer.batch[0] + np.float32(1e-6)
    found = list(differences(recording, other.iterate(x, trainer.labels), other.model))
    assert any("gradients into" in text for text in found)
    assert any(text.endswith(".grad") for text in found)
