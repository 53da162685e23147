"""Training loops with mistakes that are asked about most; one for each finding."""

import copy
from collections.abc import Callable
from contextlib import suppress

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.recording.iteration import Recording
from tests.analysis.findings.broken_loops import X, iterations, small

TARGETS = X[:, 0] * 2 + 1


def regression() -> nn.Sequential:
    return nn.Sequential(nn.Linear(5, 6), nn.Tanh(), nn.Linear(6, 1))


class Sequence(nn.Module):
    """Classifies sequences (N, T, 5) by the last step."""

    def __init__(self, *, batch_first: bool) -> None:
        super().__init__()
        self.cell, self.last = nn.LSTM(5, 4, batch_first=batch_first), nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.cell(x)[0][:, -1])


def batch_taken_for_time() -> Recording:
    return iterations(Sequence(batch_first=False), torch.randn(9, 4, 5))


def broadcast_loss() -> Recording:
    return iterations(regression(), loss=lambda out: (out - TARGETS).pow(2).mean())


def cleared_before_step() -> Recording:
    net = small()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with bv.record(net, optimizer) as recording:
        F.cross_entropy(net(X), torch.arange(9) % 3).backward()
        optimizer.zero_grad()
        optimizer.step()
    return recording.recording


def clipped(scaled: bool, most: float) -> Recording:
    net = small()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    scaler = torch.amp.GradScaler("cpu", enabled=scaled)
    with bv.record(net, optimizer) as recording:
        optimizer.zero_grad()
        scaler.scale(F.cross_entropy(net(X), torch.arange(9) % 3)).backward()
        nn.utils.clip_grad_norm_(net.parameters(), most)
        scaler.step(optimizer)
        scaler.update()
    return recording.recording


def clipped_away() -> Recording:
    return clipped(False, 1e-9)


def clipped_scaled() -> Recording:
    return clipped(True, 1.0)


class CutInside(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Linear(5, 4), nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(torch.from_numpy(self.first(x).detach().numpy()))


def cut_off() -> Recording:
    return iterations(CutInside())


def dropout_in_eval() -> Recording:
    return iterations(nn.Sequential(nn.Linear(5, 6), nn.Dropout(), nn.Linear(6, 3)).eval())


def equal_units() -> Recording:
    net = small()
    for parameter in net.parameters():
        nn.init.constant_(parameter, 0.1)
    return iterations(net)


def large_inputs() -> Recording:
    return iterations(small(), (X + 1) * 127.5, lr=1e-3)


def never_stepped() -> Recording:
    net = small()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with bv.record(net, optimizer) as recording:
        for _ in range(3):
            optimizer.zero_grad()
            F.cross_entropy(net(X), torch.arange(9) % 3).backward()
        optimizer.zero_grad()
    return recording.recording


def no_activation() -> Recording:
    return iterations(nn.Sequential(nn.Linear(5, 6), nn.Linear(6, 3)))


def not_finite_gradient() -> Recording:
    def loss(out: Tensor) -> Tensor:
        return torch.sqrt((out - out.detach()).square().sum(1)).sum()

    return iterations(small(), lr=0.0, loss=loss)


def not_finite_update() -> Recording:
    net = small()
    return iterations(net, lr=1e30, loss=lambda out: out.sum() * 1e30)


def not_log_probabilities() -> Recording:
    return iterations(small(), loss=lambda out: F.nll_loss(out, torch.arange(9) % 3))


def softmax_without_log() -> Recording:
    def loss(out: Tensor) -> Tensor:
        return F.nll_loss(out.softmax(1), torch.arange(9) % 3)

    return iterations(small(), loss=loss)


def nothing_updated() -> Recording:
    net = small()
    return iterations(net, owned=copy.deepcopy(net).parameters())


def one_class() -> Recording:
    zeros = torch.zeros(9, dtype=torch.long)
    return iterations(regression(), loss=lambda out: F.cross_entropy(out, zeros))


class ChangedInPlace(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Linear(5, 5), nn.Linear(5, 3)

    def forward(self, x: Tensor) -> Tensor:
        h = self.first(x).sigmoid()
        return self.last(h + F.relu(h, inplace=True))


def raised() -> Recording:
    net = ChangedInPlace()
    with suppress(RuntimeError), bv.record(net) as recording:
        F.cross_entropy(net(X), torch.arange(9) % 3).backward()
    return recording.recording


def loop_raised() -> Recording:
    net = small()
    with suppress(ValueError), bv.record(net) as recording:
        net(X)
        raise ValueError("no such class")
    return recording.recording


def rate_is_zero() -> Recording:
    return iterations(small(), lr=0.0)


def rate_too_large() -> Recording:
    net = small()
    optimizer = torch.optim.Adam(net.parameters(), lr=1.0)
    with bv.record(net, optimizer) as recording:
        optimizer.zero_grad()
        F.cross_entropy(net(X), torch.arange(9) % 3).backward()
        optimizer.step()
    return recording.recording


def saturated() -> Recording:
    net = nn.Sequential(nn.Linear(5, 6), nn.Sigmoid(), nn.Linear(6, 3))
    with torch.no_grad():
        net[0].weight.mul_(1e3)
    return iterations(net)


def softmax_over_batch() -> Recording:
    def loss(out: Tensor) -> Tensor:
        return F.nll_loss(out.log_softmax(0), torch.arange(9) % 3)

    return iterations(small(), loss=loss)


def softmax_not_over_classes() -> Recording:
    def loss(out: Tensor) -> Tensor:
        return F.nll_loss(out.log_softmax(-1), torch.arange(36).reshape(9, 4) % 3)

    return iterations(nn.Conv1d(5, 3, 1), torch.randn(9, 5, 4), loss=loss)


class OwnAttention(nn.Module):
    """Attention by hand, over the axis that it is given."""

    def __init__(self, axis: int) -> None:
        super().__init__()
        self.read, self.write, self.axis = nn.Linear(5, 15), nn.Linear(5, 3), axis

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.read(x).chunk(3, -1)
        weights = torch.softmax(q @ k.transpose(1, 2) / 5**0.5, self.axis)
        made: Tensor = self.write(weights @ v).mean(1)
        return made


def softmax_over_queries() -> Recording:
    return iterations(OwnAttention(1), torch.randn(9, 4, 5))


def softmax_over_others() -> Recording:
    return iterations(OwnAttention(0), torch.randn(9, 4, 5))


def step_function() -> Recording:
    return iterations(regression(), loss=lambda out: F.mse_loss(out[:, 0].round(), TARGETS))


def steps_lost() -> Recording:
    return iterations(small(), lr=1e-12)


class ViewInPlaceOfTranspose(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Linear(5, 4), nn.Linear(7, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.first(x).view(len(x), 4, 7)).mean(1)


def view_swaps_axes() -> Recording:
    return iterations(ViewInPlaceOfTranspose(), torch.randn(9, 7, 5))


def zero_gradients() -> Recording:
    return iterations(regression(), loss=lambda out: 1 - (out * 0 + 2).clamp(max=1).sum())


MORE_BROKEN_LOOPS: dict[str, Callable[[], Recording]] = {
    loop.__name__: loop
    for loop in (
        batch_taken_for_time,
        broadcast_loss,
        cleared_before_step,
        clipped_away,
        clipped_scaled,
        cut_off,
        dropout_in_eval,
        equal_units,
        large_inputs,
        never_stepped,
        no_activation,
        not_finite_gradient,
        not_finite_update,
        not_log_probabilities,
        softmax_without_log,
        nothing_updated,
        one_class,
        raised,
        loop_raised,
        rate_is_zero,
        rate_too_large,
        saturated,
        softmax_not_over_classes,
        softmax_over_batch,
        softmax_over_others,
        softmax_over_queries,
        step_function,
        steps_lost,
        view_swaps_axes,
        zero_gradients,
    )
}
