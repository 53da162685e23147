"""The loss of a step for which a Hessian is computed is what the gradients are of."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv


def rosenbrock(x: Tensor) -> Tensor:
    return (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2


def by_rows(f: Tensor, x: Tensor) -> Tensor:
    (g,) = torch.autograd.grad(f, x, create_graph=True)
    rows = [torch.autograd.grad(g[k], x, retain_graph=True)[0] for k in range(2)]
    return torch.linalg.solve(torch.stack(rows), g.detach())


def by_products(f: Tensor, x: Tensor) -> Tensor:
    (g,) = torch.autograd.grad(f, x, create_graph=True)
    (curved,) = torch.autograd.grad((g * torch.ones(2)).sum(), x)
    return 0.001 * curved


@pytest.mark.parametrize("step", [by_rows, by_products])
@pytest.mark.parametrize("in_module", [False, True])
def test_an_element_of_a_gradient_is_no_loss(
    step: Callable[[Tensor, Tensor], Tensor], in_module: bool
) -> None:
    x = torch.tensor([-1.2, 1.0], requires_grad=True)
    losses = [rosenbrock(x).item()]
    if in_module:
        model = nn.Linear(2, 1, bias=False)
        with torch.no_grad():
            model.weight.copy_(x[None])
        with bv.record(model) as recorded:
            read = model(torch.eye(2)).flatten()
            f = rosenbrock(read)
            step(f, read)
    else:
        with bv.record({"x": x}) as recorded:
            f = rosenbrock(x)
            moved = step(f, x)
            with torch.no_grad():
                x -= moved
    assert recorded.recording.loss == losses[0]


def test_a_penalty_of_a_gradient_is_part_of_the_loss() -> None:
    x = torch.tensor([-1.2, 1.0], requires_grad=True)
    with bv.record({"x": x}) as recorded:
        (g,) = torch.autograd.grad(rosenbrock(x), x, create_graph=True)
        loss = (g * g).sum()
        torch.autograd.grad(loss, x)
    assert recorded.recording.loss == loss.item()


def test_a_backward_that_starts_at_a_gradient_has_it_for_its_loss() -> None:
    x = torch.tensor(3.0, requires_grad=True)
    with bv.record({"x": x}) as recorded:
        (g,) = torch.autograd.grad(x**3, x, create_graph=True)
        g.backward()
    assert recorded.recording.loss == g.item() == 27
