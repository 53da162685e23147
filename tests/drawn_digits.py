"""The built-in digits, of which tests draw no more than they come to.

The program's worker draws all 120,000 beside its work, which takes 10 seconds of a processor.
"""

from dataclasses import replace

import torch

from backprop_viz.digits.data_sets import DATA_SETS
from backprop_viz.digits.strokes import training_strokes, validation_strokes


def leave_the_rest() -> None:
    """Have workers of this process, and those that it forks, draw what they need alone."""
    DATA_SETS["strokes"] = replace(DATA_SETS["strokes"], make_rest=None)  # type: ignore[index]


def draw_first() -> None:
    """Draw what every worker needs, before one is forked; no thread is started by that."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    validation_strokes().generate()
    training_strokes().batch(torch.arange(1))  # and the first thousand with it
    torch.set_num_threads(threads)
