"""A network of complex numbers in the real window: nothing of its imaginary parts is dropped."""

import warnings
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.analysis.cursor.breakpoints import first_hit
from backprop_viz.desktop.panels.network.network_view import NetworkView
from backprop_viz.desktop.panels.plots.flow_layout import Norms
from backprop_viz.desktop.style.numbers import compared
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.run.breakpoint import Breakpoint
from tests.foreign.conftest import state_at


class Spectral(nn.Module):
    """Rows (N, 4, 16) to 3 numbers each, by way of their frequencies."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(4, 4, 5, dtype=torch.complex64))
        self.turn = nn.Linear(5, 5, dtype=torch.complex64)
        self.out = nn.Linear(16, 3)

    def forward(self, x: Tensor) -> Tensor:
        modes = torch.fft.rfft(x)[:, :, :5]
        mixed = torch.einsum("nim,iom->nom", modes, self.weight)
        return self.out(torch.fft.irfft(self.turn(mixed.sum(1)), n=16).relu())


@pytest.fixture(autouse=True)
def _no_part_is_dropped() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def recorded() -> tuple[Spectral, Recording]:
    torch.manual_seed(0)
    net = Spectral()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with bv.record(net, optimizer) as recording:
        optimizer.zero_grad()
        net(torch.randn(2, 4, 16)).square().mean().backward()
        optimizer.step()
    return net, recording.recording


def test_all_of_it_is_shown(window: MainWindow) -> None:
    _, recording = recorded()
    window.resize(1600, 1000)
    network = window.panel(NetworkView)
    for span in recording.spans:
        window.show_view_state(state_at(recording, span.stop))
        window.grab()
    assert not network.is_folded
    for mode in ("activations", "weights"):
        network.set_mode(mode)
        window.grab()
    network.fold.click()
    window.grab()


def test_what_an_update_has_changed_is_torchs() -> None:
    net, recording = recorded()
    torch.manual_seed(0)
    plain = Spectral()
    before = {name: p.detach().clone() for name, p in plain.named_parameters()}
    cursor = recording.at(len(recording.events))
    for flow in Norms().flows(cursor):
        after, old = net.get_parameter(flow.name).detach(), before[flow.name]
        moved = torch.linalg.vector_norm((after - old).to(torch.complex128))
        assert flow.ratio == pytest.approx(float(moved / torch.linalg.vector_norm(old)), rel=1e-6)


def test_a_breakpoint_on_the_norm_of_a_complex_gradient_holds() -> None:
    net, recording = recorded()
    assert net.weight.grad is not None
    norm = float(torch.linalg.vector_norm(net.weight.grad))
    for kind, factor in (("norm_above", 0.99), ("norm_below", 1.01)):
        hit = first_hit(recording, [Breakpoint(kind, "weight", norm * factor)])
        assert hit is not None
        assert recording.events[hit[0]].parameter == "weight"
    assert first_hit(recording, [Breakpoint("norm_above", "weight", norm * 1.01)]) is None


def test_two_complex_numbers_are_compared_in_both_parts() -> None:
    then, now = np.complex64(0.25 + 0.5j), np.complex64(0.75 - 0.25j)
    assert compared(then, now) == ("+0.2500+0.5000j", "+0.7500-0.2500j", "+0.5000-0.7500j")
