"""``nn.MultiheadAttention`` in steps, head by head, against plain torch in float64."""

import math
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from backprop_viz.analysis.numbers.number_names import NumberNames
from backprop_viz.capture.explaining.explainer import Explainer
from backprop_viz.recording.explanations.number import Number
from tests.capture.explaining.checks import faults
from tests.capture.explaining.test_inside_recurrent import inside
from tests.capture.recorded_nets import Applied, recorded_net

SAMPLES, STEPS, FEATURES, HEADS = 2, 4, 6, 2
WIDTH = FEATURES // HEADS
LATER = nn.Transformer.generate_square_subsequent_mask(STEPS)
PADDED = torch.tensor([[False, False, False, True], [False, False, True, True]])
CASES: dict[str, dict[str, Any]] = {
    "fused": {"need_weights": False},
    "with weights": {},
    "weights by head": {"average_attn_weights": False},
    "causal, fused": {"attn_mask": LATER, "is_causal": True, "need_weights": False},
    "masked and padded": {"attn_mask": LATER.bool(), "key_padding_mask": PADDED},
    "padded, fused": {"key_padding_mask": PADDED, "need_weights": False},
    "dropped, fused": {"need_weights": False},
    "dropped, by head": {"average_attn_weights": False},
}
SYMBOLS = {"head", "P", "Σ exp", "score", "q", "k", "v"}


class Attended(nn.Module):
    """Attention of x to 2·x; the weights are used where they are asked for."""

    def __init__(self, options: dict[str, Any], dropout: float) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(FEATURES, HEADS, dropout, batch_first=True)
        self.options = options

    def forward(self, x: Tensor) -> Tensor:
        self.random = torch.get_rng_state()  # as it is when weights are dropped
        y, weights = self.attention(x, 2 * x, 2 * x, **self.options)
        return y.sum() if weights is None else y.sum() + (weights**2).sum()


@torch.no_grad()
def worked_out(net: Attended, x: Tensor) -> dict[str, Tensor]:
    """By symbol, the values with axes (sample, head, position, ...)."""
    own, x = net.attention.double(), x.double()
    found: dict[str, Tensor] = {}
    weights, biases = own.in_proj_weight.chunk(3), own.in_proj_bias.chunk(3)
    for symbol, given, weight, bias in zip("qkv", (x, 2 * x, 2 * x), weights, biases, strict=True):
        made = given @ weight.T + bias
        found[symbol] = made.reshape(SAMPLES, STEPS, HEADS, WIDTH).transpose(1, 2)
    score = found["q"] @ found["k"].transpose(2, 3) / math.sqrt(WIDTH)
    mask, padding = net.options.get("attn_mask"), net.options.get("key_padding_mask")
    if mask is not None:
        score = score.masked_fill(mask.bool(), -math.inf)
    if padding is not None:
        score = score.masked_fill(padding[:, None, None], -math.inf)
    found |= {"score": score, "Σ exp": score.exp().sum(3), "P": score.softmax(3)}
    torch.set_rng_state(net.random)
    kept = functional.dropout(torch.ones(score.shape), own.dropout).double()
    found["head"] = (found["P"] * kept) @ found["v"]
    joined = found["head"].transpose(1, 2).reshape(SAMPLES, STEPS, FEATURES)
    found["y"] = joined @ own.out_proj.weight.T + own.out_proj.bias
    return found


@pytest.mark.parametrize("name", CASES)
def test_from_the_output_to_each_projection(name: str) -> None:
    torch.manual_seed(3)
    net, x = (
        Attended(CASES[name], 0.3 * name.startswith("dropped")),
        torch.randn(SAMPLES, STEPS, FEATURES),
    )
    recording = recorded_net(net, x, lambda y: y**2)
    plain, explainer = worked_out(net, x), Explainer(recording)
    event = next(i for i, e in enumerate(recording.events) if "multi_head" in e.op)
    names, seen = NumberNames(recording), set()
    for slot, tensor in enumerate(recording.events[event].output_ids):
        assert tensor is not None
        index = tuple(n - 1 for n in recording.tensors[tensor].shape)
        whole = explainer.explain(Number(tensor, index, event, slot))
        assert list(faults(recording, whole)) == []
        if slot == 0:
            assert whole.total == pytest.approx(float(plain["y"][-1, -1, -1]), rel=1e-11)
        for found in inside(explainer, whole):
            symbol = names.tensor(found.number)
            if not found.number.intermediate:
                continue
            seen.add(symbol)
            expected = float(plain[symbol][found.number.index])
            assert found.value == pytest.approx(expected, rel=1e-11, abs=1e-14), symbol
            assert found.parts
            assert found.reason is None
            for part in found.parts:
                assert len(part.factors) >= 1
    assert seen == SYMBOLS


def test_attention_alone_with_dropout() -> None:
    torch.manual_seed(3)
    q, p = torch.randn(2, 3, 4, 5), 0.4
    attend = functional.scaled_dot_product_attention
    net = Applied(torch.ones(5), lambda w, x: attend(x * w, x, x, dropout_p=p))
    state = torch.get_rng_state()
    recording = recorded_net(net, q)
    event = next(i for i, e in enumerate(recording.events) if "attention" in e.op)
    tensor = recording.events[event].output_ids[0]
    assert tensor is not None
    found = recording.explain(event, 0, (1, 2, 3, 4))
    assert list(faults(recording, found)) == []
    torch.set_rng_state(state)
    kept = functional.dropout(torch.ones(2, 3, 4, 4), p).double()[1, 2, 3]
    q = q.double()[1, 2]
    weights = (q[3] @ q.T / math.sqrt(5)).softmax(0)
    (part,) = found.parts
    assert [column.role for column in part.factors] == ["attention", "mask", "value"]
    assert part.factors[0].values == pytest.approx(weights.numpy(), rel=1e-12)
    assert part.factors[1].values == pytest.approx(kept.numpy())
    assert found.total == pytest.approx(float((weights * kept) @ q[:, 4]), rel=1e-11)
