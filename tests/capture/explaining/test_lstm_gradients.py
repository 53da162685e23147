"""The gradients of an LSTM's weights as sums over steps, against plain torch in float64."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from backprop_viz.analysis.numbers.number_names import NumberNames
from backprop_viz.capture.explaining.explainer import Explainer
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase
from tests.capture.explaining.checks import faults
from tests.capture.explaining.test_inside_recurrent import inside
from tests.capture.recorded_nets import recorded_net
from tests.nightly import by_day_every

OPTIONS: dict[str, dict[str, Any]] = {
    "one layer": {},
    "two layers": {"num_layers": 2},
    "both ways": {"bidirectional": True},
    "batch first": {"batch_first": True, "bias": False},
}
STEPS, SAMPLES, WIDTH = 4, 2, 3


class AllResults(nn.Module):
    """An LSTM of which every result is used."""

    def __init__(self, options: dict[str, Any]) -> None:
        super().__init__()
        self.layer = nn.LSTM(2, WIDTH, **options)

    def forward(self, x: Tensor) -> Tensor:
        made, (h, c) = self.layer(x)
        return (made**3).sum() + (h * c).sum() + c.exp().sum()


class Unrolled:
    """The same in float64, with the gradients of each h, c and pre-activation kept."""

    def __init__(self, net: AllResults, x: Tensor) -> None:
        layer = net.layer.double()
        layer.zero_grad()
        self.kept: dict[tuple[str, int, int], Tensor] = {}
        x = x.double().transpose(0, 1) if layer.batch_first else x.double()
        steps, last_h, last_c = list(x), [], []
        for level in range(layer.num_layers):
            ways = []
            for way in range(1 + layer.bidirectional):
                made, h, c = self.along(layer, level, way, steps)
                ways.append(made)
                last_h.append(h)
                last_c.append(c)
            steps = [torch.cat(each, 1) for each in zip(*ways, strict=True)]
        h, c = torch.stack(last_h), torch.stack(last_c)
        ((torch.stack(steps) ** 3).sum() + (h * c).sum() + c.exp().sum()).backward()
        self.layer = layer

    def along(
        self, layer: nn.LSTM, level: int, way: int, steps: list[Tensor]
    ) -> tuple[list[Tensor], Tensor, Tensor]:
        suffix = f"l{level}" + "_reverse" * way
        w_ih, w_hh = (getattr(layer, f"weight_{each}_{suffix}") for each in ("ih", "hh"))
        bias: Any = 0
        if layer.bias:
            bias = getattr(layer, f"bias_ih_{suffix}") + getattr(layer, f"bias_hh_{suffix}")
        h = c = torch.zeros(SAMPLES, WIDTH, dtype=torch.float64)
        made = list(steps)
        at = level * (1 + layer.bidirectional) + way
        for t in reversed(range(STEPS)) if way else range(STEPS):
            a = steps[t] @ w_ih.T + h @ w_hh.T + bias
            i, f, g, o = a.chunk(4, 1)
            c = f.sigmoid() * c + i.sigmoid() * g.tanh()
            h = o.sigmoid() * c.tanh()
            for code, tensor in (("δa", a), ("δc", c), ("δh", h)):
                tensor.retain_grad()
                self.kept[code, at, t] = tensor
            made[t] = h
        return made, h, c


def last_backward(recording: Recording, parameter: str) -> int:
    events = recording.happened_to[parameter]
    return next(i for i in reversed(events) if recording.events[i].phase is Phase.BACKWARD)


@pytest.mark.parametrize("name", by_day_every(2, list(OPTIONS)))
def test_a_weights_gradient_is_a_sum_over_steps(name: str) -> None:
    torch.manual_seed(5)
    net, x = AllResults(OPTIONS[name]), torch.randn(STEPS, SAMPLES, 2)
    x = x.transpose(0, 1).contiguous() if net.layer.batch_first else x
    recording = recorded_net(net, x, lambda y: y * 2)
    plain, explainer = Unrolled(net, x), Explainer(recording)
    names, seen = NumberNames(recording), set()
    for i, weight in enumerate(net.layer._flat_weights_names):
        event = last_backward(recording, f"layer.{weight}")
        own = getattr(plain.layer, weight).grad * 2
        index = tuple(n - 2 for n in own.shape)
        tensor = recording.events[event].output_ids[0]
        assert tensor is not None
        found = explainer.explain(Number(tensor, index, event))
        assert found.total == pytest.approx(float(own[index]), rel=1e-5, abs=1e-6), weight
        assert sum(len(part.values) for part in found.parts) == STEPS * SAMPLES
        assert [f for f in faults(recording, found) if "roundings from" not in f] == []
        layer = i // (4 if net.layer.bias else 2)
        for each in inside(explainer, found) if weight.startswith("weight_hh") else ():
            code = names.tensor(each.number)
            if code not in ("δa", "δc", "δh"):
                continue
            seen.add(code)
            step, sample, unit = each.number.index
            # Seen from float32 gradients that arrived from the layer above.
            kept = plain.kept[code, layer, step].grad
            assert kept is not None
            expected = 2 * float(kept[sample, unit])
            assert each.value == pytest.approx(expected, rel=1e-5, abs=1e-6), (code, layer)
            assert each.parts
            assert each.reason is None
    assert seen == {"δa", "δc", "δh"}
