"""A loss surface against plain torch: the weights are set, and the loss is computed."""

import copy

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.analysis.losses import LOSSES
from backprop_viz.recording.errors import ArgumentError
from backprop_viz.recording.requests.loss_surface import PlaneKind, SurfaceRequest, WeightPlace
from backprop_viz.training.parts.losses import LossFunction
from backprop_viz.training.surface.loss_surface import LossSurface
from backprop_viz.training.surface.weight_path import WeightPath

SAMPLES = 100


def trained(iterations: int = 12) -> tuple[bv.Trainer, WeightPath]:
    trainer, path = bv.Trainer(batch_size=16), WeightPath()
    path.begin(0, trainer.model)
    for _ in range(iterations):
        trainer.iterate()
        path.add(trainer.iteration, trainer.model)
    return trainer, path


def computed(trainer: bv.Trainer, path: WeightPath, request: SurfaceRequest) -> LossSurface:
    mean_loss = trainer.mean_loss(request.part, request.samples)
    surface = LossSurface(request, mean_loss, path, trainer.iteration)
    for _ in surface.slices():
        pass
    assert surface.known.all()
    return surface


def plain_loss(net: nn.Module, trainer: bv.Trainer) -> float:
    """The mean loss of the first samples, in batches of 64."""
    images, labels = trainer.samples("train").batch(torch.arange(SAMPLES))
    total = 0.0
    with torch.no_grad():
        for start in range(0, SAMPLES, 64):
            y = labels[start : start + 64]
            total += F.cross_entropy(net(images[start : start + 64]), y).item() * len(y)
    return total / SAMPLES


def moved(trainer: bv.Trainer, surface: LossSurface, x: float, y: float) -> nn.Module:
    net, at = copy.deepcopy(trainer.model).eval(), 0
    first, second = (torch.tensor(d, dtype=torch.float32) for d in surface.directions)
    with torch.no_grad():
        for p in net.parameters():
            a, b = (d[at : at + p.numel()].view_as(p) for d in (first, second))
            p.copy_(p + x * a + y * b)
            at += p.numel()
    return net


@pytest.mark.parametrize("plane", ["drawn", "path", "kept"])
def test_points_are_what_plain_torch_computes(plane: PlaneKind) -> None:
    trainer, path = trained()
    request = SurfaceRequest(plane, resolution=7, samples=SAMPLES, first=0, second=5)
    surface = computed(trainer, path, request)
    random = np.random.default_rng(1)
    for j, i in random.integers(0, 7, (6, 2)):
        x, y = surface.plane.x[i], surface.plane.y[j]
        expected = plain_loss(moved(trainer, surface, float(x), float(y)), trainer)
        # To rounding: the sums of the first convolution may be in another order.
        assert surface.losses[j, i] == pytest.approx(expected, rel=1e-6)


def test_the_middle_is_the_network_itself_and_its_gradient_is_autograds() -> None:
    trainer, path = trained()
    request = SurfaceRequest("drawn", resolution=5, samples=SAMPLES, seed=4)
    surface = computed(trainer, path, request)
    plane = surface.plane
    net = copy.deepcopy(trainer.model)
    assert (plane.x[2], plane.y[2]) == (0, 0)
    # Bit for bit: the gradient's forward is torch's own, on the same batches in the same order.
    assert plane.loss == plain_loss(net, trainer)
    assert surface.losses[2, 2] == pytest.approx(plane.loss, rel=1e-6)
    images, labels = trainer.samples("train").batch(torch.arange(SAMPLES))
    F.cross_entropy(net(images), labels).backward()
    gradient = torch.cat([p.grad.reshape(-1) for p in net.parameters()]).double().numpy()
    a, b = surface.directions
    gram = np.array([[a @ a, a @ b], [a @ b, b @ b]])
    expected = np.linalg.solve(gram, [a @ gradient, b @ gradient])
    assert plane.gradient == pytest.approx(tuple(expected), rel=1e-4)
    inside = np.linalg.norm(expected[0] * a + expected[1] * b) / np.linalg.norm(gradient)
    assert plane.gradient_share == pytest.approx(inside, rel=1e-4)
    assert 0 < plane.gradient_share < 0.2  # of 81,194 dimensions


def test_the_main_directions_hold_the_path_and_random_ones_do_not() -> None:
    trainer, path = trained(20)
    main = computed(trainer, path, SurfaceRequest("path", resolution=3, samples=64)).plane
    random = computed(trainer, path, SurfaceRequest("drawn", resolution=3, samples=64)).plane
    assert main.path_share > 0.9
    assert random.path_share < 0.05
    assert main.path_iterations.tolist() == list(range(21))
    assert main.path[-1] == pytest.approx([0, 0], abs=1e-9)
    x0, x1, y0, y1 = main.x[0], main.x[-1], main.y[0], main.y[-1]
    inside = (main.path >= [x0, y0]) & (main.path <= [x1, y1])
    assert inside.all()


class Whimsical(nn.Module):
    """Draws random numbers even in evaluation, and has a BatchNorm with buffers."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3, stride=3)
        self.norm = nn.BatchNorm2d(4)
        self.out = nn.Linear(400, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = F.dropout(self.norm(self.conv(x)).relu(), 0.1, training=True)
        return self.out(x.flatten(1))


def test_the_run_is_left_as_it_is_bit_for_bit() -> None:
    runs = []
    for with_surface in (False, True):
        torch.manual_seed(3)
        trainer, path = bv.Trainer(batch_size=16, model=Whimsical()), WeightPath()
        path.begin(0, trainer.model)
        while trainer.iteration < 3:
            trainer.iterate()
        trainer.step(), trainer.step()  # in the middle of an iteration
        if with_surface:
            computed(trainer, path, SurfaceRequest("drawn", resolution=3, samples=64))
        while trainer.iteration < 6:
            trainer.step()
        state = [*trainer.model.state_dict().values()]
        state += [p.grad for p in trainer.model.parameters() if p.grad is not None]
        runs.append([*state, torch.get_rng_state(), trainer.checkpoint().random_state])
    assert all(torch.equal(a, b) for a, b in zip(*runs, strict=True))


def test_biases_and_batch_norm_are_left_alone_by_random_directions() -> None:
    trainer, path = bv.Trainer(batch_size=16, model=Whimsical()), WeightPath()
    path.begin(0, trainer.model)
    surface = computed(trainer, path, SurfaceRequest("drawn", resolution=1, samples=64))
    at = 0
    for name, parameter in trainer.model.named_parameters():
        part = surface.directions[:, at : at + parameter.numel()]
        assert part.any() == (name in ("conv.weight", "out.weight")), name
        at += parameter.numel()


def test_a_run_that_has_not_begun_has_no_main_directions() -> None:
    trainer, path = trained(0)
    with pytest.raises(ArgumentError, match="too short"):
        computed(trainer, path, SurfaceRequest("path", resolution=3, samples=64))


def test_without_a_loss_there_is_no_surface() -> None:
    trainer = bv.Trainer(loss="output_gradient")
    with pytest.raises(ArgumentError, match="no loss to evaluate"):
        trainer.mean_loss("train", 10)


def test_two_weights_are_moved_alone_and_their_gradient_is_autograds() -> None:
    trainer, path = trained(2)
    x, y = WeightPlace("conv1.weight", (2, 0, 1, 1)), WeightPlace("fc3.bias", (7,))
    named = dict(trainer.model.named_parameters())
    before = [named[place.parameter][place.index].item() for place in (x, y)]
    trainer.iterate()
    path.add(trainer.iteration, trainer.model)
    request = SurfaceRequest("weights", span=0.5, resolution=5, samples=SAMPLES, weights=(x, y))
    plane = (surface := computed(trainer, path, request)).plane
    now = [named[place.parameter][place.index].item() for place in (x, y)]
    assert plane.origin == tuple(now)
    largest = [named[place.parameter].abs().max().item() for place in (x, y)]
    assert [plane.x[-1], plane.y[-1]] == [0.5 * far for far in largest]
    for j, i in ((0, 4), (3, 1), (4, 4)):
        net = copy.deepcopy(trainer.model)
        with torch.no_grad():
            net.conv1.weight[2, 0, 1, 1] += plane.x[i]
            net.fc3.bias[7] += plane.y[j]
        assert surface.losses[j, i] == pytest.approx(plain_loss(net, trainer), rel=1e-6)
    images, labels = trainer.samples("train").batch(torch.arange(SAMPLES))
    net = copy.deepcopy(trainer.model)
    F.cross_entropy(net(images), labels).backward()
    assert plane.gradient == pytest.approx(
        (net.conv1.weight.grad[2, 0, 1, 1].item(), net.fc3.bias.grad[7].item()), rel=1e-4
    )
    # The path is the two weights' own: the last step is what the optimizer did to them.
    assert plane.path[-1] - plane.path[-2] == pytest.approx(np.subtract(now, before), rel=1e-6)


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ([("conv1.weight", (6, 0, 0, 0)), ("fc3.bias", (0,))], r"no weight conv1.weight\[6,"),
        ([("conv1.weight", (0, 0, 0)), ("fc3.bias", (0,))], "no weight"),
        ([("conv9.weight", (0,)), ("fc3.bias", (0,))], "no weight conv9"),
        ([("fc3.bias", (0,)), ("fc3.bias", (0,))], r"Both axes are fc3.bias\[0\]"),
    ],
)  # fmt: skip
def test_weights_that_are_none_or_the_same_are_told(weights: list, said: str) -> None:
    trainer, path = trained(0)
    places = tuple(WeightPlace(*place) for place in weights)
    with pytest.raises(ArgumentError, match=said):
        computed(trainer, path, SurfaceRequest("weights", 1.0, 3, 64, weights=places))


def test_the_line_to_the_first_weights_is_an_interpolation() -> None:
    trainer, path = trained(6)
    first = bv.Trainer(batch_size=16)
    request = SurfaceRequest("line", resolution=9, samples=SAMPLES, first=0)
    surface = computed(trainer, path, request)
    assert surface.losses.shape == (1, 9)
    assert (surface.plane.x[0], surface.plane.x[-1]) == (-0.125, 1.125)
    for i in (1, 4, 8):
        net = copy.deepcopy(trainer.model)
        with torch.no_grad():
            for now, then in zip(net.parameters(), first.model.parameters(), strict=True):
                now.lerp_(then, float(surface.plane.x[i]))
        assert surface.losses[0, i] == pytest.approx(plain_loss(net, trainer), rel=1e-5)
    assert surface.plane.path[[0, -1]] == pytest.approx(np.array([[1.0, 0.0], [0.0, 0.0]]))


def test_there_is_no_line_to_the_weights_themselves() -> None:
    trainer, path = trained(0)
    with pytest.raises(ArgumentError, match="are the same"):
        computed(trainer, path, SurfaceRequest("line", resolution=3, samples=64))


@pytest.mark.parametrize("name", [name for name, loss in LOSSES.items() if loss.exists])
def test_the_losses_of_many_outputs_are_those_of_each_alone(name: str) -> None:
    trainer = bv.Trainer(loss=name)
    mean_loss = trainer.mean_loss("train", 70)
    outputs = 3 * torch.randn(4, 6, 10)
    outputs[2, 0, 0] = torch.inf
    found = mean_loss.of_outputs(1, outputs)  # the second batch: 6 samples
    target = mean_loss.batch(1)[1]
    criterion = LossFunction(LOSSES[name])
    expected = [criterion(output, target).item() for output in outputs]
    assert found.tolist() == pytest.approx(expected, rel=1e-6, nan_ok=True)
