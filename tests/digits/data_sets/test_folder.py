"""A folder of images."""

from pathlib import Path

from backprop_viz.recording.settings.run_settings import Settings
from tests.digits.data_sets.plain_data import SHUFFLED, batches_are_plain
from tests.digits.test_image_folder import fill

PLAIN = SHUFFLED


def test_its_batches_in_two_epochs(tmp_path: Path) -> None:
    fill(tmp_path, 60)
    settings = Settings(batch_size=20, seed=5).with_root("folder", str(tmp_path))
    batches_are_plain(settings, 5)
