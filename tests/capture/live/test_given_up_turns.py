"""A turn that the loop gives up before its backward is no iteration, and that is said once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import nn

import backprop_viz as bv

SAID = (
    "backprop_viz: before iteration 3 a turn of the loop ended without a backward. Such a turn is "
    "not counted.\n"
)


class Loop:
    """It trains on seven batches; ``kind`` is how the third and the sixth turn go."""

    def __init__(self) -> None:
        torch.manual_seed(0)
        self.net = nn.Sequential(nn.Linear(3, 2), nn.Tanh(), nn.Linear(2, 1))
        self.optimizer = torch.optim.SGD(self.net.parameters(), lr=0.1, momentum=0.9)
        self.losses: list[float] = []

    def train(self, kind: str) -> None:
        for i, x in enumerate(torch.randn(7, 8, 3)):
            odd = i in (2, 5)
            try:
                self._turn(x[:, :2] if odd and kind == "raises" else x, kind if odd else "")
            except RuntimeError:
                continue

    def _turn(self, x: torch.Tensor, kind: str) -> None:
        self.optimizer.zero_grad()
        loss = self.net(x).square().mean()
        if kind == "goes on":
            return
        if kind == "looks":  # along which the input would change
            x = x.requires_grad_()
            torch.autograd.grad(self.net(x).mean(), x)
            self.optimizer.zero_grad()
        if kind == "twice":
            loss.backward()
            loss = self.net(x).square().mean()
        loss.backward()
        self.optimizer.step()
        self.losses.append(loss.item())

    def weights(self) -> Iterator[float]:
        return (float(one) for p in self.net.parameters() for one in p.detach().flatten())


@pytest.mark.parametrize(
    ("kind", "said"),
    [("raises", SAID), ("goes on", SAID), ("", ""), ("looks", ""), ("twice", "")],
)
def test_it_is_said_once(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], kind: str, said: str
) -> None:
    file = tmp_path / "run.bprec"
    plain = Loop()
    plain.train(kind)
    watched = Loop()
    with bv.watch(watched.net, watched.optimizer, file):
        watched.train(kind)
    assert list(watched.weights()) == list(plain.weights())
    assert watched.losses == plain.losses
    with bv.load(file) as loaded:
        assert [recording.loss for recording in loaded] == plain.losses
    assert capfd.readouterr().err == said


def test_an_inner_loop_that_asks_for_gradients_gives_no_turn_up(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    loop = Loop()
    with bv.watch(loop.net, loop.optimizer, tmp_path / "run.bprec"):
        for x in torch.randn(2, 8, 3):
            for _ in range(3):
                loop.optimizer.zero_grad()
                x = x.detach().requires_grad_()
                x = x + torch.autograd.grad(loop.net(x).square().mean(), x)[0].sign()
            loop.net(x.detach()).square().mean().backward()
            loop.optimizer.step()
    assert not capfd.readouterr().err
