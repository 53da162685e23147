"""bv.show: one iteration in a window of its own; the model is as it was."""

import copy
import os
import subprocess
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import backprop_viz as bv
from backprop_viz.capture.live import show as show_module
from backprop_viz.recording.iteration import Recording
from backprop_viz.stream.messages import RunAttached, RunEnded, Update
from backprop_viz.stream.wire import MessageReader


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, Recording | None]]:
    """What a window that the test plays is told."""
    told: list[tuple[Any, Recording | None]] = []
    ends: list[int] = []

    def start() -> tuple[None, Any, Any]:
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        ends.extend((theirs_in, theirs_out))
        return None, os.fdopen(ours_in, "rb"), os.fdopen(ours_out, "wb")

    monkeypatch.setattr(show_module, "start_window", start)
    plain = show_module.ShownIteration.sent

    def sent(shown: bv.capture.live.show.ShownIteration) -> None:  # type: ignore[name-defined]
        with os.fdopen(ends[0], "rb") as stream:
            reader = MessageReader(stream)
            while not told or not isinstance(told[-1][0], RunEnded):
                told.append(reader.read())
        os.close(ends[1])
        plain(shown)

    monkeypatch.setattr(show_module.ShownIteration, "sent", sent)
    return told


class Two(nn.Module):
    """Two inputs by name, a buffer, dropout, a dict for an output."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(9, 4)
        self.norm = nn.BatchNorm1d(4)
        self.drop = nn.Dropout(0.5)
        self.head = nn.Linear(4, 3)

    def forward(self, tokens: Tensor, scale: Tensor) -> dict[str, Tensor]:
        x = self.norm(self.embed(tokens).mean(1)) * scale
        return {"logits": self.head(self.drop(x))}


def of_logits(output: dict[str, Tensor], target: Tensor) -> Tensor:
    return functional.cross_entropy(output["logits"], target)


def test_the_iteration_is_torchs_and_the_model_is_as_it_was(
    heard: list[tuple[Any, Recording | None]],
) -> None:
    torch.manual_seed(5)
    model = Two()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
    inputs = {"tokens": torch.randint(0, 9, (6, 5)), "scale": torch.randn(6, 1)}
    target = torch.randint(0, 3, (6,))
    # Something that has to stay: gradients, state, statistics.
    of_logits(model(**inputs), target).backward()
    optimizer.step()
    before = copy.deepcopy((model.state_dict(), optimizer.state_dict()))
    grads = [parameter.grad for parameter in model.parameters()]
    copies = [None if grad is None else grad.clone() for grad in grads]
    random = torch.get_rng_state()

    shown = bv.show(model, inputs, loss=of_logits, target=target, optimizer=optimizer)
    shown.sent()

    assert torch.equal(torch.get_rng_state(), random)
    for old, new in zip(before[0].values(), model.state_dict().values(), strict=True):
        assert torch.equal(old, new)
    now = optimizer.state_dict()["state"]
    for key, state in before[1]["state"].items():
        assert all(torch.equal(value, now[key][name]) for name, value in state.items())
    for parameter, grad, value in zip(model.parameters(), grads, copies, strict=True):
        assert parameter.grad is grad
        assert grad is None or torch.equal(grad, value)

    # The plain iteration, on a copy, with the same random numbers.
    twin = Two()
    twin.load_state_dict(before[0])
    torch.set_rng_state(random)
    loss = of_logits(twin(**inputs), target)
    loss.backward()
    recording = heard[1][1]
    assert recording is not None
    assert recording.loss == loss.item()
    event = [
        e for e in recording.events if (e.op, e.parameter) == ("AccumulateGrad", "head.weight")
    ]
    np.testing.assert_array_equal(event[-1].outputs[0], twin.head.weight.grad.numpy())
    assert recording.span(bv.Phase.UPDATE) is not None
    assert [type(message) for message, _ in heard] == [RunAttached, Update, RunEnded]
    assert heard[0][0].origin.kind == "model"
    assert heard[0][0].origin.title == "Two"


def test_a_scalar_output_needs_no_loss(heard: list[tuple[Any, Recording | None]]) -> None:
    class Energy(nn.Linear):
        def forward(self, x: Tensor) -> Tensor:
            return super().forward(x).square().mean()

    shown = bv.show(Energy(3, 2), torch.randn(4, 3))
    shown.sent()
    assert shown.recording.loss is not None
    assert repr(shown) == f"<ShownIteration: {shown.recording!r}>"
    assert shown.recording.span(bv.Phase.UPDATE) is None


def test_what_is_no_number_is_refused_and_nothing_is_changed() -> None:
    model = nn.Linear(3, 2)
    weight = model.weight.detach().clone()
    with pytest.raises(ValueError, match=r"one number, not from \(4, 2\): give a loss"):
        bv.show(model, (torch.randn(4, 3),))
    assert torch.equal(model.weight, weight)
    assert model.weight.grad is None


def test_a_real_window_opens_and_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    shown = bv.show(nn.Linear(3, 1), torch.randn(1, 3))
    assert shown.process is not None
    try:
        shown.sent(60)
        with pytest.raises(subprocess.TimeoutExpired):
            shown.process.wait(3)  # it is there as long as nobody closes it
    finally:
        shown.process.terminate()
        shown.process.wait(30)
    assert repr(shown).startswith("<ShownIteration whose window is closed: <Recording of Linear")


def test_what_cannot_be_shown_is_refused_before_a_window_opens() -> None:
    lazy = nn.Sequential(nn.LazyLinear(3))
    with pytest.raises(ValueError, match="lazy layers, which have no weights yet"):
        bv.show(lazy, torch.ones(2, 4), lambda out: out.sum())
    with pytest.raises(ValueError, match=r"such as F\.cross_entropy, not 'mse'"):
        bv.show(nn.Linear(4, 3), torch.ones(2, 4), "mse", torch.ones(2, 3))


class Wrong(nn.Module):
    """Goes on with what does not fit."""

    def __init__(self, mistake: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.mistake = mistake

    def forward(self, x: Tensor) -> Tensor:
        return self.mistake(torch.relu(x))


def drawn_from_nothing(x: Tensor) -> Tensor:
    return torch.multinomial(x[:, :0], 1)


def of_too_many_samples(x: Tensor) -> Tensor:
    return torch.rand(4, requires_grad=True) * x.is_floating_point(1)  # type: ignore[call-arg]


MISTAKES = nn.Linear(5, 2), drawn_from_nothing, of_too_many_samples


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_models_mistake_has_the_models_lines_and_none_of_ours(
    mistake: Callable[[Tensor], Tensor],
) -> None:
    model = Wrong(mistake)
    with pytest.raises((RuntimeError, TypeError)) as raised:
        bv.show(model, torch.randn(4, 3), loss=torch.sum)
    names = [frame.name for frame in traceback.extract_tb(raised.value.__traceback__)]
    with pytest.raises(raised.type) as plain:
        model(torch.randn(4, 3))
    alone = [frame.name for frame in traceback.extract_tb(plain.value.__traceback__)]
    # torch has a frame more where a module has hooks.
    assert [name for name in names if name != "inner"] == alone


def test_a_recording_is_shown_as_it_is(
    heard: list[tuple[Any, Recording | None]], tmp_path: Path
) -> None:
    torch.manual_seed(2)
    model = nn.Linear(3, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with bv.record(model, optimizer) as recorded:
        optimizer.zero_grad()
        model(torch.randn(4, 3)).square().mean().backward()
        optimizer.step()
    after = copy.deepcopy(model.state_dict())
    bv.show(recorded).sent()
    (attached, _), (update, told), (ended, _) = heard
    assert (attached.origin.title, attached.origin.is_one_iteration) == ("Linear", True)
    assert told == recorded.recording
    assert told.tensors.since(0)[0].tobytes() == recorded.recording.tensors.since(0)[0].tobytes()
    assert "optimizer.zero_grad()" in "".join(line.text for line in update.program.lines)
    assert update.points[0][0] == recorded.loss
    assert ended == RunEnded(0)
    for name, value in model.state_dict().items():
        assert torch.equal(value, after[name])


def test_a_recording_of_a_file_has_its_iteration(
    heard: list[tuple[Any, Recording | None]], tmp_path: Path
) -> None:
    model = nn.Linear(3, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with bv.watch(model, optimizer, to=tmp_path / "run.bprec"):
        for _ in range(3):
            optimizer.zero_grad()
            model(torch.randn(4, 3)).square().mean().backward()
            optimizer.step()
    third = bv.load(tmp_path / "run.bprec")[2]
    bv.show(third).sent()
    update, told = heard[1]
    assert (update.iteration, told.iteration, len(update.points)) == (3, 3, 3)
    assert update.points[-1][0] == third.loss
    assert np.isnan(update.points[0][0])


def test_what_is_no_model_is_refused(heard: list[tuple[Any, Recording | None]]) -> None:
    x = torch.randn(2, 3)
    with pytest.raises(ValueError, match=r"takes a model, tensors .* not SGD"):
        bv.show(torch.optim.SGD(nn.Linear(3, 1).parameters()), x)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="inputs of the model"):
        bv.show(nn.Linear(3, 1))
    with bv.record(model := nn.Linear(3, 1)) as recorded:
        model(x).sum().backward()
    with pytest.raises(ValueError, match="shown as it is"):
        bv.show(recorded, x)
    assert heard == []


def test_a_graph_made_before_can_still_run_backward_after_it(
    heard: list[tuple[Any, Recording | None]],
) -> None:
    torch.manual_seed(2)
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Tanh(), nn.Linear(4, 2))
    twin = copy.deepcopy(model)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
    x, y = torch.randn(6, 3, requires_grad=True), torch.randint(0, 2, (6,))
    loss = functional.cross_entropy(model(x), y)  # in the cell before
    bv.show(model, x, loss=functional.cross_entropy, target=y, optimizer=optimizer).sent()
    assert x.grad is None
    loss.backward()
    functional.cross_entropy(twin(x.detach()), y).backward()
    for ours, plain in zip(model.parameters(), twin.parameters(), strict=True):
        assert torch.equal(ours.grad, plain.grad)


class Weighted(nn.Module):
    """A loss with a weight of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(2))

    def forward(self, output: Tensor) -> Tensor:
        return (self.weight * output).square().mean()


@pytest.mark.parametrize(
    "kind",
    [
        lambda parameters: torch.optim.Adam(parameters, lr=0.1, amsgrad=True),
        lambda parameters: torch.optim.SGD(parameters, lr=torch.tensor(0.1), momentum=0.5),
    ],
)
@pytest.mark.parametrize("stepped", [False, True])
def test_an_optimizer_keeps_its_own_groups_and_goes_on_as_if_nothing_had_run(
    heard: list[tuple[Any, Recording | None]],
    kind: Callable[[Any], torch.optim.Optimizer],
    stepped: bool,
) -> None:
    torch.manual_seed(4)
    x = torch.randn(5, 3)
    model, loss = nn.Linear(3, 2), Weighted()

    def trained(shown: bool) -> list[Tensor]:
        net, criterion = copy.deepcopy((model, loss))
        optimizer = kind([*net.parameters(), *criterion.parameters()])
        schedule = torch.optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.5)

        def step() -> None:
            optimizer.zero_grad()
            criterion(net(x)).backward()
            optimizer.step()
            schedule.step()

        if stepped:
            step()
        if shown:
            group, state = optimizer.param_groups[0], dict(optimizer.state)
            bv.show(net, x, loss=criterion, optimizer=optimizer).sent()
            assert optimizer.param_groups[0] is group
            assert dict(optimizer.state) == state
            if not stepped:
                assert criterion.weight.grad is None
                assert not getattr(optimizer, "_opt_called", False)
        step()
        step()
        return [*net.parameters(), *criterion.parameters()]

    assert all(map(torch.equal, trained(shown=True), trained(shown=False)))


def test_a_class_in_place_of_what_is_made_from_it_is_named() -> None:
    class Net(nn.Linear):
        pass

    net, x = Net(3, 2), torch.ones(4, 3)
    with pytest.raises(ValueError, match=r"model is the class Net: .* as in Net\(\.\.\.\)\."):
        bv.show(Net, x)
    with pytest.raises(ValueError, match="loss is the class CrossEntropyLoss"):
        bv.show(net, x, loss=nn.CrossEntropyLoss, target=x)
    with pytest.raises(ValueError, match="optimizer is the class Adam"):
        bv.show(net, x, loss=torch.sum, optimizer=torch.optim.Adam)
    with pytest.raises(ValueError, match=r"not a tensor \(4, 3\)"):
        bv.show(net, x, x)
    for call in (bv.watch, bv.show, lambda *given: bv.record(*given).__enter__()):
        with pytest.raises(ValueError, match="model is the class Net"):
            call(Net, torch.optim.SGD(net.parameters()))
    for call in (bv.watch, lambda *given: bv.record(*given).__enter__()):
        with pytest.raises(ValueError, match=r"model must be a torch\.nn\.Module.* tensors"):
            call(torch.optim.SGD(net.parameters()), net)


def test_lbfgs_is_given_its_closure(heard: list[tuple[Any, Recording | None]]) -> None:
    torch.manual_seed(1)
    model = nn.Linear(4, 2)
    before = [p.detach().clone() for p in model.parameters()]
    optimizer = torch.optim.LBFGS(model.parameters(), lr=0.5, max_iter=3)
    x, y = torch.randn(8, 4), torch.randn(8, 2)
    bv.show(model, x, functional.mse_loss, y, optimizer).sent()
    assert all(map(torch.equal, model.parameters(), before))
    assert not optimizer.state[model.weight]

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = functional.mse_loss(model(x), y)
        loss.backward()
        return loss

    optimizer.step(closure)
    recording = heard[1][1]
    assert recording is not None
    end = recording.at(len(recording.events))
    np.testing.assert_array_equal(end.value("weight"), model.weight.detach().numpy())
    np.testing.assert_array_equal(end.value("bias"), model.bias.detach().numpy())


def test_of_tensors_it_calls_what_computes_the_number(
    heard: list[tuple[Any, Recording | None]],
) -> None:
    torch.manual_seed(2)
    x, y = torch.randn(6, 2), torch.randn(6, 1)
    w, b = torch.randn(2, 1, requires_grad=True), torch.zeros(1, requires_grad=True)

    def error(x: Tensor, y: Tensor) -> Tensor:
        return (x @ w + b - y).square().mean()

    shown = bv.show({"w": w, "b": b}, x, loss=error, target=y)
    shown.sent()
    assert w.grad is None
    error(x, y).backward()
    end = shown.recording.at(len(shown.recording.events))
    for name, tensor in ("w", w), ("b", b):
        assert tensor.grad is not None
        np.testing.assert_array_equal(end.grad(name), tensor.grad.numpy())
    with pytest.raises(ValueError, match="what computes a number"):
        bv.show({"w": w, "b": b}, x)
