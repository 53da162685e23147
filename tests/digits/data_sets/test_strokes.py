"""The built-in digits, which are made in random order already."""

from backprop_viz.recording.settings.run_settings import Settings
from tests.digits.data_sets.plain_data import IN_ORDER_AT_FIRST, batches_are_plain

PLAIN = IN_ORDER_AT_FIRST


def test_its_batches() -> None:
    batches_are_plain(Settings("strokes", batch_size=7, seed=5), 3)
