"""Where a finding is easily taken for another, or for nothing."""

import inspect
import math
from copy import deepcopy

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.settings.run_settings import Settings
from tests.analysis.findings.recipes import lbfgs_regression
from tests.analysis.findings.test_findings import X, found

LABELS = torch.arange(9) % 3


@pytest.fixture
def net() -> nn.Sequential:
    torch.manual_seed(4)
    return nn.Sequential(nn.Linear(5, 6), nn.Tanh(), nn.Linear(6, 3))


def severities(findings: tuple[Finding, ...]) -> dict[str, str]:
    return {finding.code: finding.severity for finding in findings}


@pytest.mark.parametrize("first", [True, False])
def test_accumulation_recorded_part_by_part(net: nn.Sequential, first: bool) -> None:
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
    for part in range(4):
        with bv.record(net, optimizer) as recording:
            if first and part == 0:
                optimizer.zero_grad()
            (F.cross_entropy(net(X), LABELS) / 4).backward()
            if part == 3:
                optimizer.step()
                if not first:
                    optimizer.zero_grad()
    assert severities(recording.findings()) == ({"gradients_kept": "hint"} if first else {})


def test_a_model_that_is_cleared_by_its_own_zero_grad(net: nn.Sequential) -> None:
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
    for part in range(4):
        with bv.record(net, optimizer) as recording:
            F.cross_entropy(net(X), LABELS, reduction="sum").backward()
            if part == 3:
                optimizer.step()
                net.zero_grad()
    assert severities(recording.findings()) == {}


def test_a_closure_called_again_and_again_adds_nothing_up() -> None:
    torch.manual_seed(4)
    model, optimizer, iterate = lbfgs_regression()
    with bv.record(model, optimizer) as recording:
        iterate()
    assert severities(recording.findings()) == {}


def test_a_loss_that_was_detached(net: nn.Sequential) -> None:
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
    with (
        pytest.raises(RuntimeError, match="does not require grad"),
        bv.record(net, optimizer) as recording,
    ):
        F.cross_entropy(net(X).detach(), LABELS).backward()
    said, raised = recording.findings()
    assert raised.code == "raised"
    call, place, count = said.values
    assert (said.code, said.severity, call, count) == ("cut_off", "error", "detach", 4)
    assert str(place).startswith("test_finding_limits.py:")


def test_gradients_asked_for_and_applied_by_hand(net: nn.Sequential) -> None:
    weights = list(net.parameters())
    with bv.record(net) as recording:
        grads = torch.autograd.grad(F.cross_entropy(net(X), LABELS), weights)
        with torch.no_grad():
            for weight, grad in zip(weights, grads, strict=True):
                weight -= 0.01 * grad
    assert severities(recording.findings()) == {}


def test_the_turn_of_another_network(net: nn.Sequential) -> None:
    other = nn.Linear(3, 1)
    theirs = torch.optim.SGD(other.parameters(), lr=0.01)
    with bv.record(net, torch.optim.SGD(net.parameters(), lr=0.01)) as recording:
        theirs.zero_grad()
        other(net(X).detach()).mean().backward()
        theirs.step()
    assert recording.findings() == ()


class WithTarget(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.online, self.target = nn.Linear(5, 3), nn.Linear(5, 3)

    def forward(self, x: Tensor) -> Tensor:
        with torch.no_grad():
            target = self.target(x)
        return self.online(x) - target


def test_a_target_network_is_not_reached_on_purpose() -> None:
    model = WithTarget()
    assert "never_reached" not in found(model, X, owned=model.online.parameters())
    said = found(model, X)["never_reached"]  # but an optimizer has it
    assert [(f.parameter, f.severity) for f in said] == [
        ("target.weight", "hint"),
        ("target.bias", "hint"),
    ]


class NoGradInTheMiddle(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Linear(5, 4), nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        with torch.no_grad():
            h = torch.relu(self.first(x))
        return self.last(h)


def test_layers_before_a_layer_that_trains_and_without_a_graph_never_learn() -> None:
    model = NoGradInTheMiddle()
    before = [p.clone() for p in model.first.parameters()]
    said = found(model, X)
    (cut,) = said["cut_by_no_grad"]
    assert (cut.severity, cut.values[0], cut.values[2]) == ("warning", "linear", 2)
    line = inspect.getsourcelines(NoGradInTheMiddle.forward)[1] + 2
    assert cut.values[1] == f"test_finding_limits.py:{line}"
    assert "never_reached" not in said
    assert all(map(torch.equal, before, model.first.parameters()))
    # Of what is frozen on purpose, and given to no optimizer, nothing is said.
    assert "cut_by_no_grad" not in found(model, X, owned=model.last.parameters())


class MadeInForward(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(5, 4)

    def forward(self, x: Tensor) -> Tensor:
        return nn.Linear(4, 3)(self.first(x))


def test_a_layer_made_in_forward() -> None:
    (said,) = found(MadeInForward(), X)["unregistered"]
    assert said.values[0] == "3, 3×4"


def test_log_softmax_twice_is_only_a_hint(net: nn.Sequential) -> None:
    (said,) = found(nn.Sequential(*net, nn.LogSoftmax(1)), X)["squashed_twice"]
    assert (said.values, said.severity) == (("log_softmax", "cross_entropy"), "hint")
    assert "squashed_twice" not in found(net, X)


def test_another_dtype_hides_no_softmax(net: nn.Sequential) -> None:
    def loss(out: Tensor) -> Tensor:
        return F.cross_entropy(out.softmax(1).to(torch.float64).clone(), LABELS)

    (said,) = found(net, X, loss=loss)["squashed_twice"]
    assert said.severity == "warning"


class Masked(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(5, 3)

    def forward(self, x: Tensor) -> Tensor:
        query = self.first(x)
        later = torch.ones(9, 9).triu(1) > 0
        weights = (query @ query.T).masked_fill(later, -math.inf).softmax(1)
        return torch.log(weights @ query - 100)


def test_the_inf_of_a_mask_is_not_where_a_nan_arose() -> None:
    (said,) = found(Masked(), X, lr=0.0)["not_finite"]
    assert said.values == ("NaN", "log")


def test_a_weight_that_was_nan_before(net: nn.Sequential) -> None:
    with torch.no_grad():
        net[2].weight[0, 0] = math.nan
    (said,) = found(net, X)["not_finite_from_start"]
    assert (said.parameter, said.severity) == ("2.weight", "error")
    assert said.values == ("nan", "2.weight", "linear")


def test_a_target_or_an_input_that_was_nan_before(net: nn.Sequential) -> None:
    bad = X.clone()
    bad[0, 0] = math.nan
    target = bad[:, :3]
    (said,) = found(deepcopy(net), bad)["not_finite_from_start"]
    assert said.values == ("nan", "input", "linear")
    losses = found(deepcopy(net), X, loss=lambda out: F.mse_loss(out, target))
    (said,) = losses["not_finite_from_start"]
    assert (said.values, said.parameter) == (("nan", "target", "mse_loss"), None)
    (said,) = found(net, X, loss=lambda out: (out - target).sum())["not_finite_from_start"]
    assert said.values == ("nan", "args[1]", "sub")


def test_a_unit_of_a_sequence_of_convolutions_is_its_channel() -> None:
    torch.manual_seed(4)
    model = nn.Sequential(nn.Conv1d(2, 6, 3), nn.ReLU(), nn.Flatten(), nn.Linear(36, 3))
    with torch.no_grad():
        model[0].bias.copy_(torch.tensor([-50.0, -50, -50, -50, -50, 1]))
    (said,) = found(model, torch.randn(9, 2, 8))["dead_units"]
    assert said.values == ("0", 5, 6)


def test_zero_grad_after_the_step_hides_nothing(net: nn.Sequential) -> None:
    optimizer = torch.optim.SGD(net[0].parameters(), lr=0.01)
    with bv.record(net, optimizer) as recording:
        F.cross_entropy(net(X), LABELS).backward()
        optimizer.step()
        net.zero_grad()
    said = [f.parameter for f in recording.findings() if f.code == "not_in_optimizer"]
    assert said == ["2.weight", "2.bias"]


def test_vanishing_gradients_are_seen_where_they_are_cleared_after_the_step() -> None:
    torch.manual_seed(4)
    layers = [layer for _ in range(14) for layer in (nn.Linear(5, 5), nn.Sigmoid())]
    model = nn.Sequential(*layers, nn.Linear(5, 3))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    with bv.record(model, optimizer) as recording:
        F.cross_entropy(model(X), LABELS).backward()
        optimizer.step()
        optimizer.zero_grad()
    assert severities(recording.findings())["vanishing"] == "warning"


def test_steps_of_weights_whose_squares_are_past_float32() -> None:
    net = nn.Linear(2, 2, bias=False)
    with torch.no_grad():
        net.weight.fill_(1e25)
    optimizer = torch.optim.SGD(net.parameters(), lr=3e25)
    with bv.record(net, optimizer) as recording:
        optimizer.zero_grad()
        net(torch.ones(1, 2)).sum().backward()
        optimizer.step()
    (finding,) = (f for f in recording.findings() if f.code == "steps_too_large")
    assert finding.values[0] == pytest.approx(3.0)


def test_what_a_later_backward_may_reach_is_not_said_to_be_missed(net: nn.Sequential) -> None:
    other = nn.Linear(5, 3)
    both = nn.ModuleDict({"net": net, "other": other})
    optimizer = torch.optim.SGD(both.parameters(), lr=0.01)
    with bv.record(both, optimizer) as recording:
        F.cross_entropy(net(X), LABELS).backward()
        between = severities(recording.findings())
        optimizer.step()
    assert between == {}
    assert severities(recording.findings()) == {"never_reached": "warning"}


@pytest.mark.parametrize("inputs", [["2.weight", "2.bias"], ["2.weight"]])
def test_a_backward_of_some_inputs_has_missed_none(net: nn.Sequential, inputs: list[str]) -> None:
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
    with bv.record(net, optimizer) as recording:
        loss = F.cross_entropy(net(X), LABELS)
        loss.backward(inputs=[net.get_parameter(name) for name in inputs])
        optimizer.step()
    assert severities(recording.findings()) == {}


def test_a_run_that_diverges_is_told_of_in_every_iteration() -> None:
    settings = Settings(data="random", loss="mse", lr=2.0, batch_size=1, seed=0)
    trainer = bv.Trainer.from_settings(settings)
    found = []
    for _ in range(4):
        with bv.record(trainer.model, trainer.optimizer) as recorded:
            trainer.iterate()
        found.append({finding.code for finding in recorded.findings()})
    # In the fourth no gradient comes past a layer of ReLUs that are all 0, and the rest moves on.
    too_large = {"steps_too_large"}
    assert found == [set(), too_large, too_large, too_large | {"dead_layer"}]


@pytest.mark.parametrize("units", [4, 16])
def test_a_whole_layer_is_dead_in_a_single_sample_only_if_it_has_many_units(units: int) -> None:
    net = nn.Sequential(nn.Linear(2, units), nn.ReLU(), nn.Linear(units, 1))
    with torch.no_grad():
        net[0].bias.fill_(-10)
    with bv.record(net) as recorded:
        net(torch.ones(1, 2)).sum().backward()
    codes = [finding.code for finding in recorded.findings()]
    assert ("dead_layer" in codes) == (units == 16)


class Pair(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.critic, self.maker = nn.Linear(3, 1), nn.Linear(2, 3)

    def forward(self, noise: Tensor) -> Tensor:
        return self.critic(self.maker(noise).detach())


def test_of_a_network_whose_turn_comes_later_nothing_is_said_yet() -> None:
    """A GAN's generator, which an optimizer owns that has not stepped."""
    torch.manual_seed(0)
    pair = Pair()
    steps = [torch.optim.SGD(net.parameters(), lr=0.1) for net in (pair.critic, pair.maker)]
    with bv.record(pair, steps) as recording:
        pair(torch.ones(4, 2)).square().mean().backward()
        steps[0].step()
        steps[1].zero_grad()
        so_far = recording.findings()
    assert {"never_reached", "cut_off"}.isdisjoint(severities(so_far))


class Beside(nn.Module):
    """What it reads is as large as what a layer has made of it."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Sequential(nn.Linear(5, 5), nn.ReLU())

    def forward(self, x: Tensor) -> Tensor:
        return x + self.inner(x)


def test_an_input_that_is_asked_for_its_gradient_is_no_weight() -> None:
    assert "unregistered" not in found(Beside(), torch.ones(4, 5, requires_grad=True))


def test_tiny_gradients_of_queries_are_none_that_vanish() -> None:
    """Where attention begins, all keys are alike: what the values get counts."""
    torch.manual_seed(3)
    to_query, to_key, to_value, out = (nn.Linear(4, 4) for _ in range(4))
    with torch.no_grad():
        to_key.weight.mul_(1e-6)
        to_key.bias.zero_()
    net = nn.ModuleList([to_query, to_key, to_value, out, nn.Linear(4, 4)])
    x = torch.randn(2, 5, 4)
    with bv.record(net) as made:
        scores = to_query(x) @ to_key(x).transpose(1, 2)
        mixed = scores.softmax(-1) @ to_value(x)
        net[-1](out(mixed)).square().mean().backward()
    grads = [layer.weight.grad.square().mean().sqrt().item() for layer in (to_query, net[-1])]
    assert 0 < grads[0] < 1e-5 * grads[1]
    assert "vanishing" not in severities(made.recording.findings())
