"""MNIST, of a small folder like its own."""

from pathlib import Path

from backprop_viz.recording.settings.run_settings import Settings
from tests.digits.data_sets.plain_data import SHUFFLED, batches_are_plain
from tests.digits.test_mnist import FILES

PLAIN = SHUFFLED


def test_its_batches_in_three_epochs(tmp_path: Path) -> None:
    for name, data in FILES.items():
        (tmp_path / name).write_bytes(data)
    settings = Settings(batch_size=3, seed=5).with_root("mnist", str(tmp_path))
    batches_are_plain(settings, 8)
