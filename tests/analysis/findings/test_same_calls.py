"""A mistake in what is called again and again is said once, with the calls it was found in."""

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.desktop.texts.finding_texts import finding_text
from backprop_viz.recording.notices.finding import Finding
from tests.analysis.findings.broken_loops import dying

STEPS = 5
X = torch.linspace(-1, 1, 45).reshape(9, 5)
LABELS = torch.arange(9) % 3


class Euler(nn.Module):
    """An ordinary differential equation whose slope is a network: one call a step."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.slope = nn.Sequential(nn.Linear(5, 6), nn.ReLU(), nn.Linear(6, 5))
        self.turned = 0.0
        with torch.no_grad():
            self.slope[0].bias.copy_(torch.tensor([-10.0, -10, -10, -10, -10, 999]))

    def forward(self, x: Tensor) -> Tensor:
        for step in range(STEPS):
            # One that is far away has no dead unit.
            given = x + 100 * self.slope[0].weight[0].detach() if step == 1 else x
            x = x + 0.01 * self.slope(given)
        return x


def test_a_unit_that_is_dead_in_most_steps() -> None:
    net = Euler()
    with bv.record(net) as recorded:
        net(X).square().mean().backward()
    dead = []
    net.slope[1].register_forward_hook(lambda *args: dead.append(int((~args[2].any(0)).sum())))
    net(X)
    (said,) = of_code("dead_units", recorded.recording.findings())
    assert said.calls == (sum(count > 4 for count in dead), STEPS) == (STEPS - 1, STEPS)
    assert said.values == ("slope.0", dead[0], 6) == ("slope.0", 5, 6)
    relus = [i for i, e in enumerate(recorded.recording.events) if e.op == "relu"]
    assert said.event == relus[0]
    assert f"{STEPS - 1} of {STEPS} calls" in finding_text(said)
    assert f"{STEPS - 1} of {STEPS} calls" in str(said)


def test_a_softmax_before_the_loss_of_each_step() -> None:
    net = nn.Linear(5, 3)
    with bv.record(net) as recorded:
        loss = torch.zeros(())
        for _ in range(STEPS):
            loss = loss + F.cross_entropy(net(X).softmax(1), LABELS)
        loss.backward()
    (said,) = of_code("squashed_twice", recorded.recording.findings())
    assert said.calls == (STEPS, STEPS)


def test_a_rounding_of_each_step() -> None:
    net = nn.Linear(5, 5)
    with bv.record(net) as recorded:
        x = X
        for _ in range(STEPS):
            x = x + net(x).round()
        (x.mean() + net(X).mean()).backward()
    (said,) = of_code("step_function", recorded.recording.findings())
    assert said.calls == (STEPS, STEPS)


def test_layers_of_one_line_are_told_apart() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = nn.ModuleList(dying(-10, -10, -10, -10, -10, 1)[0] for _ in range(2))

        def forward(self, x: Tensor) -> Tensor:
            for layer in self.layers:
                x = layer(x).relu()[:, :5]
            return x

    net = Twice()
    with bv.record(net) as recorded:
        net(X).square().mean().backward()
    said = of_code("dead_units", recorded.recording.findings())
    assert [(f.values[0], f.calls) for f in said] == [("layers.0", None), ("layers.1", None)]


def of_code(code: str, findings: tuple[Finding, ...]) -> list[Finding]:
    return [finding for finding in findings if finding.code == code]
