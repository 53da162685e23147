"""A loop in another module than the script: its lines are shown, held at and recorded."""

import os
from pathlib import Path

import pytest
import torch
from torch import nn

import backprop_viz as bv
from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.run.program import Program
from backprop_viz.stream.commands import SetBreakpoints, Step, Train
from backprop_viz.stream.messages import RunEnded, Update
from tests.capture.live.script_runs import Scripts

TRAINER = """\
import torch

class Trainer:
    def __init__(self, net, optimizer):
        self.net, self.optimizer = net, optimizer

    def fit(self, batches, raises=False):
        for x in batches:
            self.optimizer.zero_grad()
            loss = self.net(x).square().mean()
            loss.backward()
            self.optimizer.step()
            print(loss.item())
        if raises:
            raise RuntimeError("at the end")
"""
MAIN = """\
import sys
import torch
from trainer import Trainer

def main():
    torch.manual_seed(5)
    net = torch.nn.Linear(3, 4)
    trainer = Trainer(net, torch.optim.SGD(net.parameters(), lr=0.1))
    trainer.fit(torch.randn(2, 6, 3), raises="raise" in sys.argv)

if __name__ == "__main__":
    main()
"""
LOOP = TRAINER.splitlines()


@pytest.fixture
def script(tmp_path: Path) -> Path:
    (tmp_path / "trainer.py").write_text(TRAINER)
    (tmp_path / "train.py").write_text(MAIN)
    return tmp_path / "train.py"


def plain_losses() -> list[float]:
    torch.manual_seed(5)
    net, losses = nn.Linear(3, 4), list[float]()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for x in torch.randn(2, 6, 3):
        optimizer.zero_grad()
        loss = net(x).square().mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def text_of(program: Program) -> list[str]:
    return [line.text for line in program.lines]


def test_the_window_shows_and_holds_the_module_that_the_loop_is_in(
    scripts: Scripts, script: Path
) -> None:
    with scripts.followed(str(script), "raise") as window:
        held = window.held()
        told = [u.program for u in window.messages if isinstance(u, Update) and u.program]
        assert text_of(told[-1]) == LOOP
        assert (told[-1].path, told[-1].since) == (str(script.parent / "trainer.py"), 1)
        assert held.line is not None
        backward = LOOP.index("            loss.backward()") + 1
        window.command(SetBreakpoints((Breakpoint("line", backward),)))
        while not held.before_line:
            held = window.carried_out(Step())
        assert held.line == backward
        window.close()
        ended = window.ended()
    losses = [line for line in ended.printed.splitlines() if line[:1].isdigit()]
    assert losses == [str(loss) for loss in plain_losses()]
    assert ended.status == 1


def test_where_it_raised_is_told_by_the_line_of_that_module(scripts: Scripts, script: Path) -> None:
    with scripts.followed("--go", str(script), "raise") as window:
        window.rest()
    (end,) = (told for told in window.messages if isinstance(told, RunEnded))
    assert end.line is not None
    assert "at the end" in LOOP[end.line - 1]


def test_a_file_has_the_module_and_its_lines(scripts: Scripts, script: Path) -> None:
    to = script.parent / "run.bprec"
    ended = scripts.recorded("--to", str(to), str(script))
    assert ended.printed.splitlines()[:2] == [str(loss) for loss in plain_losses()]
    file = bv.load(to)
    assert [text_of(program) for program in file.programs] == [MAIN.splitlines(), LOOP]
    for recording in file:
        ran = {LOOP[number - 1].strip() for number, _ in recording.trace}
        assert {"loss.backward()", "self.optimizer.step()"} <= ran


def test_a_script_with_a_loop_of_its_own_stays_shown(scripts: Scripts, tmp_path: Path) -> None:
    script = tmp_path / "own.py"
    script.write_text(
        "import torch\n"
        "net = torch.nn.Linear(3, 4)\n"
        "optimizer = torch.optim.SGD(net.parameters(), lr=0.1)\n"
        "net(torch.ones(2, 3)).sum().backward()\n"
        "optimizer.step()\n"
    )
    to = tmp_path / "own.bprec"
    assert scripts.recorded("--to", os.fspath(to), str(script)).status == 0
    (program,) = bv.load(to).programs
    assert text_of(program) == script.read_text().splitlines()


PACKAGE = """\
class Loop:
    def fit(self, step, optimizer, batches):
        for x in batches:
            def closure():
                loss = step(x)
                optimizer.zero_grad()
                loss.backward()
                return loss
            optimizer.step(closure)
    def fit_model(self, net, loss, optimizer, batches):
        for x in batches:
            optimizer.zero_grad()
            loss(net(x)).backward()
            optimizer.step()
"""
STEPS = """\
from torch import nn
class Square(nn.Module):
    def __init__(self):
        super().__init__()
        self.flat = nn.Flatten()
    def forward(self, y):
        return self.flat(y).square().mean()
class Part(nn.Module):
    def __init__(self):
        super().__init__()
        self.net, self.loss = nn.Linear(3, 4), Square()
    def forward(self, x):
        return self.net(x)
    def training_step(self, x):
        y = self(x)
        return self.loss(y)
"""
FITS = """\
import pathlib, sys
import torch
sys.path.append(str(pathlib.Path(__file__).parent / "site-packages"))
from loop import Loop
from steps import Part
torch.manual_seed(5)
part = Part()
optimizer = torch.optim.Adam(part.parameters(), lr=0.1)
batches = torch.randn(3, 6, 3)
if "model" in sys.argv:
    Loop().fit_model(part, part.loss, optimizer, batches)
else:
    Loop().fit(part.training_step, optimizer, batches)
"""
STEP_LINES = STEPS.splitlines()


@pytest.fixture
def fits(tmp_path: Path) -> Path:
    (tmp_path / "site-packages").mkdir()
    (tmp_path / "site-packages" / "loop.py").write_text(PACKAGE)
    (tmp_path / "steps.py").write_text(STEPS)
    (tmp_path / "fits.py").write_text(FITS)
    return tmp_path / "fits.py"


def test_of_an_installed_packages_loop_the_users_part_is_shown(
    scripts: Scripts, fits: Path
) -> None:
    to = fits.parent / "fits.bprec"
    assert scripts.recorded("--to", str(to), str(fits)).status == 0
    file = bv.load(to)
    assert [text_of(program) for program in file.programs][-1] == STEP_LINES
    assert len(file) == 3
    for recording in file:
        ran = {STEP_LINES[number - 1].strip() for number, _ in recording.trace}
        assert {"y = self(x)", "return self.net(x)"} <= ran
    with scripts.followed(str(fits)) as window:
        window.held()
        line = STEP_LINES.index("        return self.loss(y)") + 1
        window.command(SetBreakpoints((Breakpoint("line", line),)))
        held = window.carried_out(Train())
        assert (held.before_line, held.line, held.iteration) == (True, line, 0)
        held = window.carried_out(Train())
        assert (held.before_line, held.line, held.iteration) == (True, line, 1)
        window.close()
        assert window.ended().status == 0


def test_a_script_whose_model_a_package_calls_stays_shown(scripts: Scripts, fits: Path) -> None:
    to = fits.parent / "fits.bprec"
    assert scripts.recorded("--to", str(to), str(fits), "model").status == 0
    (program,) = bv.load(to).programs
    assert text_of(program) == FITS.splitlines()
