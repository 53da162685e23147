from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import nn

import backprop_viz as bv
from backprop_viz.analysis.cursor.breakpoints import first_hit, holds
from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.phases import Phase


@pytest.fixture(scope="module")
def recording() -> bv.Recording:
    return bv.Trainer("random", "mse", lr=0.01, batch_size=1).record()


def hit(recording: bv.Recording, breakpoint_: Breakpoint, start: int = 0) -> Event | None:
    found = first_hit(recording, [breakpoint_], start)
    return None if found is None else recording.events[found[0]]


def test_places(recording: bv.Recording) -> None:
    conv = next(n for n in recording.graph.nodes if n.name == "ConvolutionBackward0")
    event = hit(recording, Breakpoint("node", conv.id))
    assert (event.phase, event.op) == (Phase.BACKWARD, "ConvolutionBackward0")
    event = hit(recording, Breakpoint("parameter", "fc2.bias"))
    assert (event.op, event.parameter) == ("AccumulateGrad", "fc2.bias")
    assert hit(recording, Breakpoint("node", 10**6)) is None


def test_the_search_begins_where_it_is_told(recording: bv.Recording) -> None:
    bias = Breakpoint("parameter", "fc2.bias")
    first, _ = first_hit(recording, [bias])
    assert first_hit(recording, [bias], first) == (first, bias)
    assert first_hit(recording, [bias], first + 1) is None


@pytest.mark.parametrize(
    ("kind", "compare"), [("norm_above", lambda n, v: n > v), ("norm_below", lambda n, v: n < v)]
)
def test_norms(recording: bv.Recording, kind: str, compare: Callable[[float, float], bool]) -> None:
    end = recording.at(len(recording.events))
    grads = {p.name: end.grad(p.name).astype(np.float64) for p in recording.parameters}
    norms = {name: np.sqrt((grad**2).sum()) for name, grad in grads.items()}
    value = float(np.median(list(norms.values())))
    event = hit(recording, Breakpoint(kind, None, value))
    order = [e.parameter for e in recording.events if e.op == "AccumulateGrad"]
    assert event.parameter == next(n for n in order if compare(norms[n], value))
    assert hit(recording, Breakpoint(kind, "conv1.bias", norms["conv1.bias"])) is None


def test_loss(recording: bv.Recording) -> None:
    assert hit(recording, Breakpoint("loss_above", None, recording.loss)) is None
    event = hit(recording, Breakpoint("loss_above", None, recording.loss / 2))
    assert event.phase is Phase.LOSS


def test_what_never_holds_in_a_sound_iteration(recording: bv.Recording) -> None:
    for kind in ("not_finite", "grad_zero", "grad_none"):
        assert hit(recording, Breakpoint(kind)) is None


def test_the_first_number_that_is_none() -> None:
    trainer = bv.Trainer("random", "mse", "manual", lr=1e6)
    while True:
        recording = trainer.record()
        if not np.isfinite(recording.loss):
            break
    event = hit(recording, Breakpoint("not_finite"))
    assert all(np.isfinite(a).all() for a in event.inputs if a is not None)
    assert not all(np.isfinite(a).all() for a in event.outputs if a is not None)


def test_gradients_that_are_none_or_zero() -> None:
    import torch
    from torch import nn
    from torch.utils.data import TensorDataset

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.used = nn.Linear(1024, 10)
            self.unused = nn.Linear(2, 2)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.used(x.flatten(1)) * 0

    data = TensorDataset(torch.rand(10, 1, 32, 32), torch.zeros(10, dtype=torch.int64))
    recording = bv.Trainer(data, model=Net(), batch_size=4).record()
    assert hit(recording, Breakpoint("grad_zero")).parameter in ("used.weight", "used.bias")
    found = first_hit(recording, [Breakpoint("grad_none", "unused.bias")])
    assert found[0] == recording.span(Phase.BACKWARD).stop - 1
    assert first_hit(recording, [Breakpoint("grad_none", "used.bias")]) is None


def test_a_layer_is_computed_by_its_last_operation(recording: bv.Recording) -> None:
    found = first_hit(recording, [Breakpoint("layer", "conv2")])
    event = recording.events[found[0]]
    assert event.op == "relu"
    assert event.outputs[0].shape == (1, 16, 13, 13)
    assert hit(recording, Breakpoint("layer", "no such")) is None


def test_a_loss_holds_once_where_it_is_computed() -> None:
    torch.manual_seed(0)
    net = nn.Linear(4, 3)
    with bv.record(net) as rec:
        scores = F.log_softmax(net(torch.randn(5, 4)), 1)
        F.nll_loss(scores, torch.tensor([0, 1, 2, 0, 1])).backward()
    recording = rec.recording
    above = Breakpoint("loss_above", None, 0.1)
    held = [
        i for i in range(len(recording.events)) if holds(above, recording.events, i, recording.loss)
    ]
    assert len(held) == 1
    assert float(recording.events[held[0]].outputs[-1]) == recording.loss
    assert not any(
        holds(Breakpoint("loss_above", None, 1e6), recording.events, i, recording.loss)
        for i in range(len(recording.events))
    )


def every_hit(recording: bv.Recording, breakpoint_: Breakpoint) -> list[str]:
    """The operations at which a run would be held that goes on from each."""
    found, start = list[str](), 0
    while (event := first_hit(recording, [breakpoint_], start)) is not None:
        found.append(recording.events[event[0]].op)
        start = event[0] + 1
    return found


def test_nan_holds_where_it_arises_and_not_at_what_is_computed_of_it() -> None:
    net = nn.Linear(3, 2)
    with bv.record(net) as recorded:
        made = (net(torch.ones(4, 3)) * 0).log()  # -inf, of a 0
        ((made * 0).square().sum()).backward()  # NaN, of an Inf
    any_strange = every_hit(recorded.recording, Breakpoint("not_finite"))
    assert any_strange == ["log", "mul"]


def test_nan_that_is_given_holds_where_it_is_read_first() -> None:
    net = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    with torch.no_grad():
        net[1].weight[0, 0] = float("nan")
    with bv.record(net) as recorded:
        x = torch.ones(4, 3)
        (net(x).sum() + net(x).sum()).backward()
    assert every_hit(recorded.recording, Breakpoint("not_finite")) == ["linear"]


def test_a_norm_that_is_nan_is_above_any_limit() -> None:
    net = nn.Linear(3, 2)
    with bv.record(net) as recorded:
        (net(torch.ones(4, 3)).sum() * float("nan")).backward()
    above = Breakpoint("norm_above", None, 1e9)
    assert hit(recorded.recording, above).op == "AccumulateGrad"
    assert hit(recorded.recording, Breakpoint("norm_below", None, 1e9)) is None
