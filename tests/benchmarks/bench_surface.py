"""A loss surface of LeNet on 2,000 samples, beside the plain loop over the same points.

    python tests/benchmarks/bench_surface.py [--points 11]

The plain loop sets the network's weights at each point and computes the loss of the same batches
with the network alone; the peer is the same by torch.func.vmap over the points of a group. All
take one core. The seconds have a bar for a grid of 11 x 11 (3 s) and of 51 x 51 (60 s).
"""

import argparse
import copy
import time
from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F  # noqa: N812
from report import Figure, print_figures
from torch import Tensor
from torch.func import functional_call, vmap

import backprop_viz as bv
from backprop_viz.recording.requests.loss_surface import SurfaceRequest
from backprop_viz.training.evaluation.mean_loss import MeanLoss
from backprop_viz.training.surface.loss_surface import LossSurface
from backprop_viz.training.surface.weight_path import WeightPath

SAMPLES = 2000
BARS = {11: 3.0, 51: 60.0}
# So many points are computed by the plain loop and by vmap: their times are for one point.
PLAIN_POINTS, GROUP = 12, 8


def surface_of(points: int) -> tuple[LossSurface, MeanLoss]:
    """A surface that is not computed yet, of samples that are read."""
    trainer, path = bv.Trainer(), WeightPath()
    path.begin(0, trainer.model)
    mean_loss = trainer.mean_loss("train", SAMPLES)
    for number in range(mean_loss.batches):
        mean_loss.batch(number)
    request = SurfaceRequest(resolution=points, samples=SAMPLES)
    return LossSurface(request, mean_loss, path, 0), mean_loss


def timed(call: Callable[[], object]) -> float:
    """Seconds that a call takes."""
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def plain(loss: MeanLoss, points: list[dict[str, Tensor]]) -> None:
    """The loss at points, with nothing but the network."""
    net = copy.deepcopy(loss.model)
    with torch.no_grad():
        for point in points:
            for name, parameter in net.named_parameters():
                parameter.copy_(point[name])
            for number in range(loss.batches):
                images, target = loss.batch(number)
                F.cross_entropy(net(images), target).item()


def by_vmap(loss: MeanLoss, points: list[dict[str, Tensor]]) -> None:
    """The loss at all points of a group in one call for each batch."""
    stacked = {name: torch.stack([point[name] for point in points]) for name in points[0]}
    with torch.no_grad():
        for number in range(loss.batches):
            images, target = loss.batch(number)

            def of_point(
                point: dict[str, Tensor], images: Tensor = images, target: Tensor = target
            ) -> Tensor:
                return F.cross_entropy(functional_call(loss.model, point, (images,)), target)

            vmap(of_point)(stacked).tolist()


def figures(points: int) -> Iterator[Figure]:
    """The seconds of the surface, and those of a point beside the plain loop's and vmap's."""
    surface, loss = surface_of(points)
    seconds = timed(lambda: [None for _ in surface.slices()])
    size = f"loss surface {points} x {points}, {SAMPLES:,} samples"
    yield Figure(size, seconds, "s", BARS.get(points))
    mine = 1000 * seconds / points**2
    places = [(i, j) for i in range(points) for j in range(points)][:PLAIN_POINTS]
    weights = [surface.weights_at(surface.plane.x[i], surface.plane.y[j]) for i, j in places]
    peer = 1000 * timed(lambda: plain(loss, weights)) / len(weights)
    yield Figure("a point of it", mine, "ms", 0.6, peer, "plain loop")
    group = weights[:GROUP]
    peer = 1000 * timed(lambda: by_vmap(loss, group)) / len(group)
    yield Figure("a point of it", mine, "ms", 1.0, peer, "torch.func.vmap")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--points", type=int, nargs="*", default=sorted(BARS))
    torch.set_num_threads(1)
    for each in parser.parse_args().points:
        print_figures(figures(each))
