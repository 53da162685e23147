"""Norms, distances, class losses, means of maps: their formulas, worked out, give the numbers."""

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from backprop_viz.analysis.numbers.written_sums import letters_of
from backprop_viz.capture.explaining.explainer import Explainer
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Event
from tests.analysis.operations.index_form_text import value_of
from tests.capture.explaining.checks import faults
from tests.capture.recorded_nets import Applied, recorded_net

LABELS = torch.tensor([[0, 2, -100], [1, 1, 3]])
Used = Callable[[Tensor, Tensor], Tensor]
# An operation of a weight (4,) and an input (2, 3, 4), and the nodes that it is told by.
USED: dict[str, tuple[Used, set[str]]] = {
    "norm": (lambda w, x: (x * w).norm(dim=1), {"norm", "LinalgVectorNormBackward0"}),
    "kept": (lambda w, x: (x * w).norm(dim=-1, keepdim=True), {"norm"}),
    "norm of order 1": (lambda w, x: (x * w).norm(1, -1), {"norm", "LinalgVectorNormBackward0"}),
    "how many": (lambda w, x: F.relu(x * w).norm(0, 1) + (x * w).sum(1), {"norm"}),
    "distances": (lambda w, x: torch.cdist(x * w, x + w), {"cdist", "CdistBackward0"}),
    "city blocks": (lambda w, x: torch.cdist(x * w, x, p=1), {"cdist", "CdistBackward0"}),
    "weight norm": (lambda w, x: torch._weight_norm(x[0] * w, x[1, :, :1]), {"_weight_norm"}),
    "of one length": (lambda w, x: torch._weight_norm(x * w, w[None, None], 2), {"_weight_norm"}),
    "mean of a map": (
        lambda w, x: F.adaptive_avg_pool2d((x * w)[None], 1),
        {"MeanBackward1"},
    ),
    "sequence": (
        lambda w, x: F.cross_entropy((x * w).transpose(1, 2), LABELS),
        {"NllLoss2DBackward0", "LogSoftmaxBackward0"},
    ),
    "map": (
        lambda w, x: F.cross_entropy((x * w).transpose(1, 2)[..., None], LABELS[..., None]),
        {"NllLoss2DBackward0", "LogSoftmaxBackward0"},
    ),
    "no class": (
        lambda w, x: F.cross_entropy(x[0] * w, LABELS[0]),
        {"NllLossBackward0", "LogSoftmaxBackward0"},
    ),
}


@pytest.mark.parametrize("name", USED)
def test_each_place_is_what_is_written(name: str) -> None:
    torch.manual_seed(3)
    used, wanted = USED[name]
    recording = recorded_net(Applied(torch.rand(4) + 0.5, used), torch.randn(2, 3, 4))
    explainer, checked = Explainer(recording), set()
    for i, event in enumerate(recording.events):
        if event.op not in wanted:
            continue
        names = _names(explainer, recording, event)
        for slot, tensor in enumerate(event.output_ids):
            if tensor is None:
                continue
            checked.add(event.op)
            for index in np.ndindex(recording.tensors[tensor].shape):
                found = explainer.explain(Number(tensor, index, i, slot))
                assert not [*faults(recording, found)]
                worked_out = value_of(found.formula, names)
                assert math.isclose(worked_out, found.value, rel_tol=1e-5, abs_tol=1e-6), found
    assert checked == wanted


def _names(explainer: Explainer, recording: Recording, event: Event) -> dict[str, object]:
    """What the letters of a formula stand for."""
    made = event
    if "Backward" in event.op:
        found = explainer.lookup.made_node(event.node)
        assert found is not None
        made = found[1]
    names: dict[str, object] = {s: recording.tensors[t] for t, s in letters_of(made).items()}
    names["y"] = made.outputs[0]
    if "Backward" in event.op:
        names["δ"] = event.inputs[0]
    if made.op == "cross_entropy":
        names["t"] = made.inputs[1]
        scores = torch.from_numpy(np.array(made.inputs[0]))
        names["p"] = scores.softmax(1).numpy()
    return names


def test_a_mean_within_a_norm_is_not_told_by_the_norms_own_arguments() -> None:
    def normed(w: Tensor, x: Tensor) -> Tensor:
        return F.rms_norm(x * w, (4,))

    recording = recorded_net(Applied(torch.rand(4), normed), torch.randn(2, 3, 4))
    i, _ = next((i, e) for i, e in enumerate(recording.events) if e.op == "MeanBackward1")
    assert recording.explain(i, 0, (1, 2, 3)).formula == "∂L/∂x = δ / n"


def test_the_largest_is_a_norm() -> None:
    def largest(w: Tensor, x: Tensor) -> Tensor:
        return torch.linalg.vector_norm(x * w, math.inf, dim=1)

    recording = recorded_net(Applied(torch.rand(4), largest), torch.randn(2, 3, 4))
    i, event = next((i, e) for i, e in enumerate(recording.events) if "norm" in e.op)
    found = recording.explain(i, 0, (1, 2))
    assert found.formula == "y[1, 2] = maxᵢ |x[1, i, 2]|"
    assert event.inputs[0] is not None
    assert found.total == np.abs(event.inputs[0][1, :, 2]).max()
