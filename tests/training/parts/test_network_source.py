"""A run of an edited network is that of the plain loop with the edited class, bit for bit."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.training.parts.network_source import NetworkError, network_of, try_forward
from backprop_viz.training.recorded_steps import RecordedSteps
from backprop_viz.training.script.program_text import program
from backprop_viz.training.script.run_journal import RunJournal
from backprop_viz.training.script.script_data import run_data
from backprop_viz.training.script.standalone_script import Run
from tests.alone import losses_of_text
from tests.nightly import by_night

SOURCE = """\
import math


class Block(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)
        self.norm = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        return x + F.gelu(self.norm(self.conv(x)))


class Small(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, 4, 5, stride=2)
        self.block = Block(4)
        self.head = nn.Linear(4 * 14 * 14, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.relu(self.first(x))
        x = F.dropout(self.block(x), 0.1, self.training)
        return self.head(x.flatten(1)) * math.sqrt(2)
"""


class Block(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)
        self.norm = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        return x + F.gelu(self.norm(self.conv(x)))


class Small(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, 4, 5, stride=2)
        self.block = Block(4)
        self.head = nn.Linear(4 * 14 * 14, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.relu(self.first(x))
        x = F.dropout(self.block(x), 0.1, self.training)
        return self.head(x.flatten(1)) * 2**0.5


def plain_run(iterations: int) -> tuple[list[float], list[Tensor], list[Tensor]]:
    """Losses, gradients and weights of the plain loop on one random batch."""
    torch.manual_seed(3)
    net = Small()
    x, y = torch.randn(5, 1, 32, 32), torch.randn(5, 10)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    losses = []
    for _ in range(iterations):
        optimizer.zero_grad()
        loss = nn.MSELoss()(net(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    grads = [p.grad for p in net.parameters()]
    return losses, grads, list(net.state_dict().values())


SETTINGS = Settings("random", "mse", "adam", lr=0.01, batch_size=5, seed=3, network=SOURCE)


@pytest.mark.parametrize("recorded", [False, True])
def test_losses_gradients_and_weights_are_those_of_the_plain_loop(recorded: bool) -> None:
    outside = torch.get_rng_state()
    trainer = bv.Trainer.from_settings(SETTINGS)
    losses = []
    for _ in range(4):
        if recorded:
            trainer.record()
            losses.append(trainer.finished().loss)
        else:
            losses.append(trainer.iterate().loss)
    plain_losses, grads, weights = (
        plain_run(4) if torch.equal(torch.get_rng_state(), outside) else ([], [], [])
    )
    assert losses == plain_losses
    for parameter, grad in zip(trainer.model.parameters(), grads, strict=True):
        assert torch.equal(parameter.grad, grad)
    for own, plain in zip(trainer.model.state_dict().values(), weights, strict=True):
        assert torch.equal(own, plain)


def test_the_program_is_the_text_and_the_lines_that_run_are_its_own() -> None:
    trainer = bv.Trainer.from_settings(SETTINGS)
    steps = RecordedSteps(trainer)
    while steps.step() is not Phase.FORWARD:
        pass
    shown = program(SETTINGS, trainer.model)
    assert shown.network == SOURCE
    texts = {line.source_line: line.text.strip() for line in shown.lines}
    rows = SOURCE.splitlines()
    assert all(text == rows[at - 1].strip() for at, text in texts.items() if at is not None)
    lines = {event.op: event.line for event in steps.recording().events if event.line}
    assert "self.head(" in texts[lines["linear"]]
    assert "self.block(" in texts[lines["batch_norm"]]


@by_night
def test_the_script_has_the_class_as_edited_and_prints_the_losses(tmp_path: Path) -> None:
    trainer = bv.Trainer.from_settings(SETTINGS)
    data = run_data(SETTINGS, trainer.source, 5)
    journal = RunJournal({0: SETTINGS})
    from backprop_viz.training.script.standalone_script import script

    text = script(Run(trainer.model, journal, 4, {}, data, torch.get_num_threads()), beside=False)
    assert "class Block(nn.Module):" in text
    losses = [trainer.iterate().loss.hex() for _ in range(4)]
    assert losses_of_text(text, tmp_path) == losses


def test_a_run_goes_back_to_a_checkpoint() -> None:
    trainer = bv.Trainer.from_settings(replace(SETTINGS, network=SOURCE))
    trainer.iterate()
    checkpoint = trainer.checkpoint()
    losses = [trainer.iterate().loss for _ in range(2)]
    trainer.restore(checkpoint)
    assert [trainer.iterate().loss for _ in range(2)] == losses


HEAD = "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
LINEAR = HEAD + "        self.fc = nn.Linear(1024, 10)\n\n    def forward(self, x):\n"


@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        ("class Net(", 1, "not Python: '\\(' was never closed"),
        (LINEAR + "        return self.fc(x\n", 7, "not Python"),
        ("width = 1 / 0\n", 1, "raises ZeroDivisionError: division by zero"),
        ("import no_such_module\n", 1, "raises ModuleNotFoundError: No module named"),
        ("import sys\nsys.exit(3)\n", 2, "raises SystemExit: 3"),
        ("width = 3\n", None, "no network here"),
        (HEAD + "        self.fc = nn.Linear(1024)\n", 4, "raises TypeError when the network is"),
        (HEAD, 2, "no parameters"),
        (HEAD + "        self.fc = nn.LazyLinear(10)\n", 2, "lazy layer"),
        (HEAD.replace("self)", "self, width)"), 2, "raises TypeError when the network is made"),
        (
            LINEAR + "        return self.fc(x)\n",
            7,
            "raises RuntimeError on the first batch: .*mat1",
        ),
        (
            LINEAR + "        return x.flatten(1)\n",
            7,
            r"shape \(2, 1024\) of float32;",
        ),
        (LINEAR + "        return self.fc(x.flatten(1)).argmax(1)\n", 7, r"shape \(2,\) of int64"),
        (LINEAR + "        self.fc(x.flatten(1))\n", 6, "returns NoneType and not a Tensor"),
        (LINEAR + "        return self.fc(x.flatten(1)).detach()\n", 7, "depends on no parameter"),
        (LINEAR.split("    def forward")[0], 1, "raises NotImplementedError on the first batch"),
        ("x = '\0'\n", 1, "not Python"),
    ],
)
def test_a_mistake_has_its_line_and_a_sentence(source: str, line: int | None, said: str) -> None:
    with pytest.raises(NetworkError, match=said) as caught:
        try_forward(source, network_of(source), torch.zeros(2, 1, 32, 32), 10)
    assert caught.value.line == line
    assert "\n" not in str(caught.value)


def test_making_a_network_draws_no_random_number_but_those_of_its_layers() -> None:
    torch.manual_seed(0)
    network = network_of("torch.rand(7)\n" + SOURCE)
    drawn = torch.rand(1)
    torch.manual_seed(0)
    plain = Small()
    assert torch.equal(next(network.parameters()), next(plain.parameters()))
    assert torch.equal(drawn, torch.rand(1))
