"""The trainer against a plain loop written here, independent of the package, bit for bit."""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn
from torch.utils.data import TensorDataset

import backprop_viz as bv
from backprop_viz.training.evaluation.evaluate import InterruptedEvaluation
from tests.monkey.plain_loop import TutorialNet
from tests.nightly import by_day_every, by_night

ITERATIONS = 20
# Random gradients blow a net up at the rate that a loss can bear.
LR = {"cross_entropy": 0.02, "mse": 0.02, "output_gradient": 0.0005}
SEED = 3


def digits() -> TensorDataset:
    generator = torch.Generator().manual_seed(1)
    images = torch.rand(100, 1, 32, 32, generator=generator)
    return TensorDataset(images, torch.randint(10, (100,), generator=generator))


PLAIN_OPTIMIZERS: dict[str, Callable[[Any, float], torch.optim.Optimizer]] = {
    "sgd": lambda p, lr: torch.optim.SGD(p, lr=lr),
    "nesterov": lambda p, lr: torch.optim.SGD(p, lr=lr, momentum=0.9, nesterov=True),
    "adam": lambda p, lr: torch.optim.Adam(p, lr=lr),
    "rmsprop": lambda p, lr: torch.optim.RMSprop(p, lr=lr),
}


def plain_batches(batch: int) -> Iterator[tuple[Tensor, Tensor]]:
    images, labels = digits().tensors
    generator = torch.Generator().manual_seed(SEED)
    while True:
        order = torch.randperm(90, generator=generator)
        for first in range(0, 90, batch):
            index = order[first : first + batch]
            yield images[index], labels[index]


def plain_loop(loss_name: str, optimizer_name: str) -> tuple[list[float], nn.Module]:
    torch.manual_seed(SEED)
    net = TutorialNet()
    make = PLAIN_OPTIMIZERS.get(optimizer_name)
    lr = LR[loss_name]
    optimizer = None if make is None else make(net.parameters(), lr)
    losses = []
    for (x, y), _ in zip(plain_batches(16), range(ITERATIONS), strict=False):
        net.zero_grad()
        out = net(x)
        if loss_name == "output_gradient":
            out.backward(torch.randn(out.shape))
        else:
            if loss_name == "mse":
                loss = F.mse_loss(out, torch.eye(10)[y])
            else:
                loss = F.cross_entropy(out, y)
            loss.backward()
            losses.append(loss.item())
        if optimizer is not None:
            optimizer.step()
        else:
            for p in net.parameters():
                p.data.sub_(p.grad * lr)
    return losses, net


def same_weights(one: nn.Module, other: nn.Module) -> bool:
    pairs = zip(one.parameters(), other.parameters(), strict=True)
    return all(torch.equal(a, b) and torch.equal(a.grad, b.grad) for a, b in pairs)


# By day each optimizer is recorded with one loss, and runs with another.
@pytest.mark.parametrize(
    ("loss", "optimizer", "recorded"),
    by_day_every(
        3,
        list(
            product(
                ["cross_entropy", "mse", "output_gradient"],
                ["manual", "sgd", "nesterov", "adam", "rmsprop"],
                [False, True],
            )
        ),
    ),
)
def test_equals_the_plain_loop(loss: str, optimizer: str, recorded: bool) -> None:
    trainer = bv.Trainer(digits(), loss, optimizer, lr=LR[loss], batch_size=16, seed=SEED)
    losses = []
    for _ in range(ITERATIONS):
        if recorded:
            losses.append(trainer.record().loss)
        else:
            losses.append(trainer.iterate().loss)
    plain_losses, plain_net = plain_loop(loss, optimizer)
    assert trainer.iteration == ITERATIONS
    if loss != "output_gradient":
        assert losses == plain_losses
    assert same_weights(trainer.model, plain_net)


def test_the_tutorials_random_data() -> None:
    trainer = bv.Trainer("random", "mse", "sgd", lr=0.01, batch_size=1, seed=7)
    torch.manual_seed(7)
    net = TutorialNet()
    x = torch.randn(1, 1, 32, 32)
    target = torch.randn(10).view(1, -1)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
    for _ in range(ITERATIONS):
        optimizer.zero_grad()
        loss = nn.MSELoss()(net(x), target)
        loss.backward()
        optimizer.step()
        assert trainer.iterate().loss == loss.item()
    assert same_weights(trainer.model, net)
    assert torch.equal(trainer.batch[0], x)
    assert torch.equal(trainer.batch[1], target)


def test_two_trainers_side_by_side_and_torchs_own_state_left_alone() -> None:
    def make() -> bv.Trainer:
        return bv.Trainer("random", "output_gradient", "sgd", seed=5)

    alone = make()
    for _ in range(5):
        alone.iterate()
    torch.manual_seed(123)
    expected = torch.randn(3)
    torch.manual_seed(123)
    one, other = make(), make()
    for _ in range(5):
        one.iterate()
        other.record()
    assert torch.equal(torch.randn(3), expected)
    assert same_weights(one.model, alone.model)
    assert same_weights(other.model, alone.model)


@by_night
def test_strokes_learn() -> None:
    trainer = bv.Trainer(optimizer_options={"momentum": 0.9})
    first = trainer.evaluate()
    for _ in range(200):
        trainer.iterate()
    last = trainer.evaluate()
    assert last.loss < first.loss
    assert last.accuracy > 0.7  # how far above depends on the order in which a library sums


# -- phases ----------------------------------------------------------------------------------


def test_phases_in_their_order() -> None:
    trainer = bv.Trainer("random", "mse")
    assert [trainer.step() for _ in range(6)] == [
        "zero_grad",
        "forward",
        "loss",
        "backward",
        "update",
        "zero_grad",
    ]
    assert trainer.phase == "forward"
    assert trainer.iteration == 1


@pytest.mark.parametrize(
    ("done", "wrong"),
    [
        (0, "forward"),
        (0, "update"),
        (1, "compute_loss"),
        (2, "zero_grad"),
        (3, "forward"),
        (4, "backward"),
    ],
)
def test_out_of_order_names_the_phase_that_is_due(done: int, wrong: str) -> None:
    trainer = bv.Trainer("random", "mse")
    for _ in range(done):
        trainer.step()
    due = ["zero_grad", "forward", "compute_loss", "backward", "update"][done]
    with pytest.raises(bv.PhaseError, match=rf"{due}\(\) is due, not {wrong}\(\)"):
        getattr(trainer, wrong)()
    assert trainer.step() == due.removeprefix("compute_")


def test_gradients_are_none_zero_or_accumulate() -> None:
    def bias_grads(**options: Any) -> list[Tensor | None]:
        trainer = bv.Trainer("random", "mse", "manual", lr=0.0, **options)
        bias = trainer.model.conv1.bias
        trainer.iterate()
        first = bias.grad.clone()
        trainer.zero_grad()
        cleared = None if bias.grad is None else bias.grad.clone()
        trainer.forward()
        trainer.compute_loss()
        trainer.backward()
        return [first, cleared, bias.grad]

    first, cleared, second = bias_grads()
    assert cleared is None
    assert torch.equal(first, second)
    first, cleared, second = bias_grads(set_to_none=False)
    assert torch.equal(cleared, torch.zeros(6))
    assert torch.equal(first, second)
    first, cleared, second = bias_grads(clear_gradients=False)
    assert torch.equal(cleared, first)
    assert torch.equal(second, 2 * first)


def test_restart_repeats_the_iteration_exactly() -> None:
    def make() -> bv.Trainer:
        torch.manual_seed(0)
        model = nn.Sequential(nn.Flatten(), nn.Dropout(0.5), nn.Linear(1024, 10))
        return bv.Trainer(digits(), model=model, batch_size=8)

    plain, again = make(), make()
    plain.iterate()
    again.iterate()
    for _ in range(3):
        again.step()
    again.restart_iteration()
    assert again.phase == "zero_grad"
    assert again.iterate().loss == plain.iterate().loss
    assert same_weights(plain.model, again.model)


def test_owning_torchs_random_state_changes_no_number() -> None:
    def make() -> bv.Trainer:
        torch.manual_seed(0)
        model = nn.Sequential(nn.Flatten(), nn.Dropout(0.5), nn.Linear(1024, 10))
        return bv.Trainer(digits(), loss="output_gradient", model=model, batch_size=8)

    plain, owner, other = make(), make(), make()
    for _ in range(3):
        plain.iterate()
    before = torch.get_rng_state()
    owner.iterate()
    owner.random.be_torchs_own()
    other.iterate()  # draws from a state of its own meanwhile
    checkpoint = owner.checkpoint()
    for _ in range(2):
        owner.iterate()
    assert same_weights(plain.model, owner.model)
    owner.restore(checkpoint)
    owner.step()
    owner.step()
    owner.restart_iteration()
    for _ in range(2):
        owner.iterate()
    assert same_weights(plain.model, owner.model)
    assert not same_weights(other.model, owner.model)
    assert not torch.equal(torch.get_rng_state(), before)


def test_a_live_learning_rate() -> None:
    trainer = bv.Trainer("random", "mse", "sgd", lr=0.5)
    trainer.lr = 0.0
    before = trainer.model.conv1.weight.detach().clone()
    trainer.iterate()
    assert torch.equal(trainer.model.conv1.weight, before)


class FailsInBackward(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x.clone()

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        raise RuntimeError("this backward fails")


class FailingNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(1024, 10)
        self.last = nn.Linear(10, 10)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(FailsInBackward.apply(self.first(x.flatten(1))))


@pytest.mark.parametrize("recorded", [False, True])
@pytest.mark.parametrize("clear", [True, False])
def test_a_failing_backward_leaves_every_gradient_as_it_was(clear: bool, recorded: bool) -> None:
    trainer = bv.Trainer(digits(), model=FailingNet(), clear_gradients=clear, set_to_none=False)
    weight = trainer.model.last.weight
    weight.grad = torch.ones_like(weight)
    for _ in range(3):
        trainer.step()
    before = weight.grad.clone()
    bias_before = trainer.model.last.bias.grad
    with pytest.raises(RuntimeError, match="this backward fails"):
        trainer.backward()
    assert torch.equal(weight.grad, before)
    assert trainer.model.last.bias.grad is bias_before
    assert trainer.phase == "backward"


# -- reading and settings ----------------------------------------------------------------------


def test_classify_gives_ten_probabilities() -> None:
    trainer = bv.Trainer("random", "mse")
    image = np.zeros((280, 200))
    image[40:200, 90:110] = 255
    probabilities = trainer.classify(image)
    assert probabilities.dtype == np.float32
    assert probabilities.shape == (10,)
    assert probabilities.sum() == pytest.approx(1)
    assert np.array_equal(probabilities, trainer.classify(image / 255))


def test_evaluate_is_the_mean_over_the_validation_set() -> None:
    trainer = bv.Trainer(digits())
    images, labels = (tensor[90:] for tensor in digits().tensors)
    with torch.no_grad():
        out = trainer.model(images)
    evaluation = trainer.evaluate()
    assert evaluation.loss == pytest.approx(F.cross_entropy(out, labels).item(), rel=1e-6)
    assert evaluation.accuracy == (out.argmax(1) == labels).sum().item() / 10


def test_evaluate_stops_when_told() -> None:
    trainer = bv.Trainer(digits())
    with pytest.raises(InterruptedEvaluation):
        trainer.evaluate(lambda: True)
    assert trainer.model.training


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"loss": "hinge"}, "loss must be one of"),
        ({"optimizer": "lion"}, "optimizer must be one of"),
        ({"data": "cifar"}, "data must be"),
        ({"data": "mnist"}, "MNIST needs the folder"),
        ({"data": TensorDataset(torch.empty(0, 1, 32, 32))}, "empty"),
        ({"batch_size": 0}, "batch_size must be at least 1"),
        ({"optimizer_options": {"momentun": 0.9}}, r"sgd does not take these options: .*'\.$"),
        ({"lr": -1.0}, r"lr must be a finite number from 0 up, not -1\.0\.$"),
        ({"lr": float("nan")}, r"lr must be a finite number from 0 up, not nan\.$"),
        ({"lr": float("inf"), "optimizer": "manual"}, r"lr must be a finite number"),
        ({"optimizer": "manual", "optimizer_options": {"momentum": 0.9}}, "takes no options"),
    ],
)
def test_wrong_settings_say_what_is_wrong(options: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        bv.Trainer(**{"data": "random", **options})


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("sgd", {"momentum": 0.8, "weight_decay": 0.1}),
        ("adam", {"betas": (0.8, 0.9), "eps": 1e-5}),
        ("rmsprop", {"alpha": 0.9, "eps": 1e-5, "momentum": 0.5}),
    ],
)
def test_options_reach_the_optimizer(name: str, options: dict[str, Any]) -> None:
    trainer = bv.Trainer("random", optimizer=name, optimizer_options=options)
    group = trainer.optimizer.param_groups[0]
    assert {key: group[key] for key in options} == options
