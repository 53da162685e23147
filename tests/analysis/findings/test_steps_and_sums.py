"""What is added up, frozen, clipped or stepped wrongly is said with its line; the like is not."""

import inspect
from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from tests.analysis.findings import loops_of_steps as loops
from tests.analysis.findings.broken_loops import X, iterations, small
from tests.analysis.findings.loops_of_steps import LABELS, recorded
from tests.analysis.findings.more_broken_loops import TARGETS, regression

Step = Callable[[nn.Module, torch.optim.Optimizer], object]


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(4)


def codes(recording: Recording) -> set[str]:
    return {finding.code for finding in recording.findings()}


def only(recording: Recording, code: str) -> Finding:
    (found,) = (finding for finding in recording.findings() if finding.code == code)
    return found


def line_of(recording: Recording, said: Finding) -> str:
    """The source of the line where the evidence is."""
    place = recording.events[said.event or 0].place
    assert place is not None
    source, first = inspect.getsourcelines(loops)
    return source[place[1] - max(first, 1)].strip()


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("clipped_after_step", "nn.utils.clip_grad_norm_(net.parameters(), 0.1)"),
        ("counted_twice", "(loss + 0.1 * out.square().mean()).backward()"),
        ("detached_term", "size = sum(p.data.square().sum() for p in net.parameters())"),
        ("frozen_moved", "optimizer.step()"),
        ("gradients_pile_up", "(loss / divided if divided > 1 else loss).backward()"),
        ("loss_left_out", "loss = F.cross_entropy(net(X), LABELS)"),
        ("losses_kept", "loss = F.cross_entropy(net(X), LABELS)"),
        ("reductions_mixed", 'F.mse_loss(net(X).squeeze(1), TARGETS, reduction="sum").backward()'),
        ("schedule_ahead", "optimizer.step()"),
        ("stepped_scaled", "optimizer.step()"),
        ("term_as_number", "size = out.square().mean()"),
        ("tie_broken", "return self.last(self.embed(tokens))"),
    ],
)
def test_it_is_shown_by_its_line(code: str, line: str) -> None:
    recording = loops.LOOPS_OF_STEPS[code]()
    assert line_of(recording, only(recording, code)) == line


def test_gradients_that_are_added_up_for_a_step_are_meant() -> None:
    piled = loops.gradients_pile_up()
    assert only(piled, "gradients_pile_up").values == (32,)
    for meant in (loops.gradients_pile_up(times=31), loops.gradients_pile_up(divided=32)):
        assert "gradients_pile_up" not in {finding.code for finding in meant.findings()}


def test_a_loss_counted_twice_has_twice_the_gradient() -> None:
    """What the finding says, of the plain loop."""
    grads = []
    for times in (1, 2):
        torch.manual_seed(4)
        net = small()
        loss = F.cross_entropy(net(X), LABELS)
        if times == 2:
            loss.backward(retain_graph=True)
        loss.backward()
        grads.append(net[0].weight.grad)
    assert torch.equal(2 * grads[0], grads[1])
    torch.manual_seed(4)
    assert only(loops.counted_twice(), "counted_twice").values == ("NllLossBackward0",)


def apart(net: nn.Module, optimizer: torch.optim.Optimizer) -> None:
    """Two losses of one graph, neither a part of the other."""
    out = net(X)
    F.cross_entropy(out, LABELS).backward(retain_graph=True)
    out.square().mean().backward()
    optimizer.step()


def again(net: nn.Module, optimizer: torch.optim.Optimizer) -> None:
    """The gradient of the first backward is thrown away."""
    loss = F.cross_entropy(net(X), LABELS)
    loss.backward(retain_graph=True)
    optimizer.zero_grad()
    (loss + 0.1 * net(X).square().mean()).backward()
    optimizer.step()


def penalty(net: nn.Module, optimizer: torch.optim.Optimizer) -> None:
    """torch.autograd.grad adds to no ``.grad``."""
    loss = F.cross_entropy(net(X), LABELS)
    grads = torch.autograd.grad(loss, list(net.parameters()), create_graph=True)
    (loss + 0.1 * sum(grad.square().sum() for grad in grads)).backward()
    optimizer.step()


@pytest.mark.parametrize("step", [apart, again, penalty])
def test_what_is_counted_once(step: Step) -> None:
    assert "counted_twice" not in codes(recorded(step))


def test_the_size_of_the_steps_of_a_summed_loss() -> None:
    recording = loops.loss_summed()
    said = only(recording, "loss_summed")
    assert said.values[:2] == ("sum", 900)
    assert recording.events[said.event or 0].op == "sum"
    torch.manual_seed(4)
    net = regression()
    (net(X.repeat(100, 1)) - 1).square().sum().backward()
    ratios = [
        float((0.1 * w.grad).norm() / w.detach().norm()) for w in (net[0].weight, net[2].weight)
    ]
    assert said.values[2] == pytest.approx(np.median(ratios), rel=1e-4)
    assert "steps_too_large" not in codes(recording)


@pytest.mark.parametrize(
    "loss",
    [
        lambda out: (out - 1).square().mean(),
        lambda out: (out - 1).square().sum() / len(out),
        lambda out: F.mse_loss(out, torch.ones_like(out)),
    ],
)
def test_a_mean_with_a_rate_too_large_is_no_sum(loss: Callable[[Tensor], Tensor]) -> None:
    found = codes(iterations(regression(), X.repeat(100, 1), lr=100.0, loss=loss))
    assert ("steps_too_large" in found, "loss_summed" in found) == (True, False)


def test_a_sum_with_a_rate_made_for_it_is_no_mistake() -> None:
    loss = lambda out: (out - 1).square().sum()  # noqa: E731
    recording = iterations(regression(), X.repeat(100, 1), lr=1e-5, loss=loss)
    assert "loss_summed" not in codes(recording)


def test_moves_whose_length_is_searched_for_are_not_too_large() -> None:
    """Small weights and a loss that falls: the step that was found is larger than the weights."""
    net, x = regression(), torch.linspace(-1, 1, 20)[:, None].repeat(1, X.shape[1])
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.mul_(0.1)
    before = net[0].weight.detach().clone()
    optimizer = torch.optim.LBFGS(net.parameters(), max_iter=6, line_search_fn="strong_wolfe")
    losses = []

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = F.mse_loss(net(x), torch.sin(3 * x[:, :1]))
        loss.backward()
        losses.append(loss.item())
        return loss

    with bv.record(net, optimizer) as recorded:
        optimizer.step(closure)
    assert losses[-1] < losses[0]
    assert (net[0].weight - before).norm() > before.norm()
    assert "steps_too_large" not in codes(recorded.recording)


def test_rows_of_a_table_that_the_batch_moves() -> None:
    """A table of many rows of which few are read: those are moved far, the whole is not."""
    net = nn.Sequential(nn.Embedding(10_000, 4), nn.Linear(4, 1))
    words = torch.arange(40)

    def step(net: nn.Module, optimizer: torch.optim.Optimizer) -> None:
        (net(words) - 1).square().sum().backward()
        optimizer.step()

    before = net[0].weight.detach().clone()
    said = only(recorded(step, net, lr=2.0), "loss_summed")
    moved = net[0].weight.detach() - before
    assert float(moved.norm() / before.norm()) < 0.5
    rows = float(moved[words].norm() / before[words].norm())
    assert rows > 1
    assert said.values[0] == "sum"


def divided(net: nn.Module, optimizer: torch.optim.Optimizer) -> None:
    F.mse_loss(net(X).squeeze(1), TARGETS).backward()
    (F.mse_loss(net(X).squeeze(1), TARGETS, reduction="sum") / len(X)).backward()
    optimizer.step()


def one_by_one(net: nn.Module, optimizer: torch.optim.Optimizer) -> None:
    F.mse_loss(net(X).squeeze(1), TARGETS).backward()
    optimizer.step()
    optimizer.zero_grad()
    F.mse_loss(net(X).squeeze(1), TARGETS, reduction="sum").backward()
    optimizer.step()


@pytest.mark.parametrize("step", [divided, one_by_one])
def test_reductions_that_are_not_mixed(step: Step) -> None:
    assert "reductions_mixed" not in codes(recorded(step, regression(), lr=1e-3))


def test_clipping_after_the_step_of_the_iteration_before() -> None:
    """A loop that is watched has it at the beginning of the next iteration."""
    net = small()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    F.cross_entropy(net(X), LABELS).backward()
    with bv.record(net, optimizer) as made:
        nn.utils.clip_grad_norm_(net.parameters(), 0.1)
        optimizer.zero_grad()
        F.cross_entropy(net(X), LABELS).backward()
        optimizer.step()
    assert "clipped_after_step" in codes(made.recording)


def test_clipping_of_accumulated_gradients_at_the_beginning() -> None:
    """Nothing has thrown them away: the step uses what was clipped."""
    net = small()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    F.cross_entropy(net(X), LABELS).backward()
    with bv.record(net, optimizer) as made:
        nn.utils.clip_grad_norm_(net.parameters(), 0.1)
        F.cross_entropy(net(X), LABELS).backward()
        optimizer.step()
    assert "clipped_after_step" not in codes(made.recording)


def test_a_scaler_that_steps_unscales() -> None:
    scaler = torch.amp.GradScaler("cpu")

    def step(net: nn.Module, optimizer: torch.optim.Optimizer) -> None:
        scaler.scale(F.cross_entropy(net(X), LABELS)).backward()
        scaler.step(optimizer)
        scaler.update()

    assert "stepped_scaled" not in codes(recorded(step))


def test_a_frozen_parameter_that_stays() -> None:
    net = small()
    net[0].requires_grad_(False)

    def step(net: nn.Module, optimizer: torch.optim.Optimizer) -> None:
        F.cross_entropy(net(X), LABELS).backward()
        optimizer.step()

    assert recorded(step, net).findings() == ()


def test_a_searched_for_input_of_a_frozen_model() -> None:
    net, x = small().requires_grad_(False), X.clone().requires_grad_()
    optimizer = torch.optim.SGD([x], lr=0.1)
    with bv.record(net, optimizer) as made:
        optimizer.zero_grad()
        F.cross_entropy(net(x), LABELS).backward()
        optimizer.step()
    assert made.recording.findings() == ()


def test_losses_of_several_lines_are_not_accumulated() -> None:
    def step(net: nn.Module, optimizer: torch.optim.Optimizer) -> None:
        F.cross_entropy(net(X), LABELS).backward()
        F.cross_entropy(net(-X), LABELS).backward()
        optimizer.step()

    assert "undivided" not in codes(recorded(step))


def test_units_of_a_relu_in_the_loss_are_of_no_layer() -> None:
    recording = iterations(small(), loss=lambda out: F.relu(out - 9).square().sum() + out.mean())
    assert only(recording, "dead_layer").values == ("relu", 3, 3)


@pytest.mark.parametrize("how", ["caught", "skipped"])
@pytest.mark.filterwarnings("ignore:Anomaly Detection", "ignore:Error detected in")
def test_a_nan_of_a_masked_root_that_the_loop_lives_with(how: str) -> None:
    """The comparison that makes the mask cuts nothing."""

    def step(net: nn.Module, optimizer: torch.optim.Optimizer) -> None:
        out = net(X)
        apart = (out[:, None] - out[None]).square().sum(2)
        loss = torch.where(apart == 0, 0.0, apart.sqrt()).mean()
        if how == "skipped":
            loss.backward()
            assert net[0].weight.grad.isnan().any()
            optimizer.zero_grad()
            return
        with (
            pytest.raises(RuntimeError, match=r"SqrtBackward0.*nan"),
            torch.autograd.detect_anomaly(check_nan=True),
        ):
            loss.backward()
        optimizer.step()

    said = recorded(step).findings()
    assert [(f.code, f.values) for f in said] == [("not_finite_gradient", ("NaN", "SqrtBackward0"))]


def test_weights_drawn_as_almost_nothing_that_a_loop_moves_itself() -> None:
    """As books begin: of N(0, 0.01²), whose first steps are far larger than the weights are."""
    torch.manual_seed(0)
    x, w = torch.randn(32, 2), torch.normal(0, 0.01, (2, 1), requires_grad=True)
    with bv.record([w]) as recorded:
        loss = (x @ w - x @ torch.tensor([[2.0], [-3.4]])).square().mean()
        before = w.detach().clone()
        loss.backward()
        assert w.grad is not None
        with torch.no_grad():
            w -= 0.03 * w.grad
    assert (w - before).norm() > before.norm()
    assert "steps_too_large" not in codes(recorded.recording)
