"""What goes wrong in our own code never reaches the loop: it is told once, and recording ends."""

import gc
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch._functorch import eager_transforms, vmap
from torch.amp.grad_scaler import GradScaler
from torch.nn.modules import module as modules
from torch.optim import LBFGS, Optimizer
from torch.optim import optimizer as optimizers
from torch.overrides import _get_current_function_mode_stack
from torch.utils._python_dispatch import _get_current_dispatch_mode_stack

import backprop_viz as bv
from backprop_viz.capture.live.watch import Keep
from backprop_viz.recording.errors import UserError
from backprop_viz.recording.files.fault_log import FaultLog
from backprop_viz.recording.notices.notice import Notice
from backprop_viz.stream.commands import Step
from backprop_viz.stream.messages import RunEnded, Update
from tests.capture.live.kinds_of_loops import LOOPS, OF_STEPS, Within
from tests.capture.live.raising import raising
from tests.capture.live.script_runs import Scripts
from tests.nightly import NIGHTLY, by_day_each, by_day_every, by_night


def _unrecorded(_: Any, __: Any) -> AbstractContextManager[None]:
    return nullcontext()


HOWS = "each recorded", "each second recorded", "health", "one recording"


def _within(how: str, folder: Path) -> Within:
    file = folder / "run.bprec"

    def within(model: Any, optimizer: Any) -> Any:
        if how != "one recording":
            every = 2 if how == "each second recorded" else 1
            keep: Keep = "health" if how == "health" else "full"
            return bv.watch(model, optimizer, file, every=every, keep=keep)
        several = isinstance(model, list) and isinstance(model[0], nn.Module)
        return bv.record(model[0] if several else model, optimizer)

    return within


def _trained(loop: Callable[[Within], Iterator[Tensor]], within: Within) -> list[bytes]:
    torch.manual_seed(0)
    return [weight.detach().numpy().tobytes() for weight in loop(within)]


def _on_torch() -> dict[str, Any]:
    """What a recording changes of torch and Python while it is under way."""
    swapped = {
        f"{kind.__name__}.{name}": getattr(kind, name)
        for kind, names in {
            nn.Module: ("_call_impl", "zero_grad", "__reduce_ex__"),
            Optimizer: ("zero_grad", "_patch_step_function"),
            LBFGS: ("_add_grad", "_set_param"),
            GradScaler: ("step", "scale"),
            vmap: ("vmap_increment_nesting",),
            eager_transforms: ("grad_increment_nesting", "_func_increment_nesting"),
            torch.autograd: ("backward", "grad"),
            warnings: ("_showwarnmsg",),
        }.items()
        for name in names
    }
    codes = [f.__code__ for f in (torch.autograd.backward, torch.autograd.grad, Tensor.backward)]
    hooks = [
        *(optimizers._global_optimizer_pre_hooks, optimizers._global_optimizer_post_hooks),
        *(modules._global_forward_pre_hooks, modules._global_forward_hooks),
    ]
    modes = _get_current_function_mode_stack(), _get_current_dispatch_mode_stack()  # type: ignore[no-untyped-call]
    return {
        **swapped,
        "codes": codes,
        "hooks": [len(some) for some in hooks],
        "modes": [len(some) for some in modes],
        "how nodes are hooked": "_register_hook" in vars(torch.autograd.Function),
        "tracer": sys.gettrace(),
        "collector": gc.isenabled(),
        "heard": torch._C._is_torch_function_enabled(),
    }


@pytest.mark.long
@pytest.mark.parametrize(("loop", "how"), by_day_each(LOOPS, HOWS))
def test_what_a_function_of_ours_raises_is_none_of_the_loops(
    loop: str, how: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, within = LOOPS[loop], _within(how, tmp_path)
    _trained(run, _unrecorded)
    capsys.readouterr()
    plain = _trained(run, _unrecorded), capsys.readouterr().out
    before = _on_torch()
    _trained(run, within)  # fills what is kept for later
    with raising() as faults:
        assert _trained(run, within) == plain[0]
    capsys.readouterr()
    calls = [(name, nth) for name, n in faults.run.items() for nth in (1, 5) if n >= nth]
    assert len(calls) > (60 if how == "health" else 200)
    raised, wrong = 0, {}
    for name, nth in by_day_every(151, calls):
        with raising(name, nth) as faults:
            weights = _trained(run, within)
        said = capsys.readouterr()
        told = said.err.count("ecording has ended") == len(said.err.splitlines()) == 1
        raised += faults.raised
        now = _on_torch()
        changed = [key for key, value in now.items() if value != before[key]]
        if faults.raised and ((weights, said.out) != plain or changed or not told):
            wrong[name, nth] = weights == plain[0], said.out == plain[1], changed, said.err
    assert wrong == {}
    assert raised > len(by_day_every(151, calls)) * 0.8


@pytest.mark.parametrize("nth", [1, 6])  # the sixth of the optimizer moves a weight
@pytest.mark.parametrize(("loop", "name"), OF_STEPS)
def test_what_a_step_runs_of_ours_is_none_of_the_loops(
    loop: str, name: str, nth: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = LOOPS[loop]
    plain = _trained(run, _unrecorded)
    with raising(f"capture/{name}", nth) as faults:
        assert _trained(run, _within("one recording", tmp_path)) == plain
    assert faults.raised
    assert capsys.readouterr().err.count("Recording has ended") == 1


@pytest.mark.parametrize("how", HOWS)
def test_a_fault_at_the_first_operation_leaves_nothing_on_torch(
    how: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, within = LOOPS["bare tensors"], _within(how, tmp_path)
    plain, before = _trained(run, _unrecorded), _on_torch()
    with raising("capture/bare/bare_forward.py:BareForward._look_at") as faults:
        assert _trained(run, within) == plain
    assert faults.raised
    assert _on_torch() == before
    assert capsys.readouterr().err.count("Recording has ended") == 1


@pytest.mark.parametrize("loop", by_day_every(2, list(LOOPS)))
def test_a_fault_in_the_last_backward_leaves_nothing_on_torch(loop: str, tmp_path: Path) -> None:
    run, within = LOOPS[loop], _within("each recorded", tmp_path)
    name, before = "capture/recorder.py:Recorder.backward", _on_torch()
    with raising() as faults:
        _trained(run, within)
    with raising(name, faults.run[name]) as faults:
        _trained(run, within)
    assert faults.raised
    assert _on_torch() == before


BEGUN_BY = (
    "watches/clearing_watch.py:module_clearings_seen",
    "watches/clearing_watch.py:optimizer_clearings_seen",
    "watches/overridable_backward.py:backwards_heard",
)


@pytest.mark.parametrize("name", BEGUN_BY)
def test_where_a_loop_cannot_be_watched_nothing_stays_on_torch(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, within = LOOPS["two optimizers"], _within("each recorded", tmp_path)
    plain, before = _trained(run, _unrecorded), _on_torch()
    with raising(f"capture/{name}") as faults:
        assert _trained(run, within) == plain
    assert faults.raised
    assert _on_torch() == before
    bv.log("x", torch.ones(2))  # would raise if anybody still read what is logged
    assert capsys.readouterr().err.count("ecording has ended") == 1


def _one_step(net: nn.Module, optimizer: Optimizer) -> None:
    optimizer.zero_grad()
    net(torch.ones(2, 4)).square().mean().backward()
    optimizer.step()


def test_it_is_told_once_and_the_log_has_where_it_arose(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    net = nn.Sequential(nn.Linear(4, 3), nn.Tanh())
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    file = tmp_path / "run.bprec"
    with bv.watch(net, optimizer, file):
        _one_step(net, optimizer)
        for _ in range(3):
            with raising("capture/recorder.py:Recorder.backward"):
                _one_step(net, optimizer)
    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith("backprop_viz: Recording has ended, for a fault in backprop_viz itself:")
    assert "RaisedError: capture/recorder.py:Recorder.backward, call 1. Your script goes on" in said
    log = FaultLog().text()
    assert log.count("Traceback") == 1
    assert "_backward\n" in log
    with bv.load(file) as loaded:
        assert [recording.iteration for recording in loaded] == [1]


def test_a_recording_with_a_fault_says_so_and_the_next_is_whole(
    capsys: pytest.CaptureFixture[str],
) -> None:
    net = nn.Sequential(nn.Linear(4, 3), nn.Tanh())
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with bv.record(net, optimizer) as recorded, raising("capture/recorder.py:Recorder.backward"):
        _one_step(net, optimizer)
    assert "Recording has ended" in repr(recorded)
    with pytest.raises(UserError, match="for a fault in backprop_viz itself: RaisedError"):
        _ = recorded.recording
    with bv.record(net, optimizer) as recorded:
        _one_step(net, optimizer)
    updated = [event for event in recorded.recording.events if event.parameter == "0.weight"][-1]
    weight = updated.outputs[0]
    assert isinstance(weight, np.ndarray)
    assert weight.tobytes() == net[0].weight.detach().numpy().tobytes()
    assert capsys.readouterr().err.count("\n") == 1


BEGINS: dict[str, Callable[[nn.Module, Path], AbstractContextManager[Any]]] = {
    "watch, a file": lambda net, file: bv.watch(net, to=file),
    "watch, a server": lambda net, file: bv.watch(net, to="tcp://127.0.0.1:0"),
}


@pytest.mark.parametrize("how", BEGINS)
def test_a_fault_where_a_recording_begins_is_none_of_the_loops(
    how: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    net = nn.Linear(4, 3)
    optimizer, before = torch.optim.SGD(net.parameters(), lr=0.1), _on_torch()
    with raising() as faults:
        within = BEGINS[how](net, tmp_path / "run.bprec")
    with within:
        pass
    assert len(faults.run) > 12
    for name in by_day_every(3, list(faults.run)):
        capsys.readouterr()
        with raising(name) as faults:
            within = BEGINS[how](net, tmp_path / "run.bprec")
        with within:
            _one_step(net, optimizer)
        said = [line for line in capsys.readouterr().err.splitlines() if "attaches" not in line]
        told = [line.partition(",")[0] for line in said]
        assert told == ["backprop_viz: Recording has ended"] * faults.raised, name
        assert _on_torch() == before
    with pytest.raises(UserError, match="model must be"):
        bv.watch(optimizer, to=tmp_path / "run.bprec")  # type: ignore[arg-type]
    with pytest.raises(UserError, match="does not exist"):
        bv.watch(net, to=tmp_path / "no" / "run.bprec")


def _recorded_step(net: nn.Module, optimizer: Optimizer, profile: Any) -> None:
    with bv.record(net, optimizer):
        sys.setprofile(profile)
        _one_step(net, optimizer)


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, SystemExit])
def test_what_is_no_fault_comes_through(interrupt: type[BaseException]) -> None:
    net = nn.Linear(4, 3)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)

    def called(frame: Any, event: str, _: Any) -> None:
        if event == "call" and frame.f_code.co_qualname == "Recorder.backward":
            raise interrupt

    before = _on_torch()
    with pytest.raises(interrupt):
        _recorded_step(net, optimizer, called)
    sys.setprofile(None)
    assert _on_torch() == before


def test_what_the_loop_raises_comes_through_a_fault_of_ours(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Ours is raised while the loop's own is handled, where its call was made."""
    net = nn.Linear(4, 3)
    name = "capture/error_log.py:ErrorLog.operation_failed"
    for wrong in (net, lambda x: x @ x):
        with bv.record(net), raising(name) as faults:
            net(torch.ones(2, 4))
            with pytest.raises(RuntimeError) as raised:
                wrong(torch.ones(2, 9))
        assert faults.raised
        assert raised.value.__context__ is None
        assert not any("backprop_viz/capture" in str(frame.path) for frame in raised.traceback)
        assert capsys.readouterr().err.count("Recording has ended") == 1


SCRIPT = """
import sys
import torch
from torch import nn
from tests.capture.live.raising import raising

torch.manual_seed(0)
net = nn.Sequential(nn.Linear(4, 5), nn.ReLU(), nn.Linear(5, 2))
{optimizer}

def train():
    for _ in range(3):
        net.zero_grad()
        loss = net(torch.randn(8, 4)).square().mean()
        loss.backward()
        {step}
        print(loss.item())

with raising(*sys.argv[1:2], *map(int, sys.argv[2:3])) as faults:
    train()
print([weight.tolist() for weight in net.parameters()])
if len(sys.argv) == 2:
    open(sys.argv[1], "w").write("\\n".join(faults.run))
"""
STEPS = {
    "optimizer": (
        "optimizer = torch.optim.SGD(net.parameters(), lr=0.1)",
        "optimizer.step()",
    ),
    "by hand": (
        "",
        "with torch.no_grad():\n            [p.sub_(0.1 * p.grad) for p in net.parameters()]",
    ),
}


def _script(folder: Path, kind: str) -> Path:
    optimizer, step = STEPS[kind]
    script = folder / "train.py"
    script.write_text(SCRIPT.replace("{optimizer}", optimizer).replace("{step}", step))
    return script


@by_night
@pytest.mark.long
@pytest.mark.parametrize("kind", by_day_every(2, list(STEPS)))
def test_a_script_that_is_run_prints_and_ends_as_it_does_without(
    scripts: Scripts, tmp_path: Path, kind: str
) -> None:
    script, names = _script(tmp_path, kind), tmp_path / "names"
    to = "--to", str(tmp_path / "run.bprec")
    plain = scripts.plain(script, "nothing", "1")
    scripts.recorded(*to, str(script), str(names))
    calls = [(name, nth) for name in names.read_text().splitlines() for nth in ("1", "5")]
    assert len(calls) > 400
    wrong = {}
    for name, nth in calls[:: 19 if NIGHTLY else 307]:  # each starts a process
        ended = scripts.recorded(*to, str(script), name, nth)
        lines = ended.printed.splitlines(keepends=True)
        said = [line for line in lines if "ecording has ended" in line]
        theirs = "".join(line for line in lines if "ecording has ended" not in line)
        if (ended.status, theirs) != (0, plain.printed) or len(said) > 1:
            wrong[name, nth] = ended
    assert wrong == {}


def _is_held(told: object) -> bool:
    return isinstance(told, Update) and not told.training


def test_a_window_is_told_and_holds_the_script_no_more(scripts: Scripts, tmp_path: Path) -> None:
    script, name = _script(tmp_path, "optimizer"), "capture/recorder.py:Recorder.backward"
    plain = scripts.plain(script, "nothing", "1")
    with scripts.followed(str(script), name, "1") as window:
        window.held()
        notice = None
        while not isinstance(notice, Notice):
            window.command(Step())
            notice = window.until(lambda told: isinstance(told, Notice) or _is_held(told))
        window.rest()
        ended = window.ended()
    updates = [told for told in window.messages if isinstance(told, Update)]
    assert [told.unrecorded for told in updates if told.training][-1]
    assert isinstance(window.messages[-1], RunEnded)
    assert notice.code == "refused"
    assert "Recording has ended, for a fault in backprop_viz itself" in notice.values[0]
    assert ended.status == 0
    lines = ended.printed.splitlines(keepends=True)
    assert "".join(line for line in lines if "Recording has ended" not in line) == plain.printed
