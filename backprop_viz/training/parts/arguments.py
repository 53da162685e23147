"""The numbers that a trainer is given, refused where nothing can be trained with them."""

import math

from backprop_viz.recording.errors import ArgumentError
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP


def expect_sizes(batch_size: int, lr: float) -> None:
    """Raise ArgumentError for an empty batch, or a learning rate below 0 or not finite."""
    if batch_size < 1:
        raise ArgumentError(
            QT_TRANSLATE_NOOP("errors", "batch_size must be at least 1, not {0}."), batch_size
        )
    if not 0 <= lr < math.inf:
        raise ArgumentError(
            QT_TRANSLATE_NOOP("errors", "lr must be a finite number from 0 up, not {0}."), lr
        )
