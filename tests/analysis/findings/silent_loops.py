"""Training loops with mistakes that torch takes without a word; one for each finding."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.recording.iteration import Recording
from tests.analysis.findings.broken_loops import X, iterations, small
from tests.analysis.findings.more_broken_loops import TARGETS, regression

LABELS = torch.arange(9) % 3


def clipped_before_backward(clear: bool | None = True) -> Recording:
    """``clear``: whether zero_grad sets to None; None leaves it out."""
    net = small()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for _ in range(2):
        with bv.record(net, optimizer) as recording:
            if clear is not None:
                optimizer.zero_grad(set_to_none=clear)
            loss = F.cross_entropy(net(X), LABELS)
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            loss.backward()
            optimizer.step()
    return recording.recording


class FunctionalDropout(nn.Module):
    def __init__(self, **options: bool) -> None:
        super().__init__()
        self.first, self.last, self.options = nn.Linear(5, 6), nn.Linear(6, 3), options

    def forward(self, x: Tensor) -> Tensor:
        if self.options:
            return self.last(F.dropout(F.relu(self.first(x)), 0.3, **self.options))
        return self.last(F.dropout(F.relu(self.first(x)), 0.3))


def dropout_always() -> Recording:
    return iterations(FunctionalDropout())


def likelihood_minimised() -> Recording:
    def loss(out: Tensor) -> Tensor:
        return F.log_softmax(out, 1).gather(1, LABELS[:, None]).mean()

    return iterations(small(), loss=loss)


def all_ignored() -> Recording:
    return iterations(small(), loss=lambda out: F.cross_entropy(out, torch.full((9,), -100)))


def loss_negated() -> Recording:
    return iterations(small(), loss=lambda out: -F.cross_entropy(out, LABELS))


def masked_whole() -> Recording:
    """Attention in which two of the samples have no place that they may look at."""
    masked = torch.arange(len(LABELS))[:, None] < 2

    def loss(out: Tensor) -> Tensor:
        return out.masked_fill(masked, -torch.inf).softmax(-1)[:, 0].sum()

    return iterations(small(), loss=loss)


def not_finite_hidden() -> Recording:
    def loss(out: Tensor) -> Tensor:
        roots = torch.sqrt(out - out.detach().mean())
        return torch.where(roots.isnan(), torch.zeros_like(roots), roots).sum()

    return iterations(small(), lr=0.0, loss=loss)


def parameter_not_finite() -> Recording:
    net = small()
    with torch.no_grad():
        net[2].weight[0] = torch.nan
    return iterations(net, lr=0.0, loss=lambda out: out.nan_to_num().square().sum())


def probabilities_in_kl_div() -> Recording:
    target = torch.full((9, 3), 1 / 3)

    def loss(out: Tensor) -> Tensor:
        return F.kl_div(out.softmax(1), target, reduction="batchmean")

    return iterations(small(), loss=loss)


def running_stats_stand_still() -> Recording:
    norm = nn.BatchNorm1d(6, momentum=0.0)
    return iterations(nn.Sequential(nn.Linear(5, 6), norm, nn.ReLU(), nn.Linear(6, 3)))


def shared_layer() -> Recording:
    block = nn.Sequential(nn.Linear(5, 5), nn.Tanh())
    return iterations(nn.Sequential(*[block] * 3, nn.Linear(5, 3)))


def targets_no_probabilities() -> Recording:
    several = (X[:, :3] > 0).float() + torch.eye(3)[LABELS]
    return iterations(small(), loss=lambda out: F.cross_entropy(out, several.clamp(max=1) * 2))


def targets_not_yes_or_no() -> Recording:
    signs = torch.eye(3)[LABELS] * 2 - 1
    return iterations(small(), loss=lambda out: F.binary_cross_entropy_with_logits(out, signs))


def targets_out_of_reach() -> Recording:
    net = nn.Sequential(*regression(), nn.ReLU())
    return iterations(net, loss=lambda out: F.mse_loss(out.squeeze(1), TARGETS))


def validated(
    net: nn.Module, *, evaluates: bool = False, counts: list[int] | None = None
) -> list[Recording]:
    """Three iterations, each with a validation, which adds to ``counts`` what was correct."""
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "run.bprec"
        with bv.watch(net, optimizer, to=path):
            for _ in range(3):
                net.train()
                optimizer.zero_grad()
                F.cross_entropy(net(X), LABELS).backward()
                optimizer.step()
                net.train(not evaluates)
                with torch.no_grad():
                    correct = (net(X).argmax(1) == LABELS).sum()
                if counts is not None:
                    counts.append(int(correct))
        with bv.load(path) as loaded:
            return list(loaded)


def validated_in_training() -> Recording:
    return validated(nn.Sequential(nn.Linear(5, 6), nn.Dropout(0.5), nn.Linear(6, 3)))[-1]


SILENT_LOOPS: dict[str, Callable[[], Recording]] = {
    loop.__name__: loop
    for loop in (
        all_ignored,
        clipped_before_backward,
        dropout_always,
        likelihood_minimised,
        loss_negated,
        masked_whole,
        not_finite_hidden,
        parameter_not_finite,
        probabilities_in_kl_div,
        running_stats_stand_still,
        shared_layer,
        targets_no_probabilities,
        targets_not_yes_or_no,
        targets_out_of_reach,
        validated_in_training,
    )
}
