"""What torch takes without a word is found, with its numbers; what is right is not."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from tests.analysis.findings import silent_loops as loops
from tests.analysis.findings.broken_loops import X, iterations, small
from tests.analysis.findings.more_broken_loops import TARGETS, regression
from tests.analysis.findings.silent_loops import LABELS


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(4)


def codes(recording: Recording) -> set[str]:
    return {finding.code for finding in recording.findings()}


def only(recording: Recording, code: str) -> Finding:
    (said,) = (finding for finding in recording.findings() if finding.code == code)
    return said


@pytest.mark.parametrize("clear", [True, False, None])
def test_clipping_before_backward_is_an_event_of_its_own(clear: bool | None) -> None:
    recording = loops.clipped_before_backward(clear)
    said = only(recording, "clipped_before_backward")
    clips = [i for i, e in enumerate(recording.events) if e.op == "clip_grad_norm_"]
    assert (said.event, len(clips)) == (clips[0], 4)
    for event in (recording.events[i] for i in clips):
        before = recording.by_parameter[str(event.parameter)].grad
        if clear is None:  # the gradient of the iteration before, clipped
            assert before is not None
            assert event.inputs[0] is not None
            np.testing.assert_array_equal(event.inputs[0], before)
            assert event.outputs[0] is not None
        else:
            after = event.outputs[0]
            assert after is None if clear else after is not None and not after.any()
    (span,) = (span for span in recording.spans if span.start == clips[0])
    assert span.stop == clips[-1] + 1


def test_clipping_between_backward_and_step_is_where_it_belongs() -> None:
    net = small()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with bv.record(net, optimizer) as recording:
        optimizer.zero_grad()
        F.cross_entropy(net(X), LABELS).backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1e-3)
        optimizer.step()
    assert "clipped_before_backward" not in codes(recording.recording)


@pytest.mark.parametrize("training", [True, False])
def test_a_dropout_that_is_told(training: bool) -> None:
    recording = iterations(loops.FunctionalDropout(training=training))
    assert "dropout_always" not in codes(recording)
    assert "dropout_always" not in codes(iterations(nn.Sequential(nn.Dropout(0.3), *small())))


def test_a_dropout_that_is_told_by_place() -> None:
    class ByPlace(loops.FunctionalDropout):
        def forward(self, x: Tensor) -> Tensor:
            return self.last(
                F.dropout(
                    F.relu(self.first(x)), 0.3, self.training
                )
            )  # fmt: skip

    assert "dropout_always" not in codes(iterations(ByPlace()))


class Asked(loops.FunctionalDropout):
    """As EfficientNets are written: the forward asks for itself whether the model trains."""

    def forward(self, x: Tensor) -> Tensor:
        hidden = F.relu(self.first(x))
        if self.training:
            hidden = F.dropout(hidden, p=0.3)
        return self.last(hidden)


class AskedElsewhere(loops.FunctionalDropout):
    """As drop connect is written: what the forward calls asks, or whoever calls that."""

    def forward(self, x: Tensor) -> Tensor:
        return self.last(dropped(F.relu(self.first(x)), self.training))


def dropped(hidden: Tensor, is_training: bool) -> Tensor:
    return without_some(hidden) if is_training else hidden


def without_some(hidden: Tensor) -> Tensor:
    return F.dropout(hidden, 0.3)


class AskedLater(loops.FunctionalDropout):
    """What is asked after it says nothing of it."""

    def forward(self, x: Tensor) -> Tensor:
        out = self.last(F.dropout(F.relu(self.first(x)), 0.3))
        return out * 2 if self.training else out


@pytest.mark.parametrize(("kind", "found"), [(Asked, 0), (AskedElsewhere, 0), (AskedLater, 1)])
def test_a_dropout_that_runs_only_in_training(
    kind: type[loops.FunctionalDropout], found: int
) -> None:
    said = [one.code for one in iterations(kind()).findings()]
    assert said.count("dropout_always") == found


def test_a_parameter_of_no_elements_wants_no_gradient() -> None:
    class WithDevice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = small()
            self.dummy_param = nn.Parameter(torch.empty(0))

        def forward(self, x: Tensor) -> Tensor:
            return self.layers(x.to(self.dummy_param.device))

    assert "never_reached" not in codes(iterations(WithDevice()))


def _likelihoods(out: Tensor) -> Tensor:
    return F.nll_loss(F.log_softmax(out, 1), LABELS, reduction="none")


@pytest.mark.parametrize(
    ("loss", "code"),
    [
        (lambda out: -0.5 * F.mse_loss(out, torch.zeros(9, 3)), "loss_negated"),
        (lambda out: F.cross_entropy(out, LABELS).neg() / 2, "loss_negated"),
        (lambda out: (F.log_softmax(out, 1) * torch.eye(3)[LABELS]).sum(), "likelihood_minimised"),
        (lambda out: -F.nll_loss(F.log_softmax(out, 1), LABELS), "loss_negated"),
        (lambda out: (-1) * nn.NLLLoss()(nn.LogSoftmax(1)(out), LABELS), "loss_negated"),
        (lambda out: -F.nll_loss(out.softmax(1).log(), LABELS), "loss_negated"),
        (lambda out: -nn.BCELoss()(out.sigmoid(), torch.ones(9, 3)), "loss_negated"),
        (lambda out: 0.5 * F.cross_entropy(out, LABELS), None),
        (lambda out: F.nll_loss(F.log_softmax(out, 1), LABELS), None),
        (lambda out: -F.nll_loss(-F.log_softmax(out, 1), LABELS), None),
        (lambda out: -F.nll_loss(out, LABELS), None),
        # A policy's gradient, where all actions were bad.
        (lambda out: (_likelihoods(out) * -X[:, :1].abs().squeeze(1)).mean(), None),
        # Worth below 0 as a number of Python's, and as a tensor.
        (lambda out: F.cross_entropy(out, LABELS) * -1.37, None),
        (lambda out: -F.cross_entropy(out, LABELS) * 0.8125, None),
        (lambda out: F.nll_loss(F.log_softmax(out, 1), LABELS) * X[:1, 3].abs().neg().item(), None),
        (lambda out: F.log_softmax(out, 1)[0, LABELS[0]] * 1.37, None),
        (lambda out: F.log_softmax(out, 1)[0, LABELS[0]] * torch.tensor(1.0), None),
        # Of one decision, worth exactly -1.
        (lambda out: -F.log_softmax(out, 1)[0, LABELS[0]] * -1.0, None),
        (lambda out: F.cross_entropy(out[:1], LABELS[:1]) * -1, None),
        (lambda out: -F.cross_entropy(out[:1], LABELS[:1]), "loss_negated"),
        # Of several decisions, whose episode was worth -1.0; a sign is written as one.
        (lambda out: F.cross_entropy(out, LABELS) * -1.0, None),
        (lambda out: -1.0 * F.nll_loss(F.log_softmax(out, 1), LABELS), None),
        (lambda out: F.mse_loss(out, torch.zeros(9, 3)) * -1.0, "loss_negated"),
        (lambda out: F.cross_entropy(out, LABELS) * -1, "loss_negated"),
        (lambda out: -F.cross_entropy(out, out.softmax(1).multinomial(1)[:, 0]), None),
        (lambda out: -F.cross_entropy(out, LABELS) / 3.75, "loss_negated"),
        (lambda out: -F.log_softmax(out, 1)[torch.arange(9), LABELS].mean(), None),
        (lambda out: -F.logsigmoid(out).mean(), None),
        # A policy's gradient: the advantage has any sign.
        (lambda out: (F.log_softmax(out, 1)[:, 0] * X[:, 0]).mean(), None),
        # The entropy is made large on purpose.
        (lambda out: (out.softmax(1) * out.log_softmax(1)).sum(1).mean(), None),
        (lambda out: 1 - F.cosine_similarity(out, torch.ones(9, 3)).mean(), None),
    ],
)
def test_the_sign_of_a_loss(loss: Callable[[Tensor], Tensor], code: str | None) -> None:
    found = codes(iterations(small(), loss=loss)) & {"loss_negated", "likelihood_minimised"}
    assert found == ({code} if code else set())


def test_one_of_two_optimizers_may_maximise() -> None:
    net = small()
    first, last = (torch.optim.SGD(net[i].parameters(), lr=0.1) for i in (0, 2))
    with bv.record(net, [first, last]) as recording:
        for optimizer, sign in ((first, 1), (last, -1)):
            optimizer.zero_grad()
            (sign * F.cross_entropy(net(X), LABELS)).backward()
            optimizer.step()
    assert only(recording.recording, "loss_negated").severity == "hint"


@pytest.mark.parametrize(
    ("last", "targets", "found"),
    [
        (nn.ReLU(), TARGETS, True),
        (nn.ReLU(), TARGETS.abs(), False),
        (nn.Sigmoid(), TARGETS.abs() * 3, True),
        (nn.Sigmoid(), TARGETS.sigmoid(), False),
        (nn.Tanh(), TARGETS * 3, True),
        (nn.Tanh(), TARGETS / 10, False),
        (nn.Softplus(), TARGETS, True),
        (nn.Identity(), TARGETS, False),
    ],
)
def test_targets_that_the_last_activation_reaches(
    last: nn.Module, targets: Tensor, found: bool
) -> None:
    net = nn.Sequential(*regression(), last)
    recording = iterations(net, loss=lambda out: F.mse_loss(out.flatten(), targets))
    assert ("targets_out_of_reach" in codes(recording)) == found
    if found:
        said = only(recording, "targets_out_of_reach")
        low, high = said.values[3:]
        outside = [not low <= target <= high for target in targets.tolist()]
        assert said.values[2] == round(100 * sum(outside) / len(outside))


def test_targets_that_are_probabilities() -> None:
    target = torch.full((9, 3), 1 / 3)
    for loss in (
        lambda out: F.cross_entropy(out, target),
        lambda out: F.binary_cross_entropy_with_logits(out, target),
        lambda out: F.kl_div(out.log_softmax(1), target, reduction="batchmean"),
    ):
        assert not {one for one in codes(iterations(small(), loss=loss)) if "probabilit" in one}


def test_a_block_that_is_used_twice_under_one_name() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.block, self.last = nn.Linear(5, 5), nn.Linear(5, 3)
            self.activations = nn.ModuleList([nn.Tanh()] * 2)  # no weights to share

        def forward(self, x: Tensor) -> Tensor:
            for activation in self.activations:
                x = activation(self.block(x))
            return self.last(x)

    assert "shared_layer" not in codes(iterations(Twice()))


def test_a_shared_layer_has_its_names_in_a_file_too(tmp_path: object) -> None:
    recording = loops.shared_layer()
    assert only(recording, "shared_layer").values == ("0", "1, 2", 3)
    path = f"{tmp_path}/shared.bprec"
    recording.save(path)
    assert only(bv.load(path)[0], "shared_layer").values == ("0", "1, 2", 3)


def test_gradients_that_the_loop_takes_itself_are_no_missing_ones() -> None:
    """As in MAML: an inner step by ``torch.autograd.grad``, looked at before the outer backward."""
    net = small()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with bv.record(net, optimizer) as recording:
        optimizer.zero_grad()
        fast = dict(net.named_parameters())
        inner = F.cross_entropy(torch.func.functional_call(net, fast, (X,)), LABELS)
        grads = torch.autograd.grad(inner, list(fast.values()), create_graph=True)
        fast = {
            name: old - 0.1 * grad for (name, old), grad in zip(fast.items(), grads, strict=True)
        }
        half_way = recording.findings()
        F.cross_entropy(torch.func.functional_call(net, fast, (X,)), LABELS).backward()
        optimizer.step()
    assert [finding.code for finding in half_way] == []
    assert [finding.code for finding in recording.findings()] == []


def test_half_way_nothing_is_said_of_an_optimizer_that_has_not_stepped_yet() -> None:
    """As in a GAN, or after an exception: the second optimizer's turn is still to come."""
    first, last = nn.Linear(5, 4), nn.Linear(4, 3)
    net = nn.Sequential(first, nn.Tanh(), last)
    optimizers = [torch.optim.SGD(part.parameters(), lr=0.1) for part in (first, last)]
    with bv.record(net, optimizers) as recording:
        for optimizer in optimizers:
            optimizer.zero_grad()
        F.cross_entropy(net(X), LABELS).backward()
        optimizers[0].step()
        net.eval()  # nothing of torch's: the recording is as the step has left it
        half_way = recording.findings()
        groups = [group.parameters for group in recording.groups]
        optimizers[1].step()
    assert half_way == ()
    assert groups == [("0.weight", "0.bias"), ("2.weight", "2.bias")]


def test_a_nan_that_where_hides_is_shown_where_it_arose() -> None:
    recording = loops.not_finite_hidden()
    said = only(recording, "not_finite_hidden")
    event = recording.events[said.event or 0]
    assert (event.op, said.values) == ("sqrt", ("NaN", "sqrt"))
    assert np.isfinite(event.inputs[0]).all()
    assert np.isnan(event.outputs[0]).any()
    assert np.isfinite(recording.loss)


def test_where_a_mask_leaves_nothing_its_inf_is_not_blamed() -> None:
    recording = loops.masked_whole()
    said = only(recording, "masked_whole")
    event = recording.events[said.event or 0]
    assert (event.op, said.values) == ("softmax", ("softmax", "2"))
    assert np.isnan(event.outputs[0]).all(axis=-1).sum() == 2
    assert "not_finite" not in {found.code for found in recording.findings()}
