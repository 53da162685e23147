"""Loops of several kinds, each to be run within what records it; they print their losses."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import LBFGS
from torch.utils.checkpoint import checkpoint

# What records a loop over a model, or a list of them or of tensors, with its optimizers.
Within = Callable[[Any, Any], AbstractContextManager[Any]]


def _convolutions(within: Within) -> Iterator[Tensor]:
    net = nn.Sequential(
        *(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.Flatten(), nn.Linear(32, 3))
    )
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    with within(net, optimizer):
        for _ in range(4):
            x, y = torch.randn(5, 1, 6, 6), torch.randint(3, (5,))
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(nn.functional.dropout(net(x), 0.3), y)
            loss.backward()
            optimizer.step()
            print(loss.item())
    yield from net.parameters()


def _closure(within: Within) -> Iterator[Tensor]:
    net = nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 3))
    optimizer = LBFGS(net.parameters(), lr=0.1, max_iter=3)
    with within(net, optimizer):
        for _ in range(3):
            x, y = torch.randn(6, 4), torch.randn(6, 3)

            def closure(x: Tensor = x, y: Tensor = y) -> Tensor:
                optimizer.zero_grad()
                loss = (net(x) - y).square().mean()
                loss.backward()
                return loss

            print(optimizer.step(closure).item())
    yield from net.parameters()


def _two_optimizers(within: Within) -> Iterator[Tensor]:
    made, told = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 4)), nn.Linear(4, 1)
    steps = torch.optim.Adam(made.parameters()), torch.optim.SGD(told.parameters(), lr=0.1)
    with within([made, told], steps):
        for _ in range(3):
            noise, real = torch.randn(5, 3), torch.randn(5, 4)
            steps[1].zero_grad()
            loss = told(made(noise).detach()).mean() - told(real).mean()
            loss.backward()
            steps[1].step()
            steps[0].zero_grad()
            (-told(made(noise)).mean()).backward()
            steps[0].step()
            print(loss.item())
    yield from (*made.parameters(), *told.parameters())


def _bare(within: Within) -> Iterator[Tensor]:
    w, b = torch.randn(4, 2, requires_grad=True), torch.zeros(2, requires_grad=True)
    with within([w, b], None):
        for _ in range(4):
            x, y = torch.randn(6, 4), torch.randn(6, 2)
            loss = ((x @ w + b).tanh() - y).square().mean()
            loss.backward()
            assert w.grad is not None
            assert b.grad is not None
            with torch.no_grad():
                w -= 0.1 * w.grad
                b -= 0.1 * b.grad
                w.grad.zero_()
                b.grad = None
            print(loss.item())
    yield from (w, b)


class _Doubled(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x * 2

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:  # type: ignore[override]
        return grad * 2


def _second_derivatives(within: Within) -> Iterator[Tensor]:
    """A reentrant checkpoint, a hook and a Function of the user's, a transform, a graph of grad."""
    net = nn.Sequential(nn.Linear(4, 5), nn.ReLU(), nn.Linear(5, 3))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    net[2].register_full_backward_hook(lambda *_: None)
    with within(net, optimizer):
        for _ in range(3):
            x = torch.randn(6, 4, requires_grad=True)
            optimizer.zero_grad()
            out = _Doubled.apply(checkpoint(net, x, use_reentrant=True))
            (grad,) = torch.autograd.grad(net(x).sum(), x, create_graph=True)
            halved = torch.vmap(lambda row: (row / 2).sum())(out)
            loss = out.square().mean() + grad.square().mean() + halved.mean()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            print(loss.item())
    yield from net.parameters()


def _scaled(within: Within) -> Iterator[Tensor]:
    """The scaler leaves out the second step, in which a gradient is infinite."""
    net = nn.Sequential(nn.Linear(4, 5), nn.GELU(), nn.Linear(5, 3))
    optimizer = torch.optim.AdamW(net.parameters(), lr=0.01)
    scaler = torch.amp.GradScaler("cpu")
    with within(net, optimizer):
        for i in range(4):
            net.zero_grad()
            loss = net(torch.randn(6, 4)).square().mean() * (torch.inf if i == 1 else 1)
            scaler.scale(loss).backward()
            scaler.step(optimizer)
            scaler.update()
            print(loss.item(), scaler.get_scale())
    yield from net.parameters()


class _Signed(torch.optim.Optimizer):
    """Momentum of which the sign is taken; its rule is known to nobody."""

    @torch.no_grad()
    def step(self, closure: object = None) -> None:  # type: ignore[override]
        for p in self.param_groups[0]["params"]:
            m = self.state[p]["m"] = self.state[p].get("m", p.grad * 0)
            m.mul_(0.9).add_(p.grad)
            p.sub_(0.01 * m.sign())


def _own_optimizer(within: Within) -> Iterator[Tensor]:
    net = nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 3))
    optimizer = _Signed(net.parameters(), {})
    with within(net, optimizer):
        for _ in range(4):
            optimizer.zero_grad()
            loss = net(torch.randn(6, 4)).square().mean()
            loss.backward()
            optimizer.step()
            print(loss.item())
    yield from net.parameters()


class _Swish(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x * x.sigmoid()

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        gate = ctx.saved_tensors[0].sigmoid()
        grad.mul_(gate)  # run twice it would be another
        return grad + grad * ctx.saved_tensors[0] * (1 - gate)


class _OwnFunction(nn.Linear):
    def forward(self, x: Tensor) -> Tensor:
        return _Swish.apply(super().forward(x)) * 2


def _changed(within: Within) -> Iterator[Tensor]:
    """A Function of its own; it writes to gradients, and to weights behind the step."""
    net = nn.Sequential(_OwnFunction(4, 5), nn.Linear(5, 3))
    optimizer = torch.optim.SGD(net.parameters(), 0.1)
    with within(net, optimizer):
        for _ in range(7):
            optimizer.zero_grad()
            loss = net(torch.randn(6, 4)).square().mean()
            loss.backward()
            for p in net.parameters():
                p.grad.mul_(1.5).add_(p.detach(), alpha=0.01)
            optimizer.step()
            with torch.no_grad():
                for p in net.parameters():
                    p[..., :1].mul_(0.9)
                    p.clamp_(-0.3, 0.3)
            print(loss.item())
    yield from net.parameters()


LOOPS = {
    "convolutions": _convolutions,
    "a closure": _closure,
    "two optimizers": _two_optimizers,
    "bare tensors": _bare,
    "second derivatives": _second_derivatives,
    "a scaler": _scaled,
    "an optimizer of its own": _own_optimizer,
    "changes of its own": _changed,
}
# Of ours, what hears of a step; each in a loop that has one.
OF_STEPS = (
    ("bare tensors", "bare/bare_forward.py:BareForward._may_move"),
    ("bare tensors", "bare/by_hand.py:ByHand.operation_begins"),
    ("bare tensors", "watches/step_operations.py:StepOperations.begins"),
    ("bare tensors", "watches/step_operations.py:StepOperations._has_run"),
    ("an optimizer of its own", "watches/step_operations.py:StepOperations.begins"),
    ("an optimizer of its own", "watches/step_operations.py:StepOperations._has_run"),
    ("changes of its own", "watches/step_operations.py:StepOperations.begins"),
    ("changes of its own", "watches/step_operations.py:StepOperations._has_run"),
    ("changes of its own", "watches/held_copies.py:HeldCopies.put"),
    ("changes of its own", "watches/function_operations.py:FunctionOperations.arrive"),
    ("changes of its own", "watches/function_operations.py:FunctionOperations.note"),
    ("changes of its own", "own_moves.py:OwnMoves.begins"),
    ("changes of its own", "own_moves.py:OwnMoves._note"),
)
