"""A folder of images as training data."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import backprop_viz as bv
from backprop_viz.digits.folder_digits import keep_pictures, load_folder, part_of
from backprop_viz.digits.image_files import ImageError
from backprop_viz.digits.image_folder import list_folder, read_folder
from backprop_viz.digits.prepare import prepare
from backprop_viz.digits.strokes import StrokeDigits
from backprop_viz.recording.requests.progress import Cancelled, Progress

COUNT = 120


def fill(folder: Path, count: int = COUNT) -> dict[str, np.ndarray]:
    """Stroke digits as files, every other one a dark-on-light JPEG; the images by path."""
    digits = StrokeDigits(train=True, size=1000)
    images, labels = digits.batch(torch.arange(count))
    written = {}
    for i, (image, label) in enumerate(zip(images[:, 0].numpy(), labels.tolist(), strict=True)):
        (folder / str(label)).mkdir(exist_ok=True, parents=True)
        grey = np.rint(image * 255).astype(np.uint8)
        path = folder / str(label) / f"{i:04}.{'png' if i % 2 else 'JPEG'}"
        Image.fromarray(grey if i % 2 else 255 - grey).save(
            path, **({} if i % 2 else {"quality": 100})
        )
        written[str(path)] = prepare(grey)
    return written


def ignore(progress: Progress) -> None:
    """Nobody looks."""


def test_images_are_as_drawings_are(tmp_path: Path) -> None:
    written = fill(tmp_path)
    (tmp_path / "notes.txt").write_text("not an image")
    (tmp_path / "3" / "Thumbs.db").write_text("not an image")
    (tmp_path / "other").mkdir()
    said: list[Progress] = []
    pictures = read_folder(tmp_path, said.append)
    paths = list_folder(tmp_path).paths
    assert set(paths) == set(written)
    assert [(p.number, p.count) for p in said] == [(i + 1, COUNT) for i in range(COUNT)]
    for path, image, label in zip(paths, pictures.images, pictures.labels, strict=True):
        assert Path(path).parent.name == str(label)
        close = 1e-6 if path.endswith("png") else 0.2
        np.testing.assert_allclose(image / 255, written[path], atol=close + 0.5 / 255)


def test_a_tenth_of_each_digit_is_for_validation(tmp_path: Path) -> None:
    fill(tmp_path)
    train, validation = load_folder(tmp_path)
    pictures = read_folder(tmp_path, ignore)
    assert len(train) + len(validation) == COUNT
    for digit in range(10):
        of_digit = int((pictures.labels == digit).sum())
        assert int((validation.labels == digit).sum()) == round(of_digit / 10)
    again = read_folder(str(tmp_path), ignore)
    assert np.array_equal(again.validation, pictures.validation)
    image, label = validation[-1]
    assert image.shape == (1, 32, 32)
    assert type(label) is int
    images, labels = validation.batch(torch.tensor([len(validation) - 1]))
    assert torch.equal(images[0], image)
    assert labels.tolist() == [label]
    with pytest.raises(IndexError):
        validation[len(validation)]


def test_few_images_are_in_both_parts(tmp_path: Path) -> None:
    fill(tmp_path, 3)
    train, validation = load_folder(tmp_path)
    assert len(train) == len(validation) == 3


def test_what_was_read_is_kept_until_a_file_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path, 20)
    keep_pictures(read_folder(tmp_path, ignore))
    reads: list[object] = []
    reader = "backprop_viz.digits.folder_digits.read_folder"
    monkeypatch.setattr(reader, lambda *a: reads.append(a) or read_folder(*a))
    load_folder(tmp_path)
    assert reads == []
    path = Path(list_folder(tmp_path).paths[0])
    os.utime(path, (1, 1))
    load_folder(tmp_path)
    load_folder(tmp_path)
    assert len(reads) == 1


def test_training_equals_the_plain_loop(tmp_path: Path) -> None:
    fill(tmp_path)
    trainer = bv.Trainer(data="folder", root=str(tmp_path), lr=0.1, batch_size=16, seed=3)
    losses = [trainer.iterate().loss for _ in range(12)]

    torch.manual_seed(3)
    net = bv.LeNet()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    data = part_of(read_folder(tmp_path, ignore), validation=False)
    shuffle = torch.Generator().manual_seed(3)
    expected: list[float] = []
    while len(expected) < 12:
        for index in torch.randperm(len(data), generator=shuffle).split(16):
            x, y = data.batch(index)
            optimizer.zero_grad()
            loss = torch.nn.CrossEntropyLoss()(net(x), y)
            loss.backward()
            optimizer.step()
            expected.append(loss.item())
    assert losses == expected[:12]
    assert 0 <= trainer.evaluate().accuracy <= 1


def test_reading_can_be_cancelled(tmp_path: Path) -> None:
    fill(tmp_path, 20)

    def cancel(progress: Progress) -> None:
        if progress.number == 7:
            raise Cancelled

    with pytest.raises(Cancelled):
        read_folder(tmp_path, cancel)


def nothing(folder: Path) -> str:
    return "has no subfolder named 0 to 9"


def empty_classes(folder: Path) -> str:
    (folder / "0").mkdir()
    (folder / "1").mkdir()
    return "hold 0 PNG and JPEG files, not 1 to"


def images_without_classes(folder: Path) -> str:
    Image.new("L", (9, 9)).save(folder / "7.png")
    return "Put the images of each digit into a subfolder of its name"


def other_classes(folder: Path) -> str:
    (folder / "cats").mkdir()
    return "has no subfolder named 0 to 9"


def truncated(folder: Path) -> str:
    fill(folder, 40)
    path = folder / "5" / "broken.png"
    Image.new("L", (90, 90)).save(path)
    path.write_bytes(path.read_bytes()[:-30])
    return f"{path} is damaged or incomplete"


def no_image(folder: Path) -> str:
    fill(folder, 40)
    path = folder / "5" / "page.jpg"
    path.write_text("<html>")
    return f"{path} is not a PNG or JPEG image"


@pytest.mark.parametrize(
    "make", [nothing, empty_classes, images_without_classes, other_classes, truncated, no_image]
)
def test_what_is_wrong_is_said(tmp_path: Path, make: Callable[[Path], str]) -> None:
    what = make(tmp_path)
    with pytest.raises(ImageError) as caught:
        load_folder(tmp_path)
    message = str(caught.value)
    assert what in message
    assert str(tmp_path) in message
    assert message.endswith(".")
    assert "\n" not in message


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="is not a folder"):
        load_folder(tmp_path / "none")
    with pytest.raises(ImageError, match="cannot be read"):
        load_folder("x" * 10_000)
    with pytest.raises(ValueError, match="give its path"):
        bv.Trainer(data="folder")


def test_an_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path, 3)

    def deny(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", deny)
    with pytest.raises(ImageError, match="cannot be read: Permission denied"):
        load_folder(tmp_path)
