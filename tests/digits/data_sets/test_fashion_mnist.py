"""Fashion-MNIST, in files like its own: loaded, trained on, written out, downloaded, chosen."""

import gzip
import hashlib
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812

import backprop_viz as bv
from backprop_viz.cli import parse
from backprop_viz.digits.data_sets import DATA_SETS
from backprop_viz.digits.downloads import DownloadError, download, present
from backprop_viz.recording.requests.progress import Progress
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.training.script.run_journal import RunJournal
from backprop_viz.training.script.script_data import run_data
from backprop_viz.training.script.standalone_script import Run, script
from tests.alone import losses_of_text
from tests.digits.data_sets.plain_data import SHUFFLED, batches_are_plain
from tests.faulty_server import serving

FASHION = DATA_SETS["fashion_mnist"]
PLAIN = SHUFFLED


def ignore(progress: Progress) -> None:
    """Nobody looks."""


def idx(array: np.ndarray) -> bytes:
    head = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    return gzip.compress(head + array.tobytes(), mtime=0)


def small_files() -> dict[str, bytes]:
    """50 samples of noise in each part, under the names of the real files."""
    random = np.random.default_rng(5)
    images = {n: random.integers(0, 256, (50, 28, 28), np.uint8) for n in FASHION.download.files}
    labels = {n: random.integers(0, 10, 50, np.uint8) for n in FASHION.download.files}
    return {n: idx(images[n] if "images" in n else labels[n]) for n in FASHION.download.files}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "fashion"
    folder.mkdir()
    for name, body in small_files().items():
        (folder / name).write_bytes(body)
    return folder


def test_its_classes() -> None:
    names = "T-shirt/top, Trouser, Pullover, Dress, Coat, Sandal, Shirt, Sneaker, Bag, Ankle boot"
    assert ", ".join(FASHION.classes) == names
    assert not FASHION.digits


def test_training_equals_a_plain_loop_and_its_script(root: Path, tmp_path: Path) -> None:
    files = small_files()
    pixels = gzip.decompress(files["train-images-idx3-ubyte.gz"])[16:]
    images = torch.frombuffer(bytearray(pixels), dtype=torch.uint8).view(50, 1, 28, 28) / 255
    labels = torch.tensor(list(gzip.decompress(files["train-labels-idx1-ubyte.gz"])[8:]))
    torch.manual_seed(4)
    net = bv.LeNet()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05)
    shuffle = torch.Generator().manual_seed(4)
    plain: list[float] = []
    for _ in range(2):
        for index in torch.randperm(50, generator=shuffle).split(16):
            optimizer.zero_grad()
            loss = F.cross_entropy(net(F.pad(images[index], (2, 2, 2, 2))), labels[index])
            loss.backward()
            optimizer.step()
            plain.append(loss.item())

    settings = Settings(lr=0.05, batch_size=16, seed=4).with_root("fashion_mnist", str(root))
    trainer = bv.Trainer.from_settings(settings)
    assert [trainer.iterate().loss for _ in range(8)] == plain
    batches_are_plain(settings, 8)
    data = run_data(settings, trainer.source, 8 * 16)
    run = Run(trainer.model, RunJournal({0: settings}), 8, {}, data, torch.get_num_threads())
    found = losses_of_text(script(run, beside=False), tmp_path)
    assert found == [loss.hex() for loss in plain]


def test_without_its_folder_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Fashion-MNIST needs the folder"):
        bv.Trainer("fashion_mnist")
    with pytest.raises(ValueError, match="Choose the one with Fashion-MNIST's four files"):
        bv.Trainer("fashion_mnist", root=str(tmp_path / "nothing"))


def test_it_is_downloaded_and_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    files, folder = small_files(), tmp_path / "cache"
    sums = {n: f"md5:{hashlib.md5(body).hexdigest()}" for n, body in files.items()}
    with serving(files) as server:
        source = replace(FASHION.download, urls=(server.url,), timeout_s=10.0)
        with pytest.raises(DownloadError, match=r"wrong checksum.*Fashion-MNIST's files"):
            download(source, folder, ignore)  # these are not the files that its authors published
        assert not present(source, folder)
        download(replace(source, files=sums), folder, ignore)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == files
    assert len(bv.Trainer("fashion_mnist", root=str(folder)).samples("train")) == 50


def test_the_command_line_takes_its_folder() -> None:
    settings = parse(["--fashion-mnist-root", "some/folder"]).settings
    assert settings["data"] == "fashion_mnist"
    assert Settings(**settings).root == "some/folder"
