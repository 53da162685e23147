"""What clears the gradients of a loop of one's own, and the loss behind a GradScaler's."""

from contextlib import nullcontext
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from torch import nn

import backprop_viz as bv
from backprop_viz.analysis.numbers.number_origin import loss_number, value_of
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.stream.commands import Iterate, Step, Train
from tests.capture.live.script_runs import Scripts


def test_a_models_own_zero_grad_is_the_phase() -> None:
    torch.manual_seed(1)
    net = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    net(torch.randn(5, 3)).sum().backward()
    before = [p.grad.clone() for p in net.parameters() if p.grad is not None]
    with bv.record(net, optimizer) as recorded:
        net.zero_grad(set_to_none=False)
        net(torch.randn(5, 3)).sum().backward()
        optimizer.step()
    recording = recorded.recording
    phases = [span.phase for span in recording.spans]
    assert phases == [Phase.ZERO_GRAD, Phase.FORWARD, Phase.LOSS, Phase.BACKWARD, Phase.UPDATE]
    events = [e for e in recording.events if e.phase is Phase.ZERO_GRAD]
    assert [e.op for e in events] == ["zero_grad"] * 4
    for event, grad in zip(events, before, strict=True):
        np.testing.assert_array_equal(event.inputs[0], grad.numpy())
        np.testing.assert_array_equal(event.outputs[0], np.zeros_like(grad.numpy()))
    assert not [e for e in recording.events if e.op == "changed"]


def test_another_models_zero_grad_is_none_of_its_affair() -> None:
    net, other = nn.Linear(3, 2), nn.Linear(3, 2)
    with bv.record(net) as recorded:
        other.zero_grad()
        net(torch.randn(5, 3)).sum().backward()
    assert recorded.recording.span(Phase.ZERO_GRAD) is None


def scaled(*, watched: bool) -> tuple[float, list[torch.Tensor], Recording | None]:
    """The loss and the gradients of a plain iteration with a scaler, or of a recorded one."""
    torch.manual_seed(5)
    net = nn.Linear(3, 2)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    scaler = torch.amp.GradScaler("cpu", init_scale=3000.0)
    x = torch.randn(5, 3)
    with bv.record(net, optimizer) if watched else nullcontext() as recorded:
        optimizer.zero_grad()
        loss = net(x).square().mean()
        scaler.scale(loss).backward()
        grads = [p.grad.clone() for p in net.parameters() if p.grad is not None]
        scaler.step(optimizer)
        scaler.update()
    return loss.item(), grads, None if recorded is None else recorded.recording


def test_the_loss_behind_a_grad_scaler_is_the_users() -> None:
    loss, grads, _ = scaled(watched=False)
    same, _, recording = scaled(watched=True)
    assert recording is not None
    assert recording.loss == loss == same
    assert recording.loss_scale == 3000.0
    for name, grad in zip(("weight", "bias"), grads, strict=True):
        added = next(
            e for e in recording.events if e.op == "AccumulateGrad" and e.parameter == name
        )
        np.testing.assert_array_equal(added.outputs[0], grad.numpy())
    number = loss_number(recording.at(len(recording.events)))
    assert number is not None
    assert value_of(recording, number) == loss


def test_each_closure_of_a_step_is_a_run_of_its_phases() -> None:
    weights: list[torch.Tensor] = []
    for watched in (False, True):
        torch.manual_seed(0)
        net = nn.Linear(3, 1)
        x, y = torch.randn(20, 3), torch.randn(20, 1)
        optimizer = torch.optim.LBFGS(net.parameters(), max_iter=3)

        def closure(
            net: nn.Linear = net,
            optimizer: torch.optim.Optimizer = optimizer,
            keep: bool = not watched,
            x: torch.Tensor = x,
            y: torch.Tensor = y,
        ) -> torch.Tensor:
            if keep:
                weights.append(net.weight.detach().clone())
            optimizer.zero_grad()
            loss = (net(x) - y).square().mean()
            loss.backward()
            return loss

        with bv.record(net, optimizer) if watched else nullcontext() as recorded:
            optimizer.step(closure)
        if not watched:
            weights.append(net.weight.detach().clone())
    assert recorded is not None
    recording = recorded.recording
    once = [Phase.ZERO_GRAD, Phase.FORWARD, Phase.LOSS, Phase.BACKWARD, Phase.UPDATE]
    closures = len(weights) - 1
    assert closures == 3
    assert [span.phase for span in recording.spans] == once * closures
    updates = [e for e in recording.events if e.phase is Phase.UPDATE and e.parameter == "weight"]
    assert [e.op for e in updates] == ["LBFGS"] * closures
    for event, weight in zip(updates, weights[1:], strict=True):
        np.testing.assert_array_equal(event.outputs[0], weight.numpy())
    assert all(
        {e.phase for e in recording.events[span.start : span.stop]} == {span.phase}
        for span in recording.spans
    )


SCRIPT = """
import torch
from torch import nn

torch.manual_seed(3)
net = nn.Linear(4, 2)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
WARM
for i in range(3):
    x = torch.randn(8, 4)
    CLEAR.zero_grad()
    loss = net(x).square().mean()
    loss.backward()
    optimizer.step()
    print(i, loss.item(), flush=True)
"""
WARM = "torch.nn.functional.linear(torch.ones(1, 4), net.weight).sum().backward()"


def test_zero_grad_before_the_first_forward_is_in_the_first_iteration(
    scripts: Scripts, tmp_path: Path
) -> None:
    script = tmp_path / "train.py"
    for clear in ("optimizer", "net"):
        script.write_text(SCRIPT.replace("WARM", WARM).replace("CLEAR", clear))
        lines = script.read_text().splitlines()
        with scripts.followed(str(script)) as window:
            held = window.held()
            assert (held.due, held.iteration, window.recordings) == (Phase.ZERO_GRAD, 0, {})
            assert held.line is not None
            assert f"{clear}.zero_grad()" in lines[held.line - 1]
            held = window.carried_out(Step())
            recording = window.recordings[1]
            assert held.due is Phase.FORWARD
            assert held.line is not None
            assert "net(x)" in lines[held.line - 1]
            assert [span.phase for span in recording.spans] == [Phase.ZERO_GRAD]
            assert [e.parameter for e in recording.events] == ["weight", "bias"]
            weight = recording.events[0]
            np.testing.assert_array_equal(weight.inputs[0], np.ones((2, 4), np.float32))
            assert weight.outputs[0] is None
            before = recording.by_parameter["weight"].grad
            np.testing.assert_array_equal(before, np.ones((2, 4), np.float32))
            assert weight.place is not None
            assert f"{clear}.zero_grad()" in lines[weight.place[1] - 1]
            held = window.carried_out(Step())
            assert held.due is Phase.LOSS
            window.carried_out(Iterate())
            window.carried_out(Iterate())
            first, second = (window.recordings[i] for i in (1, 2))
            phases = [[span.phase for span in one.spans] for one in (first, second)]
            assert phases[0] == phases[1] == list(Phase)
            window.command(Train())
            window.rest()
            assert window.ended() == scripts.plain(script)


CLEARS_LATE = """
import torch
from torch import nn

torch.manual_seed(3)
net = nn.Linear(4, 2)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for i in range(3):
    x = torch.randn(8, 4)
    loss = net(x).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(loss.item(), flush=True)
"""


def test_a_loop_that_clears_after_the_loss_is_held_in_its_own_order(
    scripts: Scripts, tmp_path: Path
) -> None:
    script = tmp_path / "train.py"
    script.write_text(CLEARS_LATE)
    printed = [float(line) for line in scripts.plain(script).printed.split()]
    # After each step, what comes next, from the first iteration on.
    due = [Phase.LOSS, Phase.ZERO_GRAD, Phase.BACKWARD, Phase.UPDATE, Phase.FORWARD]
    with scripts.followed(str(script)) as window:
        window.held()
        for iteration in (1, 2):
            for count, phase in enumerate(due, 1):
                held = window.carried_out(Step())
                assert (held.due, held.iteration) == (phase, iteration - 1 + count // 5)
                recording = window.recordings[iteration]
                assert recording.loss == (None if count == 1 else printed[iteration - 1])
                assert len(recording.spans) == count
                if count > 1:  # the graph is that of the loss before backward tells
                    names = [node.name for node in recording.graph.nodes]
                    assert names[:2] == ["MeanBackward0", "PowBackward0"]
        window.command(Train())
        window.rest()
        assert [float(line) for line in window.ended().printed.split()] == printed


def test_a_zero_grad_before_a_step_that_nobody_saw_is_of_no_later_iteration(
    scripts: Scripts, tmp_path: Path
) -> None:
    script = tmp_path / "train.py"
    # The optimizer is made after the first forward, so that the first iteration is not found.
    made = "optimizer = torch.optim.SGD(net.parameters(), lr=0.1)\n"
    late = CLEARS_LATE.replace(made, "").replace("    loss =", "    if not i: OPT    loss =")
    script.write_text(late.replace("    if not i: OPT", "    y = net(x)\n    if not i: " + made))
    text = script.read_text().replace("net(x).square()", "y.square()")
    script.write_text(text)
    printed = [float(line) for line in scripts.plain(script).printed.split()]
    with scripts.followed(str(script)) as window:
        window.held()
        window.carried_out(Iterate())
        recording = window.recordings[1]
        assert recording.loss == printed[1]
        order = [Phase.FORWARD, Phase.LOSS, Phase.ZERO_GRAD, Phase.BACKWARD, Phase.UPDATE]
        assert [span.phase for span in recording.spans] == order
        window.command(Train())
        window.rest()
        *losses, said = window.ended().printed.splitlines()
        assert list(map(float, losses)) == printed
        assert "the first step is not recorded" in said


def test_a_step_that_a_scaler_leaves_out_ends_an_iteration(tmp_path: Path) -> None:
    def train(watched: bool) -> list[tuple[float, np.ndarray]]:
        torch.manual_seed(5)
        net = nn.Linear(3, 2)
        optimizer = torch.optim.SGD(net.parameters(), lr=1e-3)
        scaler = torch.amp.GradScaler("cpu", init_scale=2.0**126, backoff_factor=0.25)
        watch = bv.watch(net, optimizer, tmp_path / "run.bprec") if watched else None
        x, turns = torch.randn(5, 3) * 10, []
        for _ in range(6):
            optimizer.zero_grad()
            loss = net(x).square().mean()
            scaler.scale(loss).backward()
            scaler.step(optimizer)
            scaler.update()
            turns.append((loss.item(), net.weight.detach().numpy().copy()))
        if watch is not None:
            watch.close()
        return turns

    turns = train(watched=False)
    moved = [not np.array_equal(a, b) for (_, a), (_, b) in pairwise(turns)]
    assert True in moved
    assert False in moved  # else no step was left out
    watched = train(watched=True)
    assert [loss for loss, _ in watched] == [loss for loss, _ in turns]
    found = list(bv.load(tmp_path / "run.bprec"))
    assert [recording.loss for recording in found] == [loss for loss, _ in turns]
    for recording, (_, weight) in zip(found, turns, strict=True):
        assert np.array_equal(recording.at(len(recording.events)).value("weight"), weight)
