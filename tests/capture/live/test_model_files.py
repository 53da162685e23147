"""A file that makes a model is trained on its batch, bit for bit as by a loop of one's own."""

from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F  # noqa: N812

from backprop_viz.recording.errors import plain_value
from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.trace.phases import PHASES, Phase
from backprop_viz.stream.commands import Iterate, SetBreakpoints, Step, Train
from backprop_viz.stream.messages import RunAttached, RunEnded, Update
from tests.capture.live.script_runs import Scripts, ScriptsWindow

HEAD = "import torch\nfrom torch import nn\ntorch.manual_seed(1)\n"
SEVERAL = (
    HEAD
    + """
class Two(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens, self.scale = nn.Embedding(9, 4), nn.Linear(3, 4)

    def forward(self, ids, x):
        seen = self.tokens(ids).mean(1)
        return {"logits": seen * self.scale(x), "seen": seen}


model = Two()
inputs = (torch.arange(6).view(2, 3), torch.randn(2, 3))
target = torch.tensor([1, 3])
optimizer = torch.optim.AdamW(model.parameters(), lr=0.1)


def loss(output, target):
    return nn.functional.cross_entropy(output["logits"], target)
"""
)
PLAIN = HEAD + "model = nn.Linear(3, 2)\ninputs = torch.randn(4, 3)\n"
NAMED = PLAIN + "loss, target = 'mse_loss', torch.randn(4, 2)"
BY_NAME = (
    PLAIN.replace("torch.randn(4, 3)", "{'input': torch.randn(4, 3)}")
    + "def loss(y):\n    return y.sum()\n"
)


def looped(text: str, iterations: int) -> tuple[list[float], list[torch.Tensor]]:
    """Losses and last gradients of a plain loop over what a file makes."""
    made: dict[str, Any] = {}
    exec(text, made)
    model, inputs = made["model"], made["inputs"]
    loss = F.mse_loss if made["loss"] == "mse_loss" else made["loss"]
    optimizer = made.get("optimizer") or torch.optim.SGD(model.parameters(), lr=0.01)
    losses = []
    for _ in range(iterations):
        optimizer.zero_grad()
        if isinstance(inputs, dict):
            output = model(**inputs)
        else:
            output = model(*inputs) if isinstance(inputs, tuple) else model(inputs)
        value = loss(output, made["target"]) if "target" in made else loss(output)
        value.backward()
        optimizer.step()
        losses.append(value.item())
    return losses, [p.grad for p in model.parameters()]


class Models:
    """Opens files of models, with a window that the test plays."""

    def __init__(self, scripts: Scripts, folder: Path) -> None:
        self._scripts, self._folder = scripts, folder

    def open(self, text: str) -> Any:
        path = self._folder / "mine.py"
        path.write_text(text)
        return self._scripts.followed(str(path), command="")


@pytest.fixture
def models(scripts: Scripts, tmp_path: Path) -> Models:
    return Models(scripts, tmp_path)


def points_of(window: ScriptsWindow) -> list[float]:
    updates = [told for told in window.messages if isinstance(told, Update)]
    return [loss for update in updates for loss, _ in update.points]


@pytest.mark.parametrize("text", [SEVERAL, NAMED, BY_NAME], ids=["tuple", "tensor", "dict"])
def test_it_is_a_plain_loop_bit_for_bit(models: Models, text: str) -> None:
    with models.open(text) as window:
        first = window.next()
        assert isinstance(first, RunAttached)
        assert (first.origin.kind, first.origin.title) == ("model", "mine.py")
        assert window.held().due is Phase.ZERO_GRAD  # as the loop begins
        for _ in range(3):
            window.carried_out(Iterate())
        losses, grads = looped(text, 3)
        assert points_of(window) == losses
        recording = window.recordings[3]
        assert [span.phase for span in recording.spans] == list(PHASES)
        found = {e.parameter: e.outputs[0] for e in recording.events if e.op == "AccumulateGrad"}
        made: dict[str, Any] = {}
        exec(text, made)
        for (name, _), grad in zip(made["model"].named_parameters(), grads, strict=True):
            assert torch.equal(torch.from_numpy(found[name].copy()), grad)
        window.close()  # and with its window it ends
        assert window.ended().status == 0


def test_the_loop_is_shown_below_the_file_and_held_at(models: Models) -> None:
    with models.open(NAMED) as window:
        held = window.held()
        (program,) = [m.program for m in window.messages[-1:] if isinstance(m, Update)]
        lines = [line.text for line in program.lines]
        assert lines[: NAMED.count("\n") + 1] == NAMED.split("\n")
        assert lines[held.line - 1] == "while window_is_open():"
        held = window.carried_out(Step())
        assert held.due is Phase.FORWARD
        assert "optimizer.zero_grad()" in lines[held.line - 1]
        backward = lines.index("    value.backward()") + 1
        window.command(SetBreakpoints((Breakpoint("line", backward),)))
        held = window.carried_out(Train())
        assert (held.line, held.iteration) == (backward, 0)
        held = window.carried_out(Train())
        assert (held.line, held.iteration) == (backward, 1)


def test_a_forward_that_raises_holds_nobody_at_its_end(models: Models) -> None:
    wide = PLAIN + "loss = 'mse_loss'\ninputs = torch.ones(4, 99)"
    with models.open(wide) as window:
        window.held()
        window.carried_out(Step())
        window.command(Step())
        told = window.until(
            lambda m: isinstance(m, RunEnded) or (isinstance(m, Update) and not m.training)
        )
        assert isinstance(told, RunEnded)
        assert plain_value(told.error).startswith("RuntimeError: mat1 and mat2 shapes")


def test_a_file_that_trains_is_refused_before_it_runs(models: Models, tmp_path: Path) -> None:
    made = tmp_path / "checkpoint"
    text = PLAIN + f"open({str(made)!r}, 'w')\nmodel(inputs).sum().backward()"
    with models.open(text) as window:
        window.command(Train())
        window.rest()
        ended = window.messages[-1]
        assert isinstance(ended, RunEnded)
        assert plain_value(ended.error).startswith("mine.py has a loop of its own")
        assert not made.exists()


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (PLAIN, None, "mine.py makes no loss: write loss = nn.CrossEntropyLoss(), for example."),
        (HEAD + "model = nn.Linear(1, 1)", None, "mine.py makes no inputs"),
        (HEAD, None, "mine.py makes no model: write model = Net(), for example."),
        (HEAD + "net = nn.Linear(1, 1)", 4, "mine.py makes no model, but net: write model = net."),
        (HEAD + "a = b = nn.Linear(1, 1)", 4, "mine.py makes several models (a, b), and none"),
        (HEAD + "class A(nn.ReLU): pass", None, "mine.py makes no model of its class: write model"),
        (PLAIN + "loss = abs\nclass A(nn.ReLU): pass\nmodel = A", 8, "model is the class A: write"),
        (PLAIN + "model(inputs).sum().backward()", 6, "mine.py has a loop of its own: run it by"),
        (PLAIN + "loss = 'no_such'", 6, "loss is 'no_such', which torch.nn.functional does not"),
        (PLAIN + "loss = model(inputs).sum()", 6, "loss is Tensor; it must be a function"),
        (PLAIN + "loss = abs\nmodel = 3", 7, "model is int, and not a torch.nn.Module."),
        (PLAIN + "loss = abs\ninputs: int = 3", 7, "inputs is int, and not a tensor"),
        (PLAIN + "loss = abs\noptimizer = 'sgd'", 7, "optimizer is str, and not a torch.optim"),
        (PLAIN + "loss = abs\nmodel = nn.ReLU()", 7, "model has no parameter that requires"),
        (HEAD + "raise SystemExit(1)", 4, "mine.py ended the process before it had made a model."),
        (PLAIN + "1 / 0", 6, "ZeroDivisionError: division by zero"),
        (PLAIN + "loss = (", 6, "SyntaxError: '(' was never closed"),
        (PLAIN + "loss = 'mse_loss'\ntarget = torch.ones(9, 5)", 14, "RuntimeError: The size of"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(
    models: Models, text: str, line: int | None, said: str
) -> None:
    with models.open(text) as window:
        window.command(Train())
        window.rest()
        ended = window.messages[-1]
        assert isinstance(ended, RunEnded)
        assert plain_value(ended.error).startswith(said)
        assert (ended.status, ended.line) == (1, line)
        assert window.ended().status == 1
