"""The mistakes that are asked about most are found, with their numbers as evidence."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from tests.analysis.findings import more_broken_loops as loops
from tests.analysis.findings.broken_loops import X, iterations, small

LABELS = torch.arange(9) % 3


def only(recording: Recording, code: str) -> Finding:
    (said,) = (finding for finding in recording.findings() if finding.code == code)
    return said


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(4)


def nodes(said: Finding, recording: Recording) -> str:
    assert said.event is not None
    return recording.events[said.event].op


@pytest.mark.parametrize("loss", [F.mse_loss, F.l1_loss, F.smooth_l1_loss, F.huber_loss])
@pytest.mark.filterwarnings("ignore:Using a target size")
def test_outputs_of_one_column_with_targets_of_none(loss: Callable[..., Tensor]) -> None:
    net = loops.regression()
    said = only(iterations(net, loss=lambda out: loss(out, loops.TARGETS)), "broadcast_loss")
    assert (said.values[1:], said.severity) == (("(9, 1)", "(9,)"), "warning")
    right = iterations(net, loss=lambda out: loss(out.squeeze(1), loops.TARGETS))
    assert "broadcast_loss" not in {finding.code for finding in right.findings()}


def test_what_the_probabilities_add_up_to() -> None:
    net = small()
    recording = iterations(net, lr=0.0, loss=lambda out: F.nll_loss(out, LABELS))
    sums = net(X).detach().double().exp().sum(1)
    # The median of nine is one of them.
    said = only(recording, "not_log_probabilities")
    assert said.values == (pytest.approx(float(sums.median()), rel=1e-6),)


def test_a_softmax_before_nll_loss_is_to_be_replaced_not_followed_by_another() -> None:
    net = nn.Sequential(*small(), nn.Softmax(1))
    recording = iterations(net, loss=lambda out: F.nll_loss(out, LABELS))
    said = only(recording, "softmax_without_log")
    assert nodes(said, recording) == "softmax"
    assert "Replace softmax by log_softmax" in str(said)
    codes = {finding.code for finding in recording.findings()}
    assert codes.isdisjoint({"not_log_probabilities", "squashed_twice"})


def test_a_log_softmax_of_another_axis_is_not_missing() -> None:
    net = nn.Sequential(*small(), nn.LogSoftmax(0))
    recording = iterations(net, loss=lambda out: F.nll_loss(out, LABELS))
    codes = {finding.code for finding in recording.findings()}
    assert "softmax_over_batch" in codes
    assert "not_log_probabilities" not in codes


@pytest.mark.parametrize(("dim", "found"), [(0, True), (-2, True), (1, False), (-1, False)])
def test_the_axis_of_a_softmax(dim: int, found: bool) -> None:
    def loss(out: Tensor) -> Tensor:
        return -out.softmax(dim).log()[torch.arange(9), LABELS].mean()

    recording = iterations(small(), loss=loss)
    codes = {finding.code for finding in recording.findings()}
    assert ("softmax_over_batch" in codes) == found


def test_a_linear_step_of_the_networks_own_is_named_by_its_weight() -> None:
    class Head(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.head = nn.Linear(5, 8), nn.Parameter(torch.ones(3, 8))

        def forward(self, x: Tensor) -> Tensor:
            return F.linear(self.first(x), self.head)

    assert only(iterations(Head()), "no_activation").values == ("first", "head")


def test_a_softmax_over_the_samples_that_is_meant() -> None:
    def of_pairs(out: Tensor) -> Tensor:
        scores = out @ out.detach().T
        return -(scores.log_softmax(0) + scores.log_softmax(1)).diagonal().mean()

    def of_a_set(out: Tensor) -> Tensor:
        return (out[:, :1].softmax(0) * out).sum(0).square().sum()

    for loss in (of_pairs, of_a_set):
        codes = {finding.code for finding in iterations(small(), loss=loss).findings()}
        assert "softmax_over_batch" not in codes


@pytest.mark.parametrize(("squash", "name"), [(nn.ReLU(), "relu"), (nn.Tanh(), "tanh")])
def test_scores_that_cannot_be_any_number(squash: nn.Module, name: str) -> None:
    recording = iterations(nn.Sequential(*small(), squash))
    assert only(recording, "squashed_twice").values == (name, "cross_entropy")


def test_a_nan_that_arises_on_the_way_back() -> None:
    def loss(out: Tensor) -> Tensor:
        nothing = out * 0
        return torch.where(nothing > 0, nothing.sqrt(), out).sum()

    recording = iterations(small(), lr=0.0, loss=loss)
    said = only(recording, "not_finite_gradient")
    assert (said.values, said.severity) == (("NaN", "SqrtBackward0"), "error")
    event = recording.events[said.event or 0]
    assert np.isfinite(event.inputs[0]).all()
    assert np.isnan(event.outputs[0]).all()


def test_an_update_that_overflows() -> None:
    recording = loops.not_finite_update()
    said = only(recording, "not_finite_update")
    event = recording.events[said.event or 0]
    assert (said.values, event.parameter) == (("Inf", "0.weight"), "0.weight")
    assert np.isinf(event.outputs[0]).any()
    assert all(np.isfinite(array).all() for array in event.inputs)


@pytest.mark.parametrize(
    ("step", "name"),
    [(torch.round, "round"), (torch.sign, "sign"), (torch.floor, "floor"), (torch.ceil, "ceil")],
)
def test_a_step_before_which_nothing_learns(step: Callable[[Tensor], Tensor], name: str) -> None:
    recording = iterations(small(), loss=lambda out: (step(out * 3) - 1).square().mean())
    said = only(recording, "step_function")
    assert said.values == (name,)
    assert nodes(said, recording).lower().startswith(name)


def cut(how: Callable[[Tensor], Tensor]) -> Recording:
    class Cut(loops.CutInside):
        def forward(self, x: Tensor) -> Tensor:
            return self.last(how(self.first(x)))

    return iterations(Cut())


@pytest.mark.parametrize(
    ("how", "call"),
    [
        (lambda h: h.detach(), "detach"),
        (lambda h: h.data, "data"),
        (lambda h: torch.tensor(h.tolist()), ".tolist()"),
        (lambda h: torch.from_numpy(h.detach().numpy()), "detach().numpy()"),
    ],
)
def test_what_cuts_the_graph_is_named_with_its_line(
    how: Callable[[Tensor], Tensor], call: str
) -> None:
    said = only(cut(how), "cut_off")
    line = how.__code__.co_firstlineno
    assert said.values == (call, f"test_common_mistakes.py:{line}", 2)
    assert (said.parameter, said.severity) == ("first.weight", "warning")


def test_a_loss_made_of_a_number() -> None:
    def loss(out: Tensor) -> Tensor:
        return torch.tensor(F.cross_entropy(out, LABELS).item(), requires_grad=True)

    said = only(iterations(small(), loss=loss), "cut_off")
    assert (said.values[0], said.values[2], said.severity) == (".item()", 4, "error")


def test_a_prediction_made_a_start_of_its_own() -> None:
    recording = iterations(
        small(), loss=lambda out: F.cross_entropy(out.data.requires_grad_(), LABELS)
    )
    said = only(recording, "cut_off")
    assert (said.values[0], said.severity) == ("data", "error")


def test_an_optimizer_of_another_model() -> None:
    assert only(loops.nothing_updated(), "nothing_updated").values == (4,)


def test_a_recurrent_layer_with_batch_first_is_not_in_question() -> None:
    recording = iterations(loops.Sequence(batch_first=True), torch.randn(9, 4, 5))
    assert "batch_taken_for_time" not in {finding.code for finding in recording.findings()}


def test_how_much_clipping_leaves() -> None:
    recording = loops.clipped_away()
    clips = [event for event in recording.events if event.op == "clip_grad_norm_"]
    norms = [
        np.sqrt(sum(np.square(arrays[0], dtype=np.float64).sum() for arrays in sides))
        for sides in ([e.inputs for e in clips], [e.outputs for e in clips])
    ]
    assert only(recording, "clipped_away").values[1] == pytest.approx(norms[1] / norms[0])


def test_gradients_that_are_clipped_after_unscale_are_not_in_question() -> None:
    net = small()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    scaler = torch.amp.GradScaler("cpu")
    with bv.record(net, optimizer) as recording:
        optimizer.zero_grad()
        scaler.scale(F.cross_entropy(net(X), LABELS)).backward()
        scaler.unscale_(optimizer)
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        scaler.step(optimizer)
        scaler.update()
    assert "clipped_scaled" not in {finding.code for finding in recording.findings()}


def test_the_range_of_the_inputs() -> None:
    said = only(loops.large_inputs(), "large_inputs")
    given = ((X + 1) * 127.5).double()
    low, high, size = said.values
    assert (low, high) == (float(given.min()), float(given.max()))
    assert size == pytest.approx(float(given.square().mean().sqrt()), rel=1e-6)


def test_a_batch_norm_takes_inputs_of_any_size() -> None:
    net = nn.Sequential(nn.BatchNorm1d(5), *small())
    recording = iterations(net, (X + 1) * 127.5)
    assert "large_inputs" not in {finding.code for finding in recording.findings()}


def test_what_torch_raised_is_shown_at_the_change() -> None:
    recording = loops.raised()
    said = only(recording, "raised")
    assert (said.values[0], nodes(said, recording)) == ("RuntimeError", "relu")
    assert "Changed at more_broken_loops.py:" in str(recording.error)
