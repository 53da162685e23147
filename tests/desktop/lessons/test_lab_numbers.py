"""Each lab lesson's number, once more by a plain torch loop written here."""

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import backprop_viz as bv
from backprop_viz.analysis.lessons.evidence import EVIDENCE_NAMES
from backprop_viz.analysis.lessons.expressions import read_expression
from backprop_viz.desktop.controllers.lessons.lesson_player import LessonPlayer
from backprop_viz.desktop.lessons import lessons
from backprop_viz.recording.settings.run_settings import Settings
from tests.conftest import OpenSession
from tests.desktop.lessons.lesson_helpers import play_lesson
from tests.nightly import by_day_every


class Plain:
    """The tutorial's network, input and target in a loop of its own."""

    def __init__(self, lr: float = 0.01, optimizer: type = torch.optim.SGD) -> None:
        trainer = bv.Trainer(data="random", loss="mse", optimizer="sgd", lr=lr, batch_size=1)
        self.net, source = trainer.model, trainer.source.train
        self.x, self.target = source.images, source.targets
        self.optimizer = optimizer(self.net.parameters(), lr=lr)

    def loss(self) -> Tensor:
        return functional.mse_loss(self.net(self.x), self.target)

    def step(self) -> float:
        self.optimizer.zero_grad()
        loss = self.loss()
        loss.backward()
        self.optimizer.step()
        return loss.item()


def no_change() -> float:
    plain = Plain()
    before = plain.net.conv1.weight.detach().clone()
    plain.loss().backward()
    return (plain.net.conv1.weight.detach() - before).abs().max().item()


def twice() -> float:
    plain = Plain()
    loss = plain.loss()
    loss.backward(retain_graph=True)
    once = plain.net.fc1.weight.grad.clone()
    loss.backward()
    return (plain.net.fc1.weight.grad.norm() / once.norm()).item()


def decayed() -> float:
    torch.manual_seed(0)
    weight = nn.Parameter(bv.LeNet().conv1.weight.detach().clone())
    before = weight.detach().clone()
    weight.grad = torch.zeros_like(weight)
    torch.optim.SGD([weight], lr=0.1, weight_decay=0.1).step()
    return (weight.detach() - before).abs().max().item()


def untrained() -> float:
    trainer = bv.Trainer(data="strokes", loss="cross_entropy", batch_size=64, seed=0)
    trainer.fetch()
    x, y = trainer.batch
    return functional.cross_entropy(trainer.model(x), y).item()


def of_hidden() -> float:
    torch.manual_seed(0)
    fc1, fc2 = nn.Linear(4, 3), nn.Linear(3, 1)
    hidden = fc1(torch.randn(1, 4))
    (gradient,) = torch.autograd.grad(fc2(hidden).sum(), hidden)
    return gradient.norm().item()


def in_eval() -> float:
    torch.manual_seed(0)
    net = bv.LeNet()
    x, target = torch.randn(1, 1, 32, 32), torch.randn(1, 10)
    loss = functional.mse_loss(net(x), target)  # without eval()
    return torch.autograd.grad(loss, net.conv1.weight)[0].norm().item()


def sure_twice() -> float:
    return -math.log(math.e / (math.e + 9))


def pooled() -> float:
    plain = Plain()
    first = functional.relu(plain.net.conv1(plain.x)).detach().requires_grad_()
    rest = functional.max_pool2d(first, 2)
    rest = functional.max_pool2d(functional.relu(plain.net.conv2(rest)), 2).flatten(1)
    rest = functional.relu(plain.net.fc2(functional.relu(plain.net.fc1(rest))))
    functional.mse_loss(plain.net.fc3(rest), plain.target).backward()
    return float((first.grad != 0).sum())


def shared() -> float:
    plain = Plain()
    made = plain.net.conv1(plain.x).detach().requires_grad_()
    rest = functional.max_pool2d(functional.relu(made), 2)
    rest = functional.max_pool2d(functional.relu(plain.net.conv2(rest)), 2).flatten(1)
    rest = functional.relu(plain.net.fc2(functional.relu(plain.net.fc1(rest))))
    functional.mse_loss(plain.net.fc3(rest), plain.target).backward()
    products = [
        made.grad[0, 0, i, j].double() * plain.x[0, 0, i, j].double()
        for i in range(30)
        for j in range(30)
    ]
    assert len(products) == 900
    return float(sum(products))


def kept_promise() -> float:
    plain = Plain(lr=0.001)
    first = plain.step()
    squares = sum(float((p.grad.double() ** 2).sum()) for p in plain.net.parameters())
    return (first - plain.loss().item()) / (0.001 * squares)


def first_adam_step() -> float:
    plain = Plain(lr=0.001, optimizer=torch.optim.Adam)
    before = plain.net.fc3.bias.detach().clone()
    plain.step()
    return (plain.net.fc3.bias.detach().double() - before.double()).abs().max().item()


def three_slopes() -> float:
    x = torch.zeros((), dtype=torch.float64, requires_grad=True)
    y = x
    for _ in range(3):
        y = 1 / (1 + torch.exp(-(y - y.detach())))  # each where it is steepest, at 0
    return torch.autograd.grad(y, x)[0].item()


def total_nodes() -> float:
    # add, mean, square, addmm, transpose, weight, bias; the last two are shared.
    return 5.0 * 10 + 2


def two_parts() -> float:
    torch.manual_seed(0)
    net = nn.Linear(4, 1)
    x, target = torch.randn(8, 4), torch.randn(8, 1)
    whole = torch.autograd.grad(functional.mse_loss(net(x), target), net.weight)[0]
    parts = [
        torch.autograd.grad(functional.mse_loss(net(x[i:j]), target[i:j]), net.weight)[0]
        for i, j in ((0, 4), (4, 8))
    ]
    return (sum(parts).norm() / whole.norm()).item()


def joint_batch() -> float:
    torch.manual_seed(0)
    net = nn.Linear(4, 1)
    x, target = torch.randn(8, 4), torch.randn(8, 1)
    functional.mse_loss(net(x), target).backward()
    return net.weight.grad.norm().item()


def smallest_h() -> float:
    one, h = torch.tensor(1.0), torch.tensor(1e-7)
    slope = (torch.exp(one + h) - torch.exp(one - h)) / (2 * h)
    return (abs(slope.item() - torch.exp(one).item())) / torch.exp(one).item()


def diverged() -> float:
    plain = Plain(lr=2.0)
    return [plain.step() for _ in range(3)][-1]


def dead() -> float:
    torch.manual_seed(0)
    net = bv.LeNet()
    nn.init.constant_(net.fc1.bias, -10)
    x, target = torch.randn(4, 1, 32, 32), torch.randn(4, 10)
    functional.mse_loss(net(x), target).backward()
    assert not net.conv1.weight.grad.any()
    return net.fc2.bias.grad.norm().item()


def constant() -> float:
    torch.manual_seed(0)
    net = bv.LeNet()
    for parameter in net.parameters():
        nn.init.constant_(parameter, 0.01)
    x, label = torch.randn(4, 1, 32, 32), torch.tensor([0, 1, 2, 0])
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
    for _ in range(20):
        optimizer.zero_grad()
        functional.cross_entropy(net(x), label).backward()
        optimizer.step()
    return (net.conv1.weight - 0.01).abs().max().item()


# The lesson, its number as an expression, and the same by torch alone.
CASES: dict[str, tuple[str, Callable[[], float] | float]] = {
    "lab_01_backward_changes_no_weight": (
        'max(abs(after("conv1.weight") - before("conv1.weight")))',
        no_change,
    ),
    "lab_02_gradients_add_up": (
        'norm(accumulations("fc1.weight")[1]) / norm(accumulations("fc1.weight")[0])',
        twice,
    ),
    "lab_03_none_is_not_zero": ('answer("zeros")', decayed),
    "lab_04_inner_tensors": ('answer("norm")', of_hidden),
    "lab_05_eval_and_no_grad": ('answer("eval_norm")', in_eval),
    "lab_06_ln_10": ("loss()", untrained),
    "lab_07_softmax_twice": ('answer("probabilities")', sure_twice),
    "lab_08_all_zero": ('answer("moved")', 1.0),
    "lab_09_constant_init": ('answer("moved")', constant),
    "lab_10_dead_relu": ('answer("fc2_bias")', dead),
    "lab_11_sigmoid_slope": ('answer("three")', three_slopes),
    "lab_12_clipping": ('answer("value_angle")', math.degrees(math.acos(7 / (5 * math.sqrt(2))))),
    "lab_13_max_pool": (
        'count(sent("MaxPool2DWithIndicesBackward0", 1))'
        ' - count_zero(sent("MaxPool2DWithIndicesBackward0", 1))',
        pooled,
    ),
    "lab_14_shared_weight": ('grad("conv1.weight")[0, 0, 0, 0]', shared),
    "lab_15_in_two_parts": ('answer("ratio")', two_parts),
    "lab_16_first_order": ('kept("small")', kept_promise),
    "lab_17_adam": ('max(abs(after("fc3.bias") - before("fc3.bias")))', first_adam_step),
    "lab_18_total_of_losses": ('answer("after_10")', total_nodes),
    "lab_19_in_place": ('answer("grad")', 0.25),
    "lab_20_gradient_check": ('answer("h_1e_7")', smallest_h),
    "lab_21_large_lr": ("losses()[-1]", diverged),
    "lab_22_ddp_averages": ('answer("mean_norm")', joint_batch),
}


def test_no_lab_lesson_is_left_out() -> None:
    assert set(CASES) == {lesson.id for lesson in lessons() if lesson.group == "lab"}
    assert len(CASES) >= 16


@pytest.mark.parametrize("name", by_day_every(2, list(CASES)))
def test_the_number_is_that_of_a_plain_loop(open_session: OpenSession, name: str) -> None:
    text, plain = CASES[name]
    session = open_session(Settings(data="random", loss="mse", batch_size=1))
    player = LessonPlayer(session)
    lesson = next(each for each in lessons() if each.id == name)
    play_lesson(player, session, lesson)
    expression = read_expression(text, EVIDENCE_NAMES)
    told = expression.value(player.evidence().functions())
    expected = plain if isinstance(plain, float) else plain()
    print(name, told, expected)
    assert told == pytest.approx(expected, rel=2e-5, abs=1e-12)
