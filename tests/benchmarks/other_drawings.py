"""Letters, shapes and scribbles to show to a reader of digits, in the templates' notation.

Drawn apart from those that the detector was made from (`detector/no_digits.py`). Of the kinds in
``HELD_BACK`` it never saw any drawing. Letters that look like digits (B, D, I, J, O, Q, S, Z, b, g,
h, i, j, l, o, q, s, y, z) are left out.
"""

import numpy as np
from numpy.random import Generator

from backprop_viz.digits.handwriting import by_hand, draw
from backprop_viz.digits.pen_curves import POINTS, compile_styles
from backprop_viz.digits.render import Greys, render

LETTERS = {
    "A": "plain\n6,98 50,2! 94,98 / 22,66 80,64\n22,100 54,0! 80,96 / 34,60 72,60",
    "C": "plain\n88,22 60,4 24,14 8,52 24,88 60,96 90,80\n70,12 40,8 24,24 16,50 20,70 44,92 74,84",
    "E": "plain\n84,4 16,4! 16,96! 86,96 / 18,50 70,48\n76,8 24,8! 20,94! 78,92 / 22,46 60,46",
    "F": "plain\n84,4 18,4! 16,98 / 18,48 70,46\n78,6 26,6! 22,100 / 24,52 64,50",
    "G": "plain\n84,20 54,4 16,30 16,74 50,98 86,78! 86,54! 54,54",
    "H": "plain\n12,4 14,96 / 86,4 88,98 / 14,52 86,48\n26,2 20,98 / 80,4 76,98 / 24,50 78,54",
    "K": "plain\n18,2 16,98 / 84,4 20,54! 88,98\n24,4 22,98 / 76,8 26,50! 82,96",
    "M": "plain\n8,98 14,4! 50,64! 86,4! 92,98\n14,96 24,6! 50,50! 76,6! 88,96",
    "N": "plain\n14,98 14,4! 84,96! 84,4\n22,96 24,6! 72,94! 76,4",
    "P": "plain\n20,98 22,4! 64,6 82,28 64,48 24,52",
    "R": "plain\n18,98 20,4! 64,4 80,26 60,48 22,52! 84,98",
    "T": "plain\n6,6 94,4 / 50,6 50,98\n16,8 86,8 / 50,8 52,96",
    "U": "plain\n12,4 16,70 34,94 66,94 84,70 88,4\n22,4 22,66 36,92 60,94 76,70 78,4",
    "V": "plain\n8,4 50,96! 92,4\n18,4 46,98! 76,2",
    "W": "plain\n4,4 26,96! 50,30! 74,96! 96,4\n8,6 30,94! 50,44! 68,94! 92,4",
    "X": "plain\n10,4 90,96 / 90,4 10,96\n20,4 80,98 / 78,2 18,96",
    "Y": "plain\n10,4 50,52 / 90,4 50,52! 50,98\n20,2 50,46 / 82,2 50,46! 46,98",
}
SHAPES = {
    "heart": "plain\n50,30 30,4 6,24 20,60 50,98! 80,60 94,24 70,4 50,30",
    "arrow": "right\n4,50 94,50 / 66,24 94,50! 66,76\n\nup\n50,98 50,6 / 24,36 50,6! 76,36",
    "star": "five lines\n20,98 50,2! 80,98! 4,38! 96,38! 20,98",
    "house": "plain\n12,98 12,44! 50,4! 88,44! 88,98! 12,98\n\nwith a door\n"
    "10,98 10,46! 50,6! 90,46! 90,98! 10,98 / 40,98 40,70! 60,70! 60,98",
    "smiley": "plain\n50,2 14,18 2,54 20,88 54,98 88,80 96,44 78,10 48,2 / 32,34 34,40 / "
    "28,64 50,78 72,62",
    "zigzag": "across\n4,70 20,30! 36,70! 52,30! 68,70! 84,30! 96,70\n"
    "4,80 18,16! 34,84! 50,16! 66,84! 82,16! 96,84\n\ndown\n20,4 80,18! 20,34! 80,50! 20,66! 80,82",
    "spiral": "outwards\n50,50 58,44 62,54 50,64 36,54 42,34 64,30 78,50 66,76 36,80 16,54 "
    "30,18 70,10 96,40\n\ninwards\n96,44 74,90 26,90 6,46 34,10 76,22 80,62 48,78 26,52 46,32 "
    "62,48 50,58",
    "grid": "plain\n34,4 34,96 / 66,4 66,96 / 4,34 96,34! 96,66! 4,66",
    "plus": "plain\n50,4 50,96 / 4,50 96,50\n52,14 48,88 / 10,46 90,54",
    "wave": "plain\n2,60 14,36 28,60 40,84 52,60 64,36 76,60 88,84 98,60",
    "lying line": "plain\n4,52 96,48",
    "square": "closed\n8,10 92,10! 92,90! 8,90! 8,10",
}
CLICK, SCRIBBLE = "click", "scribble"
HELD_BACK = frozenset({"F", "K", "R", "W", "X", "star", "house", "smiley", "grid"})
KINDS = (*LETTERS, *SHAPES, CLICK, SCRIBBLE)


def drawings(kind: str, count: int) -> Greys:
    """Canvases (count, 64, 64) in 0..1 of a kind, each by another hand."""
    random = np.random.default_rng((sum(kind.encode()), count))
    if kind in (CLICK, SCRIBBLE):
        make = _clicks if kind == CLICK else _scribbles
        along = np.tile(np.linspace(0, 1, POINTS, dtype=np.float32), (count, 1))
        drawn = by_hand(make(count, random), along, np.ones(count, np.float32), random)
    else:
        styles = compile_styles({0: (LETTERS | SHAPES)[kind]})
        drawn = draw(styles, np.zeros(count, np.int64), random)
    parts = [render(*(each[i : i + 50] for each in drawn)) for i in range(0, count, 50)]
    return np.concatenate(parts)


def _clicks(count: int, random: Generator) -> Greys:
    """The pen put down and lifted: a round dot, which the pen's width fills."""
    t = np.linspace(0, 1, POINTS)[:, None]
    disc = np.concatenate([np.cos(50 * t), np.sin(50 * t)], axis=1) * np.sqrt(t) / 2
    path = disc * random.uniform(0.9, 1.1, (count, 1, 2))
    result: Greys = path.astype(np.float32)
    return result


def _scribbles(count: int, random: Generator) -> Greys:
    """A hand that goes to and fro: a few slow waves and a few fast ones."""
    t = np.linspace(0, 2 * np.pi, POINTS)
    speed = random.integers(1, 7, (count, 5, 1, 2))
    phase = random.uniform(0, 2 * np.pi, (count, 5, 1, 2))
    height = random.normal(0, 0.25, (count, 5, 1, 2))
    path = (np.sin(speed * t[:, None] + phase) * height).sum(axis=1)
    path[:, :, 0] += random.uniform(-0.1, 0.1, (count, 1)) * t
    result: Greys = path.astype(np.float32)
    return result
