"""``bv.record`` and ``bv.watch`` take tensors where they ask for a model."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase

X, Y = torch.linspace(-1, 1, 12).reshape(6, 2), torch.linspace(0, 1, 6).reshape(6, 1)


def made() -> tuple[Tensor, Tensor]:
    torch.manual_seed(2)
    return torch.randn(2, 1, requires_grad=True), torch.zeros(1, requires_grad=True)


def turn(w: Tensor, b: Tensor) -> tuple[float, list[np.ndarray], list[np.ndarray]]:
    """One by hand: its loss, the gradients, and what it has moved."""
    y_pred = X @ w + b
    loss = (y_pred - Y).square().mean()
    loss.backward()
    assert w.grad is not None
    assert b.grad is not None
    grads = [w.grad.numpy().copy(), b.grad.numpy().copy()]
    with torch.no_grad():
        for one in (w, b):
            assert one.grad is not None
            one -= 0.1 * one.grad
            one.grad = None
    return loss.item(), grads, [w.detach().numpy().copy(), b.detach().numpy().copy()]


def by_their_variables() -> Recording:
    """In a function of its own: of one with assertions, as pytest runs it, no variable is known."""
    w, b = made()
    with bv.record([w, b]) as recorded:
        turn(w, b)
    return recorded.recording


def check(recording: Recording, names: tuple[str, ...], expected: Any) -> None:
    loss, grads, after = expected
    assert recording.loss == loss
    assert tuple(parameter.name for parameter in recording.parameters) == names
    backward = [i for i, event in enumerate(recording.events) if event.phase is Phase.BACKWARD]
    computed, end = recording.at(backward[-1] + 1), recording.at(len(recording.events))
    for name, grad, weight in zip(names, grads, after, strict=True):
        np.testing.assert_array_equal(computed.grad(name), grad)
        np.testing.assert_array_equal(end.value(name), weight)
    phases = [span.phase for span in recording.spans]
    order = Phase.FORWARD, Phase.LOSS, Phase.BACKWARD, Phase.UPDATE, Phase.ZERO_GRAD
    assert tuple(phases) == order


def test_an_iteration_of_tensors_is_recorded() -> None:
    plain = turn(*made())
    check(by_their_variables(), ("w", "b"), plain)
    w, b = made()
    with bv.record({"weight": w, "bias": b}) as recorded:
        turn(w, b)
    check(recorded.recording, ("weight", "bias"), plain)
    assert torch.overrides._len_torch_function_stack() == 0


@pytest.mark.parametrize("every", [1, 2])
def test_a_loop_of_tensors_is_watched(tmp_path: Path, every: int) -> None:
    plain = made()
    expected = [turn(*plain) for _ in range(6)]
    w, b = made()
    with bv.watch({"w": w, "b": b}, to=tmp_path / "run.bprec", every=every):
        for _ in range(6):
            turn(w, b)
    with bv.load(tmp_path / "run.bprec") as loaded:
        recordings = list(loaded)
        losses = np.asarray(loaded.losses[1])
    assert [one.iteration for one in recordings] == list(range(every, 7, every))
    np.testing.assert_array_equal(losses, np.asarray([loss for loss, _, _ in expected]))
    for recording in recordings:
        check(recording, ("w", "b"), expected[recording.iteration - 1])
    assert torch.overrides._len_torch_function_stack() == 0


def watched(path: Path, net: nn.Module, temperature: Tensor, loop: Any) -> list[Any]:
    with bv.watch([net, temperature], to=path):
        kept: list[Any] = loop(net, temperature, 3)
    return kept


def test_an_optimizer_moves_tensors_beside_a_model(tmp_path: Path) -> None:
    def loop(net: nn.Module, temperature: Tensor, turns: int) -> list[Any]:
        optimizer = torch.optim.SGD([*net.parameters(), temperature], lr=0.1)
        kept = []
        for _ in range(turns):
            optimizer.zero_grad()
            loss = (net(X) / temperature - Y).square().mean()
            loss.backward()
            assert temperature.grad is not None
            grad = temperature.grad.item()
            optimizer.step()
            kept.append((loss.item(), grad, temperature.item()))
        return kept

    def begun() -> tuple[nn.Module, Tensor]:
        torch.manual_seed(5)
        return nn.Linear(2, 1), torch.tensor(1.5, requires_grad=True)

    expected = loop(*begun(), 3)
    assert watched(tmp_path / "run.bprec", *begun(), loop) == expected
    with bv.load(tmp_path / "run.bprec") as loaded:
        for recording, (loss, grad, after) in zip(loaded, expected, strict=True):
            names = [parameter.name for parameter in recording.parameters]
            assert names == ["net.weight", "net.bias", "tensors.temperature"]
            end = recording.at(len(recording.events))
            assert recording.loss == loss
            assert end.grad(names[2]) == np.float32(grad)
            assert end.value(names[2]) == np.float32(after)


def test_what_does_not_train_is_refused() -> None:
    w, _ = made()
    with pytest.raises(ValueError, match="data is no tensor that trains"):
        bv.record({"data": X})
    with pytest.raises(ValueError, match="twice is no tensor that trains"):
        bv.record({"twice": w * 2})


def test_the_health_of_tensors_is_that_of_each_turn(tmp_path: Path) -> None:
    plain = made()
    expected = [turn(*plain) for _ in range(3)]
    w, b = made()
    with bv.watch({"w": w, "b": b}, to=tmp_path / "run.bprec", keep="health"):
        for _ in range(3):
            turn(w, b)
    with bv.load(tmp_path / "run.bprec") as loaded:
        told = list(loaded.health)
    assert [one.iteration for one in told] == [1, 2, 3]
    for health, (loss, grads, after) in zip(told, expected, strict=True):
        assert health.loss == loss
        norms = {(row.role, row.name): row.norm for row in health.tensors}
        for name, grad, weight in zip("wb", grads, after, strict=True):
            np.testing.assert_allclose(norms["grad", name], np.linalg.norm(grad), rtol=1e-6)
            np.testing.assert_allclose(norms["weight", name], np.linalg.norm(weight), rtol=1e-6)
