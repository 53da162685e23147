"""What is wrong is found, with its evidence; of healthy training nothing is said."""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.desktop.texts.finding_texts import finding_text
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.training.recorded_steps import RecordedSteps
from tests.analysis.findings.attention_recipes import ATTENTION_RECIPES
from tests.analysis.findings.kindred_recipes import KINDRED_RECIPES
from tests.analysis.findings.more_recipes import MORE_RECIPES
from tests.analysis.findings.recipes import RECIPES, Recipe
from tests.analysis.findings.wider_recipes import WIDER_RECIPES
from tests.analysis.findings.zero_start_recipes import ZERO_START_RECIPES
from tests.nightly import by_day_every

SEED = 4
HEALTHY = (
    *RECIPES,
    *MORE_RECIPES,
    *KINDRED_RECIPES,
    *WIDER_RECIPES,
    *ATTENTION_RECIPES,
    *ZERO_START_RECIPES,
)


@pytest.mark.parametrize("recipe", by_day_every(3, HEALTHY), ids=lambda recipe: recipe.__name__)
def test_of_healthy_training_nothing_is_said(recipe: Callable[[], Recipe]) -> None:
    torch.manual_seed(SEED)
    net, optimizer, iterate = recipe()
    for after in (0, 19):
        for _ in range(after):
            iterate()
        with bv.record(net, optimizer) as recording:
            iterate()
        assert recording.findings() == ()


BUILT_IN = [
    (optimizer, lr, loss)
    for optimizer, lr in (("sgd", 0.05), ("adam", 1e-3), ("adagrad", 0.01), ("nadam", 2e-3))
    for loss in ("cross_entropy", "mse")
]


@pytest.mark.parametrize(("optimizer", "lr", "loss"), by_day_every(4, BUILT_IN))
def test_of_the_built_in_example_nothing_is_said(optimizer: str, lr: float, loss: str) -> None:
    trainer = bv.Trainer("strokes", loss, optimizer, lr)
    for after in (0, 3):
        for _ in range(after):
            trainer.iterate()
        assert trainer.record().findings() == ()


def found(
    net: nn.Module,
    x: Tensor,
    *,
    lr: float = 0.01,
    owned: Any = None,
    loss: Callable[[Tensor], Tensor] | None = None,
    clear: bool = True,
    times: int = 1,
) -> dict[str, list[Finding]]:
    """What is found in the last of some iterations, by code."""
    torch.manual_seed(SEED)
    optimizer = torch.optim.SGD(owned or net.parameters(), lr=lr)
    labels = torch.arange(len(x)) % 3
    by_code: dict[str, list[Finding]] = {}
    for _ in range(times):
        with bv.record(net, optimizer) as recording:
            if clear:
                optimizer.zero_grad()
            out = net(x)
            (F.cross_entropy(out, labels) if loss is None else loss(out)).backward()
            optimizer.step()
        by_code.clear()
        for finding in recording.findings():
            by_code.setdefault(finding.code, []).append(finding)
            assert finding_text(finding)  # its values fit its sentence
            assert finding.event is None or 0 <= finding.event < len(recording.events)
    return by_code


@pytest.fixture
def net() -> nn.Sequential:
    torch.manual_seed(SEED)
    return nn.Sequential(nn.Linear(5, 6), nn.Tanh(), nn.Linear(6, 3))


X = torch.linspace(-1, 1, 45).reshape(9, 5)


def test_a_parameter_in_no_optimizer(net: nn.Sequential) -> None:
    said = found(net, X, owned=net[0].parameters())["not_in_optimizer"]
    assert [(f.parameter, f.severity) for f in said] == [
        ("2.weight", "warning"),
        ("2.bias", "warning"),
    ]
    assert said[0].values[1] == pytest.approx(net[2].weight.grad.norm().item(), rel=1e-6)


class Unused(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.used, self.unused = nn.Linear(5, 3), nn.Linear(5, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.used(x)


def test_a_parameter_that_backward_never_reaches() -> None:
    said = found(Unused(), X)["never_reached"]
    assert [f.parameter for f in said] == ["unused.weight", "unused.bias"]


class InAList(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = [nn.Linear(5, 4)]
        self.last = nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.layers[0](x))


def test_layers_in_a_python_list() -> None:
    (said,) = found(InAList(), X)["unregistered"]
    line = inspect.getsourcelines(InAList.forward)[1] + 1
    assert said.values == ("4, 4×5", f"test_findings.py:{line}")
    assert said.severity == "warning"


@pytest.mark.parametrize("squash", [nn.Softmax(1), nn.Sigmoid()])
def test_logits_that_are_squashed_twice(net: nn.Sequential, squash: nn.Module) -> None:
    (said,) = found(nn.Sequential(*net, squash), X)["squashed_twice"]
    assert said.values == (type(squash).__name__.lower(), "cross_entropy")


def test_a_sigmoid_before_the_loss_that_has_its_own(net: nn.Sequential) -> None:
    def loss(out: Tensor) -> Tensor:
        return F.binary_cross_entropy_with_logits(out.flatten(), torch.ones(out.numel()))

    (said,) = found(nn.Sequential(*net, nn.Sigmoid()), X, loss=loss)["squashed_twice"]
    assert said.values == ("sigmoid", "binary_cross_entropy_with_logits")


def deep(gain: float) -> nn.Sequential:
    torch.manual_seed(SEED)
    layers: list[nn.Module] = []
    for i in range(14):
        layer = nn.Linear(5 if i == 0 else 8, 8)
        nn.init.normal_(layer.weight, std=gain)
        layers += [layer, nn.Sigmoid() if gain < 1 else nn.Identity()]
    return nn.Sequential(*layers, nn.Linear(8, 3))


def test_gradients_that_vanish_through_sigmoids() -> None:
    net = deep(0.35)
    (said,) = found(net, X, lr=0.0)["vanishing"]
    first, last = (w.grad.double().square().mean().sqrt() for w in (net[0].weight, net[-1].weight))
    assert said.values == ("0.weight", "28.weight", pytest.approx(float(first / last)))
    assert "exploding" not in found(net, X, lr=0.0)


def test_gradients_that_explode() -> None:
    net = deep(3.0)
    with torch.no_grad():
        net[-1].weight.mul_(1e6)
    (said,) = found(net, X, lr=0.0, loss=lambda out: out.sum())["exploding"]
    assert said.values[2] > 1e4


def test_a_dead_layer() -> None:
    torch.manual_seed(SEED)
    net = nn.Sequential(nn.Linear(5, 6), nn.ReLU(), nn.Linear(6, 3))
    with torch.no_grad():
        net[0].bias.fill_(-10)
    (said,) = found(net, X)["dead_layer"]
    assert said.values == ("0", 6, 6)
    with torch.no_grad():
        net[0].bias.copy_(torch.tensor([-10.0, -10, -10, -10, -10, 10]))
    (said,) = found(net, X)["dead_units"]
    assert (said.values, said.severity) == (("0", 5, 6), "hint")


def test_zero_grad_that_was_left_out(net: nn.Sequential) -> None:
    (said,) = found(net, X, clear=False, times=2)["gradients_kept"]
    assert said.values == (4, "0.weight")
    assert "gradients_kept" not in found(net, X, times=2)


def test_zero_grad_that_the_window_leaves_out() -> None:
    trainer = bv.Trainer("random", "mse", batch_size=1, clear_gradients=False)
    for times in range(2):
        recorder = RecordedSteps(trainer)
        while recorder.step() is not Phase.UPDATE:
            pass
        said = [f for f in recorder.recording().findings() if f.code == "gradients_kept"]
        assert [f.values for f in said] == [(10, "conv1.weight")][:times]


def test_batch_norm_of_one_sample_and_in_eval() -> None:
    torch.manual_seed(SEED)
    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(18, 3))
    assert "one_sample_batch_norm" in found(net, torch.randn(1, 1, 5, 5))
    assert "batch_norm_in_eval" in found(net.eval(), torch.randn(4, 1, 5, 5))


def test_steps_that_do_not_fit_the_weights(net: nn.Sequential) -> None:
    before = [w.detach().clone() for w in (net[0].weight, net[2].weight)]
    (said,) = found(net, X, lr=100.0)["steps_too_large"]
    after = (net[0].weight, net[2].weight)
    ratios = [
        float((new.detach() - old).norm() / old.norm())
        for old, new in zip(before, after, strict=True)
    ]
    assert said.values == (pytest.approx(np.median(ratios), rel=1e-5),)
    assert "steps_too_small" in found(net, X, lr=3e-6)
    assert "steps_too_small" not in found(net, X, lr=0.0)


class Logarithm(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.last = nn.Linear(5, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(torch.log(x))


def test_where_a_nan_arose() -> None:
    net = Logarithm()
    (said,) = found(net, X, lr=0.0)["not_finite"]
    assert (said.values, said.severity) == (("NaN", "log"), "error")


def test_losses_that_are_added_undivided(net: nn.Sequential) -> None:
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
    labels = torch.arange(9) % 3

    def run(divisor: int) -> set[str]:
        with bv.record(net, optimizer) as recording:
            optimizer.zero_grad()
            for _ in range(2):
                loss = F.cross_entropy(net(X), labels)
                (loss / divisor if divisor > 1 else loss).backward()
            optimizer.step()
        return {finding.code for finding in recording.findings()}

    assert "undivided" in run(1)
    assert "undivided" not in run(2)


def test_a_loss_that_reaches_nothing(net: nn.Sequential) -> None:
    free = torch.ones(3, requires_grad=True)
    assert "nothing_reached" in found(net, X, loss=lambda out: free.square().sum())
