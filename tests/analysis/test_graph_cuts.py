"""What cuts the graph, as people write it: torch gives no gradient, and it is said why."""

import inspect
from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.analysis.explanations import Reason, explain
from backprop_viz.capture.recorder import Recorder
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase
from tests.recording.streams import through_stream

pytestmark = pytest.mark.filterwarnings("ignore:To copy construct", "ignore:Converting a tensor")
X = torch.linspace(-1, 1, 12).reshape(4, 3)
LABELS = torch.tensor([0, 1, 1, 0])


class Net(nn.Module):
    """Two layers with something between them; ``later`` has a gradient in any case."""

    def __init__(self, between: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.first = nn.Linear(3, 2)
        self.later = nn.Linear(2, 2)
        self.between = between

    def forward(self, x: Tensor) -> Tensor:
        return self.later(self.between(self.first(x)))


def item(h: Tensor) -> Tensor:
    return torch.tensor([[each.item() for each in row] for row in h])  # cut


def tolist(h: Tensor) -> Tensor:
    return torch.tensor(h.tolist())  # cut


def numpy(h: Tensor) -> Tensor:
    return torch.from_numpy(h.detach().numpy() * 2)  # cut


def numpy_array(h: Tensor) -> Tensor:
    return torch.from_numpy(np.asarray(h.detach()))  # cut


def as_float(h: Tensor) -> Tensor:
    return torch.ones_like(X[:, :2]) * float(h.sum())  # cut


def max_index(h: Tensor) -> Tensor:
    index = h.max(1)[1]  # cut
    return F.one_hot(index, 2).float()


def argmax(h: Tensor) -> Tensor:
    return F.one_hot(h.argmax(1), 2).float()  # cut


def detach(h: Tensor) -> Tensor:
    return h.detach().tanh()  # cut


def data(h: Tensor) -> Tensor:
    return h.data * 1  # cut


def new_tensor(h: Tensor) -> Tensor:
    return torch.tensor(h)  # cut


def no_grad(h: Tensor) -> Tensor:
    with torch.no_grad():
        return h * 2  # cut


def inference(h: Tensor) -> Tensor:
    with torch.no_grad():
        scaled = torch.sigmoid(h)  # cut
    return scaled + 1


def printed_first(h: Tensor) -> Tensor:
    print(f"{h.mean().item():.3f} {h.argmax().item()}")
    return h.detach() + 1  # cut


def places_beside(h: Tensor) -> Tensor:
    values, places = h.topk(2)
    turned = 1 - places
    return values.detach().gather(1, turned)  # cut


def packed(h: Tensor) -> Tensor:
    sequence = nn.utils.rnn.pack_padded_sequence(
        h[None], torch.tensor([4]), batch_first=True, enforce_sorted=False
    )
    padded, _ = nn.utils.rnn.pad_packed_sequence(sequence, batch_first=True)
    return padded[0].detach()  # cut


CUTS: list[tuple[Callable[[Tensor], Tensor], str, tuple[str, ...]]] = [
    (item, "taken", (".item()",)),
    (tolist, "taken", (".tolist()",)),
    (numpy, "detached", ("detach().numpy()",)),
    (numpy_array, "detached", ("numpy.asarray(detach())",)),
    (as_float, "taken", ("float()",)),
    (max_index, "integer", ("max(…)[1]", "int64")),
    (argmax, "integer", ("argmax", "int64")),
    (detach, "detached", ("detach",)),
    (data, "detached", ("data",)),
    (new_tensor, "copied", ("torch.tensor",)),
    (no_grad, "no_grad", ("mul",)),
    (inference, "no_grad", ("sigmoid",)),
    (printed_first, "detached", ("detach",)),
    (places_beside, "detached", ("detach",)),
    (packed, "detached", ("detach",)),
]


def cut_line(function: Callable[..., object]) -> int:
    lines, first = inspect.getsourcelines(function)
    return first + next(i for i, line in enumerate(lines) if line.rstrip().endswith("# cut"))


def why(recording: Recording, name: str) -> Reason:
    return explain(recording.at(len(recording.events)), "parameter", name)


def recorded(net: nn.Module, loss_of: Callable[[nn.Module], Tensor]) -> Recording:
    with bv.record(net) as made:
        loss_of(net).backward()
    return made.recording


def cross_entropy(net: nn.Module) -> Tensor:
    return F.cross_entropy(net(X), LABELS)


@pytest.mark.parametrize(
    ("between", "code", "said"), CUTS, ids=lambda each: getattr(each, "__name__", str(each))[:30]
)
def test_it_is_named_with_its_line(
    between: Callable[[Tensor], Tensor], code: str, said: tuple[str, ...]
) -> None:
    plain = Net(between)
    cross_entropy(plain).backward()
    assert plain.first.weight.grad is None
    assert plain.later.weight.grad is not None

    net = Net(between)
    recording = recorded(net, cross_entropy)
    assert net.first.weight.grad is None
    assert torch.equal(net.later.weight.grad, plain.later.weight.grad)
    for told in (recording, through_stream(recording)):
        reason = why(told, "first.weight")
        assert (reason.code, reason.values) == (code, ("first.weight", *said))
        assert reason.place == (__file__, cut_line(between))
        assert why(told, "later.weight").code == "value"


# -- the loss itself -----------------------------------------------------------------------------


def loss_of_item(net: nn.Module) -> Tensor:
    loss = cross_entropy(net)
    return torch.tensor(loss.item(), requires_grad=True)  # cut


def loss_of_predictions(net: nn.Module) -> Tensor:
    predicted = net(X).max(dim=1)[1]  # cut
    return (predicted != LABELS).float().mean().requires_grad_()


def loss_of_list(net: nn.Module) -> Tensor:
    return torch.tensor(net(X).tolist(), requires_grad=True).mean()  # cut


def loss_of_places_and_values(net: nn.Module) -> Tensor:
    values, places = net(X).max(dim=1)
    right = places == LABELS
    return (values.detach() * right).mean().requires_grad_()  # cut


@pytest.mark.parametrize(
    ("loss_of", "code", "call"),
    [
        (loss_of_places_and_values, "detached", "detach"),
        (loss_of_item, "taken", ".item()"),
        (loss_of_predictions, "integer", "max(…)[1]"),
        (loss_of_list, "taken", ".tolist()"),
    ],
    ids=lambda each: getattr(each, "__name__", str(each))[:30],
)
def test_a_loss_made_of_numbers(
    loss_of: Callable[[nn.Module], Tensor], code: str, call: str
) -> None:
    plain = Net(torch.tanh)
    loss_of(plain).backward()
    assert all(p.grad is None for p in plain.parameters())

    recording = recorded(Net(torch.tanh), loss_of)
    for name in ("first.bias", "later.weight"):
        reason = why(recording, name)
        assert (reason.code, reason.values[:2]) == (code, (name, call))
        assert reason.place == (__file__, cut_line(loss_of))


def test_backward_that_raises_names_it_too() -> None:
    def run(net: nn.Module) -> Tensor:
        loss = cross_entropy(net)
        return torch.tensor(loss.item())  # cut

    with pytest.raises(RuntimeError, match="does not require grad"):
        run(Net(torch.tanh)).backward()
    net = Net(torch.tanh)
    watch = bv.record(net)
    with pytest.raises(RuntimeError, match="does not require grad"), watch as made:
        run(net).backward()
    error = made.recording.error
    assert error is not None
    assert (error.code, error.why, error.changed_by) == ("no_graph", "taken", ".item()")
    assert error.changed == (__file__, cut_line(run))


def test_backward_that_raises_names_what_was_detached_and_not_what_came_beside_it() -> None:
    def run(net: nn.Module) -> Tensor:
        values, places = net(X).max(dim=1)
        values = values.detach()  # cut
        return (values * (places == LABELS)).mean()

    net = Net(torch.tanh)
    watch = bv.record(net)
    with pytest.raises(RuntimeError, match="does not require grad"), watch as made:
        run(net).backward()
    error = made.recording.error
    assert error is not None
    assert (error.why, error.changed_by) == ("detached", "detach")
    assert error.changed == (__file__, cut_line(run))


# -- what is no cut ------------------------------------------------------------------------------


def test_numbers_that_are_only_printed_cut_nothing() -> None:
    def run(net: nn.Module) -> Tensor:
        loss = cross_entropy(net)
        f"{loss.item():.4f} {float(loss)} {loss.detach().numpy()} {loss.tolist()}"
        return loss

    recording = recorded(Net(torch.tanh), run)
    assert why(recording, "first.weight").code == "value"
    assert [taken.call for taken in recording.taken] == ["item", "float", "numpy", "tolist"]
    # They are no events: autograd's graph has no part in them.
    assert not {"item", "float", "numpy", "tolist"} & {e.op for e in recording.events}
    assert recording.findings() == ()


def test_what_is_off_the_way_to_the_loss_is_not_to_blame() -> None:
    """The accuracy is computed of the same output; what counts is the detach on the way."""

    def run(net: nn.Module) -> Tensor:
        out = net(X)
        (out.argmax(1) == LABELS).float().mean().item()
        return F.cross_entropy(out, LABELS)

    recording = recorded(Net(detach), run)
    reason = why(recording, "first.weight")
    assert (reason.code, reason.place) == ("detached", (__file__, cut_line(detach)))


def test_a_phase_that_fails_leaves_none_behind() -> None:
    recorder = Recorder(nn.Module())
    weight = torch.ones(3, requires_grad=True)
    with recorder.phase(Phase.FORWARD):
        weight.sum().item()

    def broken() -> None:
        with recorder.phase(Phase.LOSS):
            (weight * 2).sum().tolist()
            raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        broken()
    assert [taken.call for taken in recorder.recording().taken] == ["item"]
