"""The lines of the program that the window shows."""

import backprop_viz as bv
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.training.script.program_text import program


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
