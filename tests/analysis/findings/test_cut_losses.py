"""A loss that was cut off: its line is named, however the network's parts are called."""

import inspect
from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.recording.notices.finding import Finding

pytestmark = pytest.mark.filterwarnings("ignore:To copy construct", "ignore:Converting a tensor")
IMAGES, TEXTS, WANTED = torch.linspace(-1, 1, 48).reshape(8, 6), torch.arange(24), torch.arange(8)
Change = Callable[[Tensor], Tensor]


class Pair(nn.Module):
    """Images and texts, embedded by a network each."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.image = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 4))
        self.text = nn.Sequential(nn.Embedding(24, 4), nn.Flatten(), nn.Linear(12, 4))

    def forward(self, images: Tensor, texts: Tensor) -> tuple[Tensor, Tensor]:
        return self.image(images), self.text(texts)


def whole(net: Pair) -> tuple[Tensor, Tensor]:
    one, other = net(IMAGES, TEXTS.reshape(8, 3))
    return one, other


def part_by_part(net: Pair) -> tuple[Tensor, Tensor]:
    return net.image(IMAGES), net.text(TEXTS.reshape(8, 3))


def loss_of(called: Callable[[Pair], tuple[Tensor, Tensor]], net: Pair) -> Tensor:
    alike = F.normalize(called(net)[0]) @ F.normalize(called(net)[1]).T
    return (F.cross_entropy(alike, WANTED) + F.cross_entropy(alike.T, WANTED)) / 2


def detached(loss: Tensor) -> Tensor:
    return loss.detach().requires_grad_()  # cut


def by_attribute(loss: Tensor) -> Tensor:
    loss = loss.detach()  # cut
    loss.requires_grad = True
    return loss


def copied(loss: Tensor) -> Tensor:
    return torch.tensor(loss, requires_grad=True)  # cut


def variable(loss: Tensor) -> Tensor:
    return torch.autograd.Variable(loss.data, requires_grad=True)  # cut


def taken(loss: Tensor) -> Tensor:
    return torch.tensor(loss.item(), requires_grad=True)  # cut


def multiplied(loss: Tensor) -> Tensor:
    return torch.ones((), requires_grad=True) * float(loss)  # cut


def through_numpy(loss: Tensor) -> Tensor:
    return torch.from_numpy(loss.detach().numpy()).requires_grad_()  # cut


CHANGES = [detached, by_attribute, copied, variable, taken, through_numpy]
CASES = [(called, change) for called in (whole, part_by_part) for change in CHANGES]


def cut_line(function: Callable[..., object]) -> str:
    lines, first = inspect.getsourcelines(function)
    at = next(i for i, line in enumerate(lines) if line.rstrip().endswith("# cut"))
    return f"test_cut_losses.py:{first + at}"


def found_in(step: Callable[[Pair], object]) -> list[Finding]:
    net = Pair()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with bv.record(net, optimizer) as made:
        optimizer.zero_grad()
        step(net)
        optimizer.step()
    assert all(p.grad is None for p in net.parameters())  # as torch has it
    return list(made.recording.findings())


@pytest.mark.parametrize(
    ("called", "change"), [*CASES, (whole, multiplied)], ids=lambda one: one.__name__
)
def test_the_line_that_cut_the_loss_off(
    called: Callable[[Pair], tuple[Tensor, Tensor]], change: Change
) -> None:
    (said,) = found_in(lambda net: change(loss_of(called, net)).backward())
    assert (said.code, said.severity) == ("cut_off", "error")
    assert said.values[1:] == (cut_line(change), len(list(Pair().parameters())))


def test_each_part_of_an_accumulation_is_cut_off() -> None:
    def step(net: Pair) -> None:
        for _ in range(2):
            detached(loss_of(whole, net) / 2).backward()

    (said,) = found_in(step)
    assert said.values == ("detach", cut_line(detached), len(list(Pair().parameters())))


@pytest.mark.parametrize("without", [torch.no_grad, torch.inference_mode])
def test_a_forward_without_a_graph(without: Callable[[], torch.no_grad]) -> None:
    def step(net: Pair) -> None:
        with without():
            one, other = net(IMAGES, TEXTS.reshape(8, 3))
        scores = (one.clone() @ other.clone().T).requires_grad_()
        F.cross_entropy(scores, WANTED).backward()

    (said,) = found_in(step)
    assert (said.code, said.severity) == ("cut_by_no_grad", "error")
    assert (said.values[0], said.values[2]) == ("linear", len(list(Pair().parameters())))


@pytest.mark.parametrize("by_call", [True, False])
def test_what_a_forward_without_a_graph_made_is_a_start_itself(by_call: bool) -> None:
    def step(net: Pair) -> None:
        with torch.no_grad():
            one, other = net(IMAGES, TEXTS.reshape(8, 3))
            scores = one @ other.T
        if by_call:
            scores.requires_grad_()
        else:
            scores.requires_grad = True
        F.cross_entropy(scores, WANTED).backward()

    (said,) = found_in(step)
    assert (said.code, said.severity) == ("cut_by_no_grad", "error")
    assert (said.values[0], said.values[2]) == ("linear", len(list(Pair().parameters())))


def test_predictions_that_are_made_a_start_of_their_own() -> None:
    def step(net: Pair) -> None:
        one, other = net(IMAGES, TEXTS.reshape(8, 3))
        guessed = (one @ other.T).argmax(1).float()
        guessed.requires_grad = True
        F.mse_loss(guessed, WANTED.float()).backward()

    (said,) = found_in(step)
    assert (said.code, said.values[0]) == ("cut_off", "argmax")


def test_an_accuracy_before_the_backward_of_another_call_is_left_out() -> None:
    """What a backward without a graph may have been cut from is kept; nothing else is."""
    net = Pair()
    with bv.record(net) as made:
        (net.image(IMAGES).argmax(1) == 0).float().mean().item()
        loss_of(whole, net).backward()
    events = made.recording.events
    assert "argmax" not in {event.op for event in events}
    assert made.recording.findings() == ()
