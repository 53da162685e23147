"""What a GPU's own kernels leave in a recording: nodes of other names, and numbers drawn there.

Such a recording is made from one of the CPU: its nodes get the names of a GPU's, and the state of
the CPU's generator, from which a GPU does not draw, is left out.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from backprop_viz.capture.explaining.chains import effects, links
from backprop_viz.capture.explaining.explainer import Explainer
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Event
from tests.capture.explaining.checks import faults, numbers_of
from tests.capture.recorded_nets import Applied, recorded_net
from tests.nightly import by_day_every

P = 0.4
SCALE = 1 / (1 - P)
DRAWS = {"MulBackward0": "NativeDropoutBackward0"}
ATTENTION = "ScaledDotProductFlashAttentionForCpuBackward0"
RECURRENT = {"MkldnnRnnLayerBackward0": "CudnnRnnBackward0"}
TARGETS = torch.tensor([[1, 2], [2, 3], [3, 3]])


def as_on_device(recording: Recording, names: Mapping[str, str]) -> Recording:
    """A recording of the CPU as a device would have left it, with its own names of nodes."""
    nodes = tuple(
        replace(node, name=names.get(node.name, node.name)) for node in recording.graph.nodes
    )
    events = tuple(
        replace(
            event,
            op=names.get(event.op, event.op),
            call=None if event.call is None else replace(event.call, random=None),
        )
        for event in recording.events
    )
    return replace(recording, graph=replace(recording.graph, nodes=nodes), events=events)


def recorded(function: Callable[[Tensor, Tensor], Tensor], *shape: int) -> Recording:
    torch.manual_seed(1)
    return recorded_net(Applied(torch.randn(4, 4), function), torch.randn(*shape or (3, 4)))


class Last(nn.Module):
    """An LSTM of which the outputs and the last cells are used."""

    def __init__(self, **options: bool) -> None:
        super().__init__()
        self.lstm = nn.LSTM(4, 3, **options)

    def forward(self, x: Tensor) -> Tensor:
        out, (_, cell) = self.lstm(x)
        return out.sum() + (cell**2).sum()


def recorded_lstm(**options: bool) -> Recording:
    torch.manual_seed(2)
    return recorded_net(Last(**options), torch.randn(5, 2, 4))


def attend(w: Tensor, x: Tensor, p: float = 0.0) -> Tensor:
    query, value = (x @ w)[:, None], x[:, None] @ w
    return F.scaled_dot_product_attention(query, query, value, dropout_p=p)


def singular(w: Tensor, x: Tensor) -> Tensor:
    u, s, v = torch.linalg.svd(x @ w, full_matrices=False)
    return u.abs().sum() + (s * s).sum() + v.abs().sum()


CASES: dict[str, tuple[Callable[[], Recording], Mapping[str, str]]] = {
    "dropout": (lambda: recorded(lambda w, x: F.dropout(F.relu(x @ w), P)), DRAWS),
    "dropout in place": (lambda: recorded(lambda w, x: F.dropout(x @ w, P, True, True)), DRAWS),
    "dropout2d": (lambda: recorded(lambda w, x: F.dropout2d((x @ w)[..., None, None], P)), {}),
    "batch norm": (
        lambda: recorded(lambda w, x: F.batch_norm(x @ w, None, None, w[0], w[1], True)),
        {"NativeBatchNormBackward0": "CudnnBatchNormBackward0"},
    ),
    "ctc loss": (
        lambda: recorded(
            lambda w, x: F.ctc_loss((x @ w).log_softmax(-1), TARGETS, (5, 5, 5), (2, 2, 2)), 5, 3, 4
        ),
        {"CtcLossBackward0": "CudnnCtcLossBackward0"},
    ),
    "grid": (
        lambda: recorded(
            lambda w, x: F.grid_sample(
                x, F.affine_grid(w[None, :2, :3], [1, 1, 4, 4], True), align_corners=True
            ),
            *(1, 1, 4, 4),
        ),
        {"GridSampler2DBackward0": "CudnnGridSamplerBackward0"},
    ),
    "lstm": (recorded_lstm, RECURRENT),
    "lstm, batch first": (lambda: recorded_lstm(batch_first=True), RECURRENT),
    "lstm, both ways": (lambda: recorded_lstm(bidirectional=True), RECURRENT),
    "several outputs of a node": (
        lambda: recorded(singular),
        {"LinalgSvdBackward0": "SomeSvdBackward0"},
    ),
} | {
    kernel: (
        lambda: recorded(attend, 2, 5, 4),
        {ATTENTION: f"ScaledDotProduct{kernel}Backward0"},
    )
    for kernel in (
        "FlashAttention",
        "EfficientAttention",
        "CudnnAttention",
        "FusedAttentionOverrideable",
    )
}


@pytest.mark.parametrize("name", by_day_every(3, list(CASES)))
def test_a_node_of_another_kernel_has_the_same_terms(name: str) -> None:
    made, names = CASES[name]
    recording = as_on_device(made(), names)
    ran = {event.op for event in recording.events}
    assert ran.issuperset(names.values())
    explainer = Explainer(recording)
    for number in numbers_of(recording, random.Random(name), each=3):
        found = explainer.explain(number)
        assert found.reason is None or found.reason.code == "constant", (found.op, found.reason)
        assert list(faults(recording, found)) == []
        list(links(explainer, number))
        effects(recording, number)


def test_what_a_device_drew_says_so_and_leaves_the_generator_alone() -> None:
    recording = as_on_device(recorded(lambda w, x: attend(w, x, 0.5), 2, 5, 4), {})
    made = next(i for i, e in enumerate(recording.events) if e.op.startswith("scaled_dot"))
    tensor = recording.events[made].output_ids[0]
    assert tensor is not None
    before = torch.get_rng_state()
    found = Explainer(recording).explain(Number(tensor, (0, 0, 0, 0), made))
    assert torch.equal(torch.get_rng_state(), before)
    assert found.parts == ()
    assert found.reason is not None
    assert found.reason.code == "drawn_elsewhere"


NATIVE: list[Callable[[Tensor], Tensor]] = [
    lambda x: torch.native_dropout(x, P, True)[0],
    lambda x: torch.ops.aten.native_dropout(x, P, True)[0],
    lambda x: torch.ops.aten.native_dropout.default(x, P, True)[0],
]


@pytest.mark.parametrize("elsewhere", [False, True])
@pytest.mark.parametrize("dropped", NATIVE)
def test_native_dropout(dropped: Callable[[Tensor], Tensor], elsewhere: bool) -> None:
    torch.manual_seed(3)
    weight, x = torch.randn(6, 5), torch.randn(6, 5)
    with torch.no_grad():
        weight[0] = 0
    leaf = weight.clone().requires_grad_()
    torch.manual_seed(4)
    out = dropped(leaf * x)
    assert out.grad_fn is not None
    mask, values = out.grad_fn._saved_result1, out.detach()
    (out**2).sum().backward()
    assert not mask.all()
    assert mask.any()

    torch.manual_seed(4)
    recording = recorded_net(Applied(weight, lambda w, x: dropped(w * x)), x)
    recording = as_on_device(recording, {}) if elsewhere else recording
    forward = _event(recording, "native_dropout")
    backward = _event(recording, "NativeDropoutBackward0")
    explainer = Explainer(recording)
    for index in np.ndindex(6, 5):
        kept = bool(mask[index])
        (made, at), (sent, node) = forward, backward
        found = explainer.explain(Number(_id(made), index, at))
        assert found.reason is None
        assert list(faults(recording, found)) == []
        assert found.value == float(values[index])
        # Of what was 0 before only the CPU's own generator tells whether it was kept.
        known = bool(weight[index]) or not elsewhere
        if known:
            factors = [[column.values[0] for column in part.factors] for part in found.parts]
            assert factors == ([[float((weight * x)[index]), SCALE]] if kept else [])
        found = explainer.explain(Number(_id(sent), index, node))
        assert found.reason is None
        assert list(faults(recording, found)) == []
        (part,) = found.parts
        upstream = 2 * float(values[index])
        told = [column.values[0] for column in part.factors]
        assert told == ([upstream, SCALE if kept else 0] if known else [upstream])
    assert leaf.grad is not None
    last = recording.at(len(recording.events)).grad("weight")
    assert np.array_equal(np.asarray(last), leaf.grad.numpy())


def _event(recording: Recording, op: str) -> tuple[Event, int]:
    at = next(i for i, event in enumerate(recording.events) if event.op.startswith(op))
    return recording.events[at], at


def _id(event: Event) -> int:
    (tensor, *_) = event.output_ids
    assert tensor is not None
    return tensor


def test_a_dropout_that_is_told_by_place_that_it_is_off() -> None:
    recording = recorded(lambda w, x: torch.dropout(x @ w, P, False) * 1)
    made, at = _event(recording, "dropout")
    found = Explainer(recording).explain(Number(_id(made), (1, 2), at))
    assert [fact.code for fact in found.facts] == ["dropout_off"]
    assert list(faults(recording, found)) == []
