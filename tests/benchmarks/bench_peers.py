"""An iteration that is recorded, beside what others make of the same one: the plain one is 1.

    python tests/benchmarks/bench_peers.py [--rounds N]

TorchLens traces the forward alone, with every activation saved. "histograms" is a hook on each
parameter that bins its gradient into 64, as ``wandb.watch`` does; wandb itself does so once in
1,000 iterations, and sends them. Each takes turns with the plain iteration; CPU time counts, in one
thread, and the figure is the median. A peer that is not installed (``pip install '.[bench]'``) is
named and left out.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib.util import find_spec
from pathlib import Path

import torch
from bench_watch import MODELS, NEVER, Loop
from report import Figure, print_figures
from torch import Tensor

import backprop_viz as bv

BINS = 64
Turn = Callable[[], object]


@contextmanager
def recorded(loop: Loop, _: Path) -> Iterator[Turn]:
    """Everything of an iteration is recorded."""

    def turn() -> None:
        with bv.record(loop.net, loop.optimizer) as recording:
            loop.iterate()
        assert recording.recording.events

    yield turn


@contextmanager
def health(loop: Loop, folder: Path) -> Iterator[Turn]:
    """A few numbers of each tensor are written to a file."""
    with bv.watch(loop.net, loop.optimizer, folder / "health.bprec", every=1, keep="health"):
        yield loop.iterate


@contextmanager
def unrecorded(loop: Loop, folder: Path) -> Iterator[Turn]:
    """The loop is watched, and no iteration is recorded."""
    with bv.watch(loop.net, loop.optimizer, folder / "none.bprec", every=NEVER):
        loop.iterate()  # the first one is recorded
        yield loop.iterate


@contextmanager
def histograms(loop: Loop, _: Path) -> Iterator[Turn]:
    """A histogram of every gradient, as wandb makes it."""
    kept: dict[int, list[float]] = {}

    def note(parameter: Tensor, grad: Tensor) -> None:
        flat = grad.detach().reshape(-1)
        low, high = flat.min().item(), flat.max().item()
        kept[id(parameter)] = torch.histc(flat, BINS, low, high).tolist()

    for parameter in loop.net.parameters():
        parameter.register_hook(lambda grad, one=parameter: note(one, grad))
    yield loop.iterate


@contextmanager
def torchlens_forward(loop: Loop, _: Path) -> Iterator[Turn]:
    """The forward pass, traced by TorchLens."""
    import torchlens

    yield lambda: torchlens.trace(loop.net, loop.batch[0])


WAYS: dict[str, Callable[[Loop, Path], AbstractContextManager[Turn]]] = {
    "ours, everything": recorded,
    "ours, health": health,
    "ours, watched and not recorded": unrecorded,
    "histograms of every gradient": histograms,
    # The last one: it wraps every function of torch.
    "TorchLens, the forward alone": torchlens_forward,
}


def figures(rounds: int, folder: Path) -> Iterator[Figure]:
    """Each of the ways with each of the models, beside the plain iteration."""
    for what, way in WAYS.items():
        if way is torchlens_forward and find_spec("torchlens") is None:
            print("TorchLens is not installed: it is left out.")
            continue
        for name, (make, batch) in MODELS.items():
            plain = Loop(make, *batch)
            with way(Loop(make, *batch), folder) as turn:
                pairs = [(_seconds(turn), _seconds(plain.iterate)) for _ in range(rounds + 1)]
            ours, bare = (1e3 * statistics.median(each) for each in zip(*pairs[1:], strict=True))
            yield Figure(f"{what}: {name}", ours, "ms", None, bare, "plain")


def _seconds(turn: Turn) -> float:
    """CPU seconds of a turn, with the caches as the turn before has left them."""
    turn()
    begun = time.process_time()
    turn()
    return time.process_time() - begun


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    torch.set_num_threads(1)  # threads that wait for one another count as well
    with tempfile.TemporaryDirectory() as folder:
        print_figures(figures(rounds, Path(folder)))


if __name__ == "__main__":
    main()
