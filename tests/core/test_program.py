"""The script that the window offers must do what the trainer does, bit for bit."""

import contextlib
import io

import pytest

import backprop_viz as bv
from backprop_viz.core.program import program
from backprop_viz.core.records import Phase, Settings


@pytest.mark.parametrize(
    "settings",
    [
        Settings(data="random", loss="mse", optimizer="manual", lr=0.01),
        Settings(data="random", loss="cross_entropy", optimizer="nesterov", seed=2),
        Settings(loss="mse", optimizer="adam", lr=0.001, batch_size=7, set_to_none=False),
        Settings(optimizer="rmsprop", lr=0.001, optimizer_options={"alpha": 0.9}),
        Settings(data="random", loss="mse", clear_gradients=False, lr=0.001),
        Settings(data="random", loss="mse", lr=0.01, batch_size=1),
        Settings(data="random", loss="mse", lr=0.01, batch_size=3, input_form="unsqueezed"),
        Settings(loss="mse", lr=0.01, batch_size=3, input_form="unsqueezed"),
    ],
    ids=lambda s: f"{s.data}-{s.loss}-{s.optimizer}-{s.input_form}-{s.batch_size}",
)
def test_the_script_prints_the_trainers_losses(settings: Settings) -> None:
    trainer = bv.Trainer.from_settings(settings)
    script = program(settings, trainer.model).script.replace(", 100)", ", 12)")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(script, "script", "exec"), {})
    losses = [float(line) for line in printed.getvalue().split()]
    assert losses == [trainer.iterate().loss for _ in range(12)]


def test_the_script_without_a_loss_runs() -> None:
    settings = Settings(data="random", loss="output_gradient")
    trainer = bv.Trainer("random", "output_gradient")
    script = program(settings, trainer.model).script
    names: dict[str, object] = {}
    exec(compile(script, "script", "exec"), names)
    for _ in range(100):
        trainer.iterate()
    net = names["net"]
    assert isinstance(net, bv.LeNet)
    assert net.conv1.bias.tolist() == trainer.model.conv1.bias.tolist()


def test_lines_follow_the_settings() -> None:
    net = bv.LeNet()
    lines = program(Settings(optimizer="manual", clear_gradients=False), net).lines
    by_phase = [line.text.strip() for line in lines if line.phase]
    assert by_phase == [
        "# net.zero_grad()",
        "out = net(x)",
        "loss = criterion(out, y)",
        "loss.backward()",
        "with torch.no_grad():",
        "for p in net.parameters():",
        "p.sub_(p.grad * lr)",
    ]
    lines = program(Settings(loss="output_gradient"), net).lines
    backward = [line.text.strip() for line in lines if line.phase is Phase.BACKWARD]
    assert backward == ["out.backward(torch.randn(out.shape))"]


def test_the_forward_is_the_models_own_source() -> None:
    trainer = bv.Trainer("random", "mse")
    shown = program(Settings(data="random", loss="mse"), trainer.model)
    recording = trainer.record()
    texts = {line.source_line: line.text.strip() for line in shown.lines if line.source_line}
    called = [texts[e.line].split("  #")[0] for e in recording.events if e.line is not None]
    assert called[0] == "x = F.max_pool2d(F.relu(self.conv1(x)), (2, 2))"
    assert called[-1] == "x = self.fc3(x)"
