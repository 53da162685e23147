import gzip
import os
import struct
import sys
import tempfile
from pathlib import Path
from random import Random

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from backprop_viz.digits.mnist import MnistError, load_mnist
from backprop_viz.digits.prepare import prepare
from tests.peak_memory import within

OFFICIAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "mnist"
NAMES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
IMAGES, LABELS = NAMES[0], NAMES[3]


def idx(array: np.ndarray) -> bytes:
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    return header + array.astype(np.uint8).tobytes()


def arrays() -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    return {
        name: random.integers(0, 256, (count, 28, 28))
        if "images" in name
        else random.integers(0, 10, count)
        for name, count in zip(NAMES, (7, 7, 3, 3), strict=True)
    }


FILES = {name: idx(array) for name, array in arrays().items()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, data in FILES.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


def test_both_parts_are_read(folder: Path) -> None:
    train, test = load_mnist(folder)
    assert (len(train), len(test)) == (7, 3)
    expected = arrays()
    assert train.images.shape == (7, 32, 32)
    assert train.images.dtype == torch.uint8
    np.testing.assert_array_equal(train.images[:, 2:30, 2:30], expected[NAMES[0]])
    assert train.images.sum() == expected[NAMES[0]].sum()
    assert train.labels.tolist() == expected[NAMES[1]].tolist()
    assert train.labels.dtype == torch.int64
    np.testing.assert_array_equal(test.images[:, 2:30, 2:30], expected[NAMES[2]])
    assert test.labels.tolist() == expected[NAMES[3]].tolist()


def test_items_and_batches(folder: Path) -> None:
    train, _ = load_mnist(str(folder))
    image, label = train[-1]
    assert image.shape == (1, 32, 32)
    assert type(label) is int
    images, labels = train.batch(torch.tensor([6, 0]))
    assert torch.equal(images, train.images[[6, 0]].unsqueeze(1).float() / 255)
    assert torch.equal(images[0], image)
    assert labels.tolist() == [label, int(train.labels[0])]
    with pytest.raises(IndexError):
        train[7]


@pytest.mark.parametrize("end", ["", ".gz"])
@pytest.mark.parametrize("dot", ["-", "."])
def test_usual_names(tmp_path: Path, dot: str, end: str) -> None:
    for name, array in arrays().items():
        data = idx(array)
        path = tmp_path / (name.replace("-idx", f"{dot}idx") + end)
        path.write_bytes(gzip.compress(data) if end else data)
    assert len(load_mnist(tmp_path)[0]) == 7


def refused(folder: Path, name: str) -> str:
    """The message, which names the file and is no longer than a few lines."""
    with pytest.raises(MnistError) as caught:
        load_mnist(folder)
    message = str(caught.value)
    assert str(folder / name) in message
    assert "\n" not in message
    assert message.endswith(".")
    assert len(message.replace(str(folder), "")) < 200
    return message


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_file(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert "is missing" in refused(folder, name)


def test_a_folder_that_is_none(folder: Path) -> None:
    for path in (folder / "none", folder / IMAGES):
        with pytest.raises(MnistError, match="is not a folder") as caught:
            load_mnist(path)
        assert str(path) in str(caught.value)
    with pytest.raises(MnistError, match="cannot be read"):
        load_mnist("x" * 10_000)


def test_a_folder_in_place_of_a_file(folder: Path) -> None:
    (folder / IMAGES).unlink()
    (folder / IMAGES).mkdir()
    assert "is not a file" in refused(folder, IMAGES)


@pytest.mark.skipif(
    sys.platform == "win32" or not hasattr(os, "geteuid") or os.geteuid() == 0,
    reason="this user may read everything",
)
def test_a_file_one_may_not_read(folder: Path) -> None:
    (folder / LABELS).chmod(0)
    assert "cannot be read" in refused(folder, LABELS)


def test_a_file_that_fails_to_open(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def deny(path: Path, *_: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", deny)
    assert "cannot be read: Permission denied" in refused(folder, IMAGES)


image_header = struct.pack(">BBBBIII", 0, 0, 8, 3, 7, 28, 28)
malformed = {
    "empty": (b"", "is empty"),
    "text": (b"<html>Not found</html>", "starts with the bytes 3c 68"),
    "still gzipped": (gzip.compress(image_header), "starts with the bytes 1f 8b"),
    "one byte": (b"\0", "ends inside its header"),
    "magic only": (image_header[:4], "ends inside its header"),
    "half a header": (image_header[:11], "ends inside its header"),
    "floats": (b"\0\0\x0d\x03" + image_header[4:], "type code 13"),
    "labels": (idx(np.zeros(7)), "has 1 dimensions instead of 3"),
    "no body": (image_header, "ends after 0 of the 5,488 bytes"),
    "half a body": (image_header + bytes(2_744), "ends after 2,744 of the 5,488 bytes"),
    "one byte more": (image_header + bytes(5_489), "goes on after the 5,488 bytes"),
    "none": (idx(np.zeros((0, 28, 28))), "promises 0 samples"),
    "absurd": (b"\0\0\x08\x03" + b"\xff" * 12, "promises 4,294,967,295 samples"),
    "27x28": (idx(np.zeros((7, 27, 28))), "holds images of 27x28 pixels"),
    "absurd sides": (image_header[:8] + b"\xff" * 8, "holds images of 4294967295x4294967295"),
}


@pytest.mark.parametrize(("data", "what"), malformed.values(), ids=malformed)
@pytest.mark.parametrize("zipped", [False, True])
def test_malformed_images(folder: Path, data: bytes, what: str, zipped: bool) -> None:
    name = IMAGES
    if zipped:
        (folder / name).unlink()
        name += ".gz"
        data = gzip.compress(data)
    (folder / name).write_bytes(data)
    assert what in refused(folder, name)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (idx(np.array([1, 2, 10])), "holds the label 10"),
        (idx(np.zeros((3, 28, 28))), "has 3 dimensions instead of 1"),
        (idx(np.zeros(2)), "2 labels"),
    ],
)
def test_malformed_labels(folder: Path, data: bytes, what: str) -> None:
    (folder / LABELS).write_bytes(data)
    with pytest.raises(MnistError) as caught:
        load_mnist(folder)
    assert what in str(caught.value)
    assert LABELS in str(caught.value)


def zip_file(folder: Path, name: str) -> bytes:
    data = gzip.compress((folder / name).read_bytes(), mtime=0)
    (folder / name).unlink()
    return data


@pytest.mark.parametrize(
    "harm",
    [
        lambda data: data[: len(data) // 2],
        lambda data: data[:-4],
        lambda data: data[:-8] + b"\0\0\0\0" + data[-4:],
        lambda data: data[:60] + bytes(40) + data[100:],
        lambda data: data[:5],
        lambda data: data + b"rubbish",
        lambda data: b"<html>Not found</html>",
    ],
    ids=["half", "no length", "wrong checksum", "harmed", "head", "rubbish after", "text"],
)
def test_a_harmed_gzip_file(folder: Path, harm: object) -> None:
    data = zip_file(folder, IMAGES)
    (folder / f"{IMAGES}.gz").write_bytes(harm(data))  # type: ignore[operator]
    assert "is not a complete gzip file" in refused(folder, f"{IMAGES}.gz")


def test_an_empty_gzip_file(folder: Path) -> None:
    zip_file(folder, IMAGES)
    (folder / f"{IMAGES}.gz").write_bytes(b"")
    assert "is empty" in refused(folder, f"{IMAGES}.gz")


def test_a_bomb_takes_no_memory(folder: Path) -> None:
    (folder / IMAGES).unlink()
    name = f"{IMAGES}.gz"
    with gzip.open(folder / name, "wb", compresslevel=1) as file:
        file.write(image_header)
        for _ in range(200):
            file.write(bytes(1 << 20))
    assert "goes on after" in within(10 << 20, lambda: refused(folder, name))


def test_a_promise_takes_no_memory(folder: Path) -> None:
    (folder / IMAGES).write_bytes(struct.pack(">BBBBIII", 0, 0, 8, 3, 300_000, 28, 28) + b"\1")
    told = within(10 << 20, lambda: refused(folder, IMAGES))
    assert "ends after 1 of the 235,200,000 bytes" in told


HARMS = ("flip", "cut", "swap", "insert", "count", "tail")


@given(
    name=st.sampled_from(NAMES),
    zipped=st.booleans(),
    inside=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
    harms=st.lists(st.sampled_from(HARMS), max_size=3),
)
def test_a_harmed_file_loads_or_is_refused(
    name: str, zipped: bool, inside: bool, seed: int, harms: list[str]
) -> None:
    random = Random(seed)
    plain = FILES[name]
    if inside:  # a whole gzip file around what is harmed
        plain = harmed(plain, random, harms)
    data = gzip.compress(plain, mtime=0) if zipped else plain
    if not inside:
        data = harmed(data, random, harms)
    with tempfile.TemporaryDirectory() as folder:
        for other, file in FILES.items():
            if other != name:
                (Path(folder) / other).write_bytes(file)
        (Path(folder) / (name + ".gz" * zipped)).write_bytes(data)
        try:
            train, test = within(4 << 20, lambda: load_mnist(folder))
        except MnistError as error:
            message = str(error).replace(folder, "")
            assert name in message
            assert message.endswith(".")
            assert "\n" not in message
            assert len(message) < 250
        else:
            assert (len(train), len(test)) == (7, 3)
            assert int(train.labels.max()) <= 9


def harmed(data: bytes, random: Random, harms: list[str]) -> bytes:
    """A file's bytes with something changed, mostly near its head, where the promises are."""
    body = bytearray(data)
    for harm in harms:
        at = random.randrange(min(len(body), 40 if random.random() < 0.6 else len(body)) + 1)
        if harm == "flip" and at < len(body):
            body[at] ^= 1 << random.randrange(8)
        elif harm == "cut":
            del body[at:]
        elif harm == "swap":
            other = random.choice(list(FILES.values()))
            body[at:] = other[at:]
        elif harm == "insert":
            body[at:at] = random.randbytes(random.randrange(1, 9))
        elif harm == "count" and len(body) >= 8:
            struct.pack_into(">I", body, 4, random.choice((0, 1, 8, 300_000, 2**31, 2**32 - 1)))
        elif harm == "tail":
            body += random.randbytes(random.randrange(1, 2_000))
    return bytes(body)


@pytest.mark.skipif(not OFFICIAL.is_dir(), reason="MNIST's files are not beside the repository")
def test_official_images_are_as_a_drawing_is_prepared() -> None:
    train, test = load_mnist(OFFICIAL)
    assert len(train) > len(test) > 0
    for image, _ in (test[i] for i in range(0, 500, 10)):
        np.testing.assert_allclose(prepare(image[0].numpy()), image[0].numpy(), atol=0.05)
