"""``only=``: the numbers of some modules, and of the others that they ran."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import backprop_viz as bv
from backprop_viz.analysis.explanations import explain
from backprop_viz.analysis.findings import findings
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.phases import Phase
from tests.capture.live.script_runs import SCRIPTS, Scripts
from tests.nightly import by_night


class Block(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.linear = nn.Linear(width, width)
        self.norm = nn.BatchNorm1d(width)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.norm(self.linear(x)))


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.Sequential(*(Block(16) for _ in range(4)))
        self.head = nn.Linear(16, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.blocks(x))


def trained(path: Path | None, **options: object) -> tuple[list[float], Net, Tensor]:
    """The losses, the model and the gradient of a weight of a plain loop, or of a watched one."""
    torch.manual_seed(2)
    net = Net()
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    watch = None if path is None else bv.watch(net, optimizer, to=path, **options)
    losses: list[float] = []
    for _ in range(3):
        x, y = torch.randn(32, 16), torch.randint(0, 3, (32,))
        optimizer.zero_grad()
        loss = functional.cross_entropy(net(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    if watch is not None:
        watch.close()
    grad = net.blocks[1].linear.weight.grad
    assert grad is not None
    return losses, net, grad


def events_of(recording: Recording, phase: Phase) -> list[Event]:
    return [event for event in recording.events if event.phase is phase]


def test_some_modules_are_kept_and_the_rest_is_known_to_have_happened(tmp_path: Path) -> None:
    losses, plain, grad = trained(None)
    same_losses, net, _ = trained(tmp_path / "some.bprec", only=["blocks.1"])
    whole_losses, _, _ = trained(tmp_path / "whole.bprec")
    assert same_losses == losses == whole_losses
    assert all(map(torch.equal, plain.state_dict().values(), net.state_dict().values()))
    some, whole = (bv.load(tmp_path / f"{name}.bprec")[2] for name in ("some", "whole"))
    assert [(e.op, e.phase, e.node, e.parameter, e.module) for e in some.events] == [
        (e.op, e.phase, e.node, e.parameter, e.module) for e in whole.events
    ]
    assert some.graph == whole.graph
    assert [(s.phase, s.start, s.stop) for s in some.spans] == [
        (s.phase, s.start, s.stop) for s in whole.spans
    ]
    assert some.loss == losses[2]
    assert {p.name for p in some.parameters} == {
        f"blocks.1.{name}" for name in ("linear.weight", "linear.bias", "norm.weight", "norm.bias")
    }
    assert {buffer.name for buffer in some.buffers} == {
        f"blocks.1.norm.{name}" for name in ("running_mean", "running_var", "num_batches_tracked")
    }
    own = 0
    for mine, theirs in zip(some.events, whole.events, strict=True):
        chosen = (mine.module or mine.parameter or "").startswith("blocks.1")
        if chosen:
            own += 1
            assert not mine.missing
        for ids, all_ids in ((mine.inputs, theirs.inputs), (mine.outputs, theirs.outputs)):
            for one, other in zip(ids, all_ids, strict=True):
                if one is not None:
                    assert other is not None
                    np.testing.assert_array_equal(one, other)
                elif other is not None:
                    assert not chosen
                    assert other.size > 1 or mine.phase is not Phase.FORWARD
                    assert "left_out" in mine.missing.values()
    # linear, the counting of batches, batch_norm, relu; three phases of four parameters.
    assert own == 4 + 3 * 4
    weight = "blocks.1.linear.weight"
    last = next(e for e in events_of(some, Phase.BACKWARD) if e.parameter == weight)
    np.testing.assert_array_equal(last.outputs[0], grad.numpy())
    # The nodes of its operations, and those behind them, have what arrived and what was sent.
    nodes = {e.node for e in events_of(some, Phase.FORWARD) if not e.missing}
    assert len(nodes) == 4
    assert all(not e.missing for e in events_of(some, Phase.BACKWARD) if e.node in nodes)
    assert findings(some) == ()
    cursor = some.at(len(some.events))
    left_out = explain(cursor, "parameter", "head.weight")
    assert (left_out.code, left_out.values) == ("not_copied", ("head.weight", "left_out"))
    assert explain(cursor, "parameter", weight).code == "value"
    first = next(e.node for e in events_of(some, Phase.BACKWARD))
    assert first is not None
    assert explain(cursor, "node", first).values[1] == "left_out"


def test_a_file_is_as_much_smaller_as_less_is_kept(tmp_path: Path) -> None:
    for name, options in (("whole", {}), ("some", {"only": "blocks.1"})):
        trained(tmp_path / f"{name}.bprec", **options)
    sizes = {p.stem: p.stat().st_size for p in tmp_path.glob("*.bprec")}
    kept = [bv.load(tmp_path / f"{name}.bprec")[2] for name in ("some", "whole")]
    some, whole = (sum(a.nbytes for a in recording.tensors.since(0)) for recording in kept)
    assert some < whole / 3
    assert sizes["some"] < sizes["whole"] / 2


@pytest.mark.parametrize("only", ["blocks.*.norm", ["head", "blocks.[02]"], "*"])
def test_patterns(only: str | list[str]) -> None:
    net = Net()
    with bv.record(net, only=only) as recorded:
        net(torch.randn(4, 16)).sum().backward()
    patterns = [only] if isinstance(only, str) else only
    inside = {
        name: any(
            re.fullmatch(p.replace(".", r"\.").replace("*", ".*") + r"(\..*)?", name)
            for p in patterns
        )
        for name, _ in net.named_modules()
        if name
    }
    # The counter of batches is one element, which is kept everywhere.
    ops = [e for e in recorded.events if e.module and e.op != "add_"]
    ran = {event.module for event in ops}
    assert {e.module for e in ops if not e.missing} == {m for m in ran if inside[m]}


def refused(entry: str, folder: Path) -> None:
    if entry == "watch":
        bv.watch(Net(), to=folder / "none.bprec", only=["head", "block.*"])
    with bv.record(Net(), only="block.*"):
        pass


@pytest.mark.parametrize("entry", ["record", "watch"])
def test_a_pattern_that_fits_nothing_is_refused(entry: str, tmp_path: Path) -> None:
    says = re.escape("only: no module of the model is named 'block.*'. It has blocks, blocks.0, ")
    with pytest.raises(ValueError, match=says):
        refused(entry, tmp_path)
    assert not (tmp_path / "none.bprec").exists()


def test_the_health_of_some_modules(tmp_path: Path) -> None:
    trained(tmp_path / "run.bprec", only="blocks.1", keep="health")
    health = bv.load(tmp_path / "run.bprec").health[0]
    assert {t.name.rpartition(".")[0] for t in health.tensors if t.role == "grad"} == {
        "blocks.1.linear",
        "blocks.1.norm",
    }
    assert {t.name for t in health.tensors if t.role == "output"} <= {
        "blocks.1",
        "blocks.1.linear",
        "blocks.1.norm",
    }


@by_night
def test_a_script_of_which_some_modules_are_recorded(tmp_path: Path, scripts: Scripts) -> None:
    script, path = SCRIPTS / "lstm.py", tmp_path / "run.bprec"
    ours = ["--to", str(path), "--only"]
    assert scripts.recorded(*ours, "lstm", str(script)) == scripts.plain(script)
    assert {p.name.partition(".")[0] for p in bv.load(path)[0].parameters} == {"lstm"}
    wrong = scripts.recorded(*ours, "gru", str(script))
    assert wrong.status == 2
    assert wrong.printed.splitlines()[-1].startswith(
        "backprop-viz run: only: no module of the model is named 'gru'. It has "
    )
