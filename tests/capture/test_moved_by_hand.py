"""In ``bv.record`` a loop's own lines move a module, also by views: each new weight has terms."""

import random
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.capture.explaining.explainer import Explainer
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase
from tests.capture.explaining.checks import faults, numbers_of

Move = Callable[[Tensor, Tensor], object]


def plainly(weight: Tensor, step: Tensor) -> None:
    weight -= 0.1 * step


def by_its_gradient(weight: Tensor, _: Tensor) -> None:
    assert weight.grad is not None
    weight -= 0.1 * weight.grad


def by_a_flat_view(weight: Tensor, step: Tensor) -> None:
    weight.view(-1).sub_(0.1 * step.reshape(-1))


def transposed(weight: Tensor, step: Tensor) -> None:
    weight.t().sub_(0.1 * step.t())


def by_halves_of_a_flat_view(weight: Tensor, step: Tensor) -> None:
    flat, half = weight.view(-1), weight.numel() // 2
    flat[:half].sub_(0.1 * step.reshape(-1)[:half])
    flat[half:].sub_(0.3 * step.reshape(-1)[half:])


MOVES: list[Move] = [plainly, by_its_gradient, by_a_flat_view, transposed, by_halves_of_a_flat_view]


def iterate(net: nn.Module, move: Move) -> None:
    torch.manual_seed(2)
    net(torch.randn(4, 3)).square().mean().backward()
    with torch.no_grad():
        for weight in net.parameters():
            assert weight.grad is not None
            velocity = torch.ones_like(weight)
            velocity.mul_(0.9).add_(weight.grad)
            move(weight, velocity)
            weight.grad = None


def made() -> nn.Module:
    torch.manual_seed(1)
    return nn.Linear(3, 2)


def recorded(move: Move) -> tuple[nn.Module, Recording]:
    net = made()
    with bv.record(net) as recording:
        iterate(net, move)
    return net, recording.recording


@pytest.mark.parametrize("move", MOVES)
def test_a_new_weight_is_the_plain_loops_and_has_terms(move: Move) -> None:
    plain = made()
    iterate(plain, move)
    _, recording = recorded(move)
    explainer = Explainer(recording)
    for name, parameter in plain.named_parameters():
        at = max(
            i for i in recording.happened_to[name] if recording.events[i].phase is Phase.UPDATE
        )
        told = recording.events[at].outputs[0]
        assert told is not None
        assert torch.equal(torch.from_numpy(told.copy()), parameter.detach())
    for number in numbers_of(recording, random.Random(1)):
        found = explainer.explain(number)
        assert list(faults(recording, found)) == []
        if recording.events[number.event or 0].phase is Phase.UPDATE:
            assert found.parts or found.op == "ones_like", found.op


def test_what_an_optimizer_does_within_its_step_is_its_own() -> None:
    net = made()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with bv.record(net) as recording:
        net(torch.ones(4, 3)).square().mean().backward()
        optimizer.step()
    ops = [e.op for e in recording.recording.events if e.phase is Phase.UPDATE]
    assert ops == ["SGD", "SGD"]


def _by_parts(teacher: Tensor, student: Tensor) -> None:
    teacher.mul_(0.75).add_(student, alpha=0.25)


def _by_lerp(teacher: Tensor, student: Tensor) -> None:
    teacher.lerp_(student, 0.25)


def _as_other_data(teacher: Tensor, student: Tensor) -> None:
    teacher.data = teacher.data * 0.75 + student.data * 0.25


def _copied(teacher: Tensor, student: Tensor) -> None:
    teacher.copy_(0.75 * teacher + 0.25 * student)


class WithTeacher(nn.Module):
    """A model whose teacher follows it, moved within each forward."""

    def __init__(self, follow: Callable[[Tensor, Tensor], None]) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.student, self.teacher, self._follow = nn.Linear(4, 3), nn.Linear(4, 3), follow
        self.teacher.requires_grad_(False)

    def forward(self, x: Tensor) -> Tensor:
        with torch.no_grad():
            for teacher, student in zip(
                self.teacher.parameters(), self.student.parameters(), strict=True
            ):
                self._follow(teacher, student)
            target = self.teacher(x)
        return (self.student(x) - target).square().mean()


@pytest.mark.parametrize("by_optimizer", [True, False])
@pytest.mark.parametrize("follow", [_by_parts, _by_lerp, _as_other_data, _copied])
def test_a_teacher_moved_within_forward_is_told_by_what_moved_it(
    follow: Callable[[Tensor, Tensor], None], by_optimizer: bool
) -> None:
    net = WithTeacher(follow)
    optimizer = torch.optim.SGD(net.student.parameters(), lr=0.1)
    before, student = net.teacher.weight.double(), net.student.weight.detach().double()
    with bv.record(net, optimizer if by_optimizer else None) as told:
        net(torch.randn(5, 4)).backward()
        optimizer.step()
    recording = told.recording
    moved = next(
        i
        for i, event in enumerate(recording.events)
        if event.op == "changed" and event.parameter == "teacher.weight"
    )
    tensor = recording.events[moved].output_ids[0]
    assert tensor is not None
    found = Explainer(recording).explain(Number(tensor, (1, 2), moved))
    assert found.reason is None
    assert found.parts
    expected = 0.75 * float(before[1, 2]) + 0.25 * float(student[1, 2])
    assert found.total == pytest.approx(expected, rel=1e-6)
    assert found.value == float(net.teacher.weight[1, 2])
    assert list(faults(recording, found)) == []
