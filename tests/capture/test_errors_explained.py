"""What torch raises is explained: which tensor, made where, changed where, in which iteration."""

import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.torch_error import CodePlace, TorchError

X = torch.linspace(-1, 1, 20).reshape(5, 4)
LINES = Path(__file__).read_text("utf-8").splitlines()
Loop = Callable[[nn.Module, torch.optim.Optimizer], object]


def place(mark: str) -> CodePlace:
    """The line of this file that ends in ``# mark``."""
    (found,) = (i for i, line in enumerate(LINES, 1) if line.endswith(f"  # {mark}"))
    return __file__, found


def raised(net: nn.Module, loop: Loop) -> tuple[Exception, Recording]:
    """What a recorded loop raises, and its recording."""
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with pytest.raises(Exception) as caught, bv.record(net, optimizer) as recorded:  # noqa: PT011
        loop(net, optimizer)
    return caught.value, recorded.recording


def explained(net: nn.Module, loop: Loop) -> TorchError:
    error, recording = raised(net, loop)
    assert recording.error is not None
    assert str(error).startswith(recording.error.text)
    assert recording.error.kind == type(error).__name__
    assert str(recording.error).startswith(f"{type(error).__name__}: ")
    return recording.error


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.a, self.b = nn.Linear(4, 3), nn.Linear(3, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.b(torch.tanh(self.a(x)))


class ChangedView(Net):
    def forward(self, x: Tensor) -> Tensor:
        h = torch.exp(self.a(x))  # exp made
        first = h[0]
        first.add_(1)  # view changed
        return self.b(h)


def test_a_saved_result_that_is_changed_through_a_view() -> None:
    error = explained(ChangedView(), lambda net, _: net(X).sum().backward())
    assert (error.code, error.op, error.shape) == ("changed_in_place", "ExpBackward0", (5, 3))
    assert (error.made, error.made_by) == (place("exp made"), "exp")
    assert (error.changed, error.changed_by) == (place("view changed"), "add_")
    assert error.phase is Phase.BACKWARD
    said = str(error).splitlines()
    assert said[1] == (
        "The output of exp, 5×3, was changed in place, but ExpBackward0 needs it as it was."
    )
    name, line = place("exp made")
    assert said[2] == f"Made at {Path(name).name}:{line} by exp."


class ChangedItem(Net):
    def forward(self, x: Tensor) -> Tensor:
        h = torch.sigmoid(self.a(x))  # sigmoid made
        h[:, 0] = 0.0  # item changed
        return self.b(h)


def test_a_saved_result_whose_element_is_set() -> None:
    error = explained(ChangedItem(), lambda net, _: net(X).sum().backward())
    assert (error.made, error.changed) == (place("sigmoid made"), place("item changed"))
    assert error.changed_by == "setitem"


class Issue15803(nn.Module):
    """The example of pytorch#15803, which asks where the tensor was changed."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Parameter(torch.tensor([0.5]))
        self.c = nn.Parameter(torch.tensor([0.25]))

    def forward(self) -> Tensor:
        b = self.a**2 * self.c**2
        b += 1
        b *= self.c + self.a
        d = b.exp_()  # exp_ made
        d *= 5  # exp_ changed
        return b


def test_pytorch_15803() -> None:
    error = explained(Issue15803(), lambda net, _: net().backward())
    assert (error.code, error.shape) == ("changed_in_place", (1,))
    assert (error.op, error.made) == ("ExpBackward0", place("exp_ made"))
    assert error.changed == place("exp_ changed")


def test_a_weight_that_is_stepped_between_two_backwards() -> None:
    """As in a GAN whose losses are computed first, and whose networks are stepped one by one."""

    def loop(net: nn.Module, optimizer: torch.optim.Optimizer) -> None:
        one, two = net(X).sum(), net(X).sum()
        one.backward()
        optimizer.step()  # stepped
        two.backward()

    error = explained(Net(), loop)
    assert (error.tensor, error.shape, error.op) == ("b.weight", (2, 3), "AddmmBackward0")
    assert (error.changed, error.changed_by) == (place("stepped"), "SGD")
    assert error.iterations_ago == 0


def test_what_a_failed_backward_did_can_be_looked_at() -> None:
    _, recording = raised(ChangedView(), lambda net, _: net(X).sum().backward())
    span = recording.span(Phase.BACKWARD)
    assert span is not None
    assert [e.op for e in recording.events[span.start : span.stop]][:2] == [
        "SumBackward0",
        "AddmmBackward0",
    ]
    # The gradient that had been computed is the plain one.
    grad = recording.at(len(recording.events)).grad("b.bias")
    assert grad.tolist() == [5.0, 5.0]


def test_backward_a_second_time() -> None:
    def loop(net: nn.Module, _: torch.optim.Optimizer) -> None:
        loss = net(X).sum()
        loss.backward()
        loss.backward()  # second

    error = explained(Net(), loop)
    assert (error.code, error.op) == ("graph_freed", "AddmmBackward0")
    assert error.raised == place("second")
    assert error.iterations_ago == 0
    assert "backward(retain_graph=True)" in str(error).splitlines()[-1]


class Recurrent(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.cell = nn.Linear(7, 3)

    def forward(self, x: Tensor, h: Tensor) -> Tensor:
        both = torch.cat([x, h], 1)  # earlier read
        return torch.tanh(self.cell(both))  # state made


@pytest.mark.parametrize("retain", [False, True])
def test_a_state_that_was_not_detached(retain: bool) -> None:
    """torch's error does not say that the graph is that of an earlier iteration."""
    net = Recurrent()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)

    def train() -> None:
        h = torch.zeros(5, 3)
        for _ in range(3):
            with bv.record(net, optimizer) as recorded:
                recordings.append(recorded)
                h = net(X, h)
                h.sum().backward(retain_graph=retain)
                optimizer.step()

    recordings: list[Any] = []
    with pytest.raises(RuntimeError):
        train()
    error = recordings[-1].error
    assert error is not None
    assert error.code == ("changed_in_place" if retain else "graph_freed")
    assert error.iterations_ago == 1
    assert error.made == place("state made")
    assert (error.read, error.read_by) == (place("earlier read"), "cat")
    assert error.tensor == ("cell.weight" if retain else "")
    assert str(error).endswith("h = h.detach().")


def test_a_leaf_that_is_changed() -> None:
    def loop(net: nn.Module, _: torch.optim.Optimizer) -> None:
        net.b.weight.mul_(2)  # leaf

    error = explained(Net(), loop)
    assert (error.code, error.tensor, error.shape) == ("leaf_changed", "b.weight", (2, 3))
    assert (error.op, error.raised) == ("mul_", place("leaf"))


def test_a_loss_without_a_graph() -> None:
    def detached(net: nn.Module, _: torch.optim.Optimizer) -> None:
        out = net(X).detach()  # detached
        out.sum().backward()

    def untracked(net: nn.Module, _: torch.optim.Optimizer) -> None:
        with torch.no_grad():
            out = net(X)
        out.sum().backward()

    def counted(net: nn.Module, _: torch.optim.Optimizer) -> None:
        out = net(X)
        right = (out.argmax(1) == 0).float()  # counted
        right.mean().backward()

    error = explained(Net(), detached)
    assert (error.code, error.why, error.changed_by) == ("no_graph", "detached", "detach")
    assert (error.changed, error.shape, error.made_by) == (place("detached"), (), "sum")
    error = explained(Net(), untracked)
    assert (error.why, error.changed_by) == ("no_grad", "linear")
    assert "linear ran under torch.no_grad()." in str(error)
    error = explained(Net(), counted)
    assert (error.why, error.changed_by) == ("integer", "argmax")
    assert error.changed == place("counted")


def test_a_model_that_is_frozen_has_no_graph() -> None:
    net = Net().requires_grad_(False)
    with pytest.raises(RuntimeError), bv.record(net) as recorded:
        net(X).sum().backward()
    assert recorded.error.why == "frozen"
    assert "no parameter of the model requires a gradient" in str(recorded.error)


def test_a_one_hot_target_of_whole_numbers_is_told_with_the_dtypes() -> None:
    def loop(net: nn.Module, _: torch.optim.Optimizer) -> None:
        nn.functional.cross_entropy(net(X), torch.eye(2, dtype=torch.int64)[torch.arange(5) % 2])

    error = explained(Net(), loop)
    assert error.code == "dtypes"
    assert "cross_entropy was given 5×2 float32, 5×2 int64." in str(error)


def test_what_does_not_fit() -> None:
    error = explained(Net(), lambda net, _: net(X[:, :2]).sum().backward())
    assert (error.code, error.op, error.phase) == ("shapes", "linear", Phase.FORWARD)
    assert [(one.name, one.shape) for one in error.given] == [
        ("", (5, 2)),
        ("a.weight", (3, 4)),
        ("a.bias", (3,)),
    ]
    error = explained(Net(), lambda net, _: net(X.double()).sum().backward())
    assert error.code == "dtypes"
    assert [one.dtype for one in error.given] == ["float64", "float32", "float32"]
    error = explained(Net(), lambda net, _: net(X.to("meta")).sum().backward())
    assert error.code == "devices"
    assert [one.device for one in error.given] == ["meta", "cpu", "cpu"]


def test_where_what_does_not_fit_was_made() -> None:
    def loop(net: nn.Module, _: torch.optim.Optimizer) -> None:
        out = net(X)
        F.cross_entropy(out, torch.zeros(4, dtype=torch.int64)).backward()  # four labels

    error = explained(Net(), loop)
    assert (error.kind, error.code) == ("ValueError", "shapes")
    assert [(one.shape, one.made_by) for one in error.given] == [
        ((5, 2), "linear"),
        ((4,), "zeros"),
    ]
    assert error.given[1].made == place("four labels")


@pytest.mark.filterwarnings("ignore:Anomaly Detection", "ignore:Error detected in")
def test_a_nan_that_anomaly_mode_finds() -> None:
    def loop(net: nn.Module, _: torch.optim.Optimizer) -> None:
        with torch.autograd.detect_anomaly(check_nan=True):
            out = net(X)
            apart = (out[:, None] - out[None]).square().sum(2)
            root = apart.sqrt()  # root of zero
            torch.where(apart == 0, 0.0, root).mean().backward()  # anomaly

    error = explained(Net(), loop)
    assert (error.code, error.op) == ("nan_gradient", "SqrtBackward0")
    assert (error.made, error.made_by) == (place("root of zero"), "sqrt")
    assert error.raised == place("anomaly")
    assert "SqrtBackward0 is the first node that sent NaN back." in str(error)


@pytest.mark.parametrize(
    ("net", "loop", "said"),
    [
        (
            Net(),
            lambda net, _: F.cross_entropy(net(X), torch.tensor([0, 1, 1, 3, 1])),
            "Its indices go from 0 to 3, but only 0 to 1 exist.",
        ),
        (
            nn.Embedding(5, 2),
            lambda net, _: net(torch.tensor([2, 7])),
            "Its indices go from 2 to 7, but only 0 to 4 exist.",
        ),
    ],
)
def test_an_index_that_does_not_exist(net: nn.Module, loop: Loop, said: str) -> None:
    error = explained(net, loop)
    assert error.code == "out_of_range"
    assert said in str(error)


def test_what_torchs_own_python_raises() -> None:
    """A GradScaler is used wrongly: it is no operation that raises."""

    def loop(net: nn.Module, optimizer: torch.optim.Optimizer) -> None:
        scaler = torch.amp.GradScaler("cpu")
        scaler.scale(net(X).sum()).backward()
        scaler.unscale_(optimizer)
        scaler.unscale_(optimizer)  # unscaled twice

    error = explained(Net(), loop)
    assert (error.code, error.raised) == ("other", place("unscaled twice"))
    assert "already been called" in error.text


def test_of_an_error_that_is_not_torchs_only_the_line_is_told() -> None:
    def loop(net: nn.Module, _: torch.optim.Optimizer) -> None:
        net(X)
        raise ValueError("mine, of a shape of its own")  # no torch's

    error, recording = raised(Net(), loop)
    assert str(error) == "mine, of a shape of its own"
    assert recording.error is not None
    assert (recording.error.code, recording.error.raised) == ("own", place("no torch's"))
    kept = "What ran of the iteration until then is recorded."
    assert str(recording.error).splitlines()[2:] == [kept]


def test_the_exception_is_the_one_that_torch_raised() -> None:
    """With the traceback down to the line, and no note added."""
    error, _ = raised(Net(), lambda net, _: net(X).detach().sum().backward())
    net = Net()
    with pytest.raises(RuntimeError) as plain:
        net(X).detach().sum().backward()
    assert (type(error), str(error)) == (type(plain.value), str(plain.value))
    assert not hasattr(error, "__notes__")
    assert "<lambda>" in [f.function for f in inspect.getinnerframes(error.__traceback__)]


def test_every_event_knows_the_line_of_the_loop() -> None:
    net = Net()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with bv.record(net, optimizer) as recorded:
        optimizer.zero_grad()  # cleared
        loss = net(X).sum()  # summed
        loss.backward()  # went back
        optimizer.step()  # went on
    places = {
        phase: {event.place for event in recorded.events if event.phase is phase} for phase in Phase
    }
    assert places[Phase.ZERO_GRAD] == {place("cleared")}
    assert places[Phase.LOSS] == {place("summed")}
    assert places[Phase.BACKWARD] == {place("went back")}
    assert places[Phase.UPDATE] == {place("went on")}
    (forward,) = places[Phase.FORWARD]
    assert re.search(r"return self.b\(torch.tanh", LINES[forward[1] - 1])


@pytest.mark.parametrize(
    ("gradient", "code"), [(None, "not_scalar"), (torch.ones(3), "gradient_shape")]
)
def test_a_backward_of_several_numbers(gradient: Tensor | None, code: str) -> None:
    def loop(net: nn.Module, optimizer: torch.optim.Optimizer) -> None:
        net(X).backward(gradient)  # several

    error = explained(Net(), loop)
    assert (error.code, error.made_by, error.shape) == (code, "linear", (5, 2))
    assert error.raised == place("several")
    said = str(error)
    assert "the output of linear, 5×2" in said
    assert "give backward() a gradient" in said.replace("Give", "give")
