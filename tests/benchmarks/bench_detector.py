"""How often letters and scribbles pass as a digit, and how often digits are turned away.

    python tests/benchmarks/bench_detector.py [--seeds 0 1 2] [--steps N] [--each N]

Trains as ``bench_classification.py`` does and shows the net drawings that are no digits
(``other_drawings.py``). One passes if the net gives some digit a probability of 0.9 or more and
the pad does not say that it does not look like a digit. Real digits, those of
``bench_classification.py``, are turned away if the pad says so. The kinds that the detector was
not made from are marked with a star. Letters that look like digits are not among them.
"""

import argparse

import numpy as np
import torch
from bench_classification import Digits, sets, train
from other_drawings import HELD_BACK, KINDS, drawings

import backprop_viz as bv
from backprop_viz.digits.digit_detector import looks_like_a_digit
from backprop_viz.digits.prepare import prepare

SURE = 0.9
MAY_PASS, MAY_BE_TURNED_AWAY = 0.10, 0.02


def passes(trainer: bv.Trainer, each: int) -> dict[str, tuple[float, float]]:
    """Of every kind the share that the net alone is sure of, and the share that passes."""
    found = {}
    for kind in KINDS:
        canvases = drawings(kind, each)
        sure = np.array([trainer.classify(canvas).max() >= SURE for canvas in canvases])
        looks = np.array([looks_like_a_digit(prepare(canvas)) for canvas in canvases])
        found[kind] = (float(sure.mean()), float((sure & looks).mean()))
    return found


def turned_away(samples: Digits) -> float:
    """The share of real digits that are said not to look like one."""
    return float(np.mean([not looks_like_a_digit(prepare(image)) for image, _ in samples]))


def main() -> None:
    """Train, show, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--steps", type=int, help="iterations (default: as the schedule is long)")
    parser.add_argument("--each", type=int, default=200, help="drawings of a kind")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    # The detector is the same whatever the seed, and so is this.
    for name, samples in sets():
        share = turned_away(samples)
        print(f"{name}: {share:.2%} of {len(samples):,} turned away (bar {MAY_BE_TURNED_AWAY:.0%})")
    for seed in arguments.seeds:
        trainer, _ = train(seed, arguments.steps)
        found = passes(trainer, arguments.each)
        print(f"\nseed {seed}, {trainer.iteration:,} iterations")
        print(f"{'kind':14} {'net alone':>10} {'passes':>10}")
        for kind, (alone, both) in found.items():
            print(f"{kind + '*' * (kind in HELD_BACK):14} {alone:>10.1%} {both:>10.1%}")
        for name, chosen in (("all", KINDS), ("never seen*", sorted(HELD_BACK))):
            alone, both = np.mean([found[kind] for kind in chosen], axis=0)
            print(f"{name:14} {alone:>10.1%} {both:>10.1%}  (bar {MAY_PASS:.0%})")


if __name__ == "__main__":
    main()
