"""What draws numbers inside, and what float64 refuses: the terms are made of what torch drew."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from backprop_viz.capture.explaining.explainer import Explainer
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.phases import Phase
from tests.capture.explaining.checks import faults
from tests.capture.recorded_nets import Applied, recorded_net

X = torch.randn(3, 4, generator=torch.Generator().manual_seed(1))
W = torch.randn(4, generator=torch.Generator().manual_seed(2))


def recorded(function: Callable[[Tensor, Tensor], Tensor]) -> tuple[Recording, Tensor]:
    """The recording, and the gradient that the same loop has without one."""
    plain = Applied(W.clone(), function)
    torch.manual_seed(5)
    (plain(X) ** 2).sum().backward()
    assert plain.weight.grad is not None
    torch.manual_seed(5)
    return recorded_net(Applied(W.clone(), function), X), plain.weight.grad


def made_by(recording: Recording, op: str) -> tuple[int, Event]:
    return next((i, e) for i, e in enumerate(recording.events) if e.op == op)


def everything_closes(recording: Recording, event: int, tensor: int) -> None:
    explainer = Explainer(recording)
    for index in np.ndindex(recording.tensors[tensor].shape):
        found = explainer.explain(Number(tensor, index, event))
        assert found.reason is None
        assert found.parts
        assert all(part.factors for part in found.parts)
        assert list(faults(recording, found)) == []


@pytest.mark.parametrize(
    ("tau", "hard", "dim"), [(1.0, False, -1), (0.7, False, 0), (0.5, True, 1)]
)
def test_gumbel_softmax_tells_its_noise(tau: float, hard: bool, dim: int) -> None:
    recording, grad = recorded(lambda w, x: F.gumbel_softmax(x * w, tau=tau, hard=hard, dim=dim))
    event, made = made_by(recording, "gumbel_softmax")
    assert made.output_ids[0] is not None
    everything_closes(recording, event, made.output_ids[0])
    given = recording.happened_to["weight"][-1]
    assert np.array_equal(recording.events[given].outputs[0], grad.numpy())  # type: ignore[arg-type]
    if hard:
        return
    # The logit of an exponential, and the noise beside it, as torch has drawn it.
    torch.manual_seed(5)
    noise = -torch.empty(3, 4).exponential_().log()
    explained = Explainer(recording).explain(Number(made.output_ids[0], (1, 2), event))
    inside = explained.parts[0].factors[0].number(0)
    assert inside is not None
    terms = {
        part.name: float(part.values[0]) for part in Explainer(recording).explain(inside).parts
    }
    assert terms["noise"] == pytest.approx(float(noise[1, 2]) / tau, rel=1e-6)
    assert terms["logit"] == pytest.approx(float(X[1, 2] * W[2]) / tau, rel=1e-6)


DRAWN: dict[str, tuple[str, Callable[[Tensor, Tensor], Tensor]]] = {
    "gamma": (
        "_standard_gamma",
        lambda w, x: torch.distributions.Gamma((x * w).exp(), torch.ones(())).rsample(),
    ),
    "fake quantization by channel": (
        "fake_quantize_per_channel_affine",
        lambda w, x: torch.fake_quantize_per_channel_affine(
            x * w, torch.full((3,), 0.1), torch.zeros(3, dtype=torch.int32), 0, -128, 127
        ),
    ),
}


@pytest.mark.parametrize("name", DRAWN)
def test_what_float64_does_not_give_is_made_again_as_it_was(name: str) -> None:
    op, function = DRAWN[name]
    recording, grad = recorded(function)
    event, made = made_by(recording, op)
    assert made.output_ids[0] is not None
    everything_closes(recording, event, made.output_ids[0])
    given = recording.happened_to["weight"][-1]
    assert np.array_equal(recording.events[given].outputs[0], grad.numpy())  # type: ignore[arg-type]
    node = next(
        i
        for i, e in enumerate(recording.events)
        if e.phase is Phase.BACKWARD and op.strip("_").split("_")[0] in e.op.lower()
    )
    sent = recording.events[node].output_ids[0]
    assert sent is not None
    explainer = Explainer(recording)
    for index in np.ndindex(recording.tensors[sent].shape):
        found = explainer.explain(Number(sent, index, node))
        assert found.reason is None
        assert list(faults(recording, found)) == []
