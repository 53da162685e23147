"""MNIST, and sets of its format, from four IDX files, plain or gzipped.

Whatever is wrong with a file is said by its name.
"""

import gzip
import math
import os
import struct
import zlib
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from backprop_viz.digits.data_set import ScriptSamples
from backprop_viz.digits.prepare import NET_SIZE
from backprop_viz.digits.stored_images import as_batch
from backprop_viz.recording.errors import ArgumentError
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

_SIZE = 28  # of MNIST's square images
_UNSIGNED_BYTE = 8  # the only one of IDX's type codes that MNIST uses
_MOST_SAMPLES = 300_000  # MNIST has 60,000, EMNIST's digits are 240,000


class MnistError(ArgumentError):
    """A file of MNIST is missing or malformed; the message names it and says what to do."""


class MnistImages(Dataset[tuple[Tensor, int]]):
    """A part of MNIST; item i is (image (1, 32, 32) float32 in 0..1, label).

    The 28x28 images have two dark pixels more on every side.
    """

    def __init__(self, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> None:
        """`images` (N, 28, 28) and `labels` (N,), as many of each."""
        margin = (NET_SIZE - _SIZE) // 2
        self.images = torch.zeros(len(images), NET_SIZE, NET_SIZE, dtype=torch.uint8)
        self.images.numpy()[:, margin:-margin, margin:-margin] = images
        self.labels = torch.from_numpy(labels.astype(np.int64))

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        if not -len(self) <= index < len(self):
            raise IndexError(f"sample {index} of {len(self)}")
        images, labels = self.batch(torch.tensor([index % len(self)]))
        return images[0], int(labels[0])

    def batch(self, index: Tensor) -> tuple[Tensor, Tensor]:
        """Images (B, 1, 32, 32) float32 in 0..1 and labels (B,) int64 of `index` (B,) int64."""
        return as_batch(self.images, self.labels, index)


def load_mnist(
    root: str | os.PathLike[str], title: str = "MNIST"
) -> tuple[MnistImages, MnistImages]:
    """The training and the test part in folder `root`. Raises MnistError.

    ``title`` is what the data set is called in messages.
    """
    folder = Path(root)
    try:
        if not folder.is_dir():
            raise MnistError(
                QT_TRANSLATE_NOOP(
                    "errors", "{0} is not a folder. Choose the one with {1}'s four files."
                ),
                folder,
                title,
            )
        return _load_part(folder, "train"), _load_part(folder, "t10k")
    except OSError as error:
        raise MnistError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{0} cannot be read: {1}. Check that it is there and that you may read it.",
            ),
            error.filename or folder,
            error.strerror or error,
        ) from error


def script_samples(root: str | os.PathLike[str]) -> ScriptSamples:
    """What reads the training part's files in a script. Raises MnistError if one is not there."""
    folder = Path(root).absolute()
    images = _find(folder, "train-images", "idx3-ubyte")
    labels = _find(folder, "train-labels", "idx1-ubyte")
    return ScriptSamples(
        modules=frozenset({"gzip", "struct"}),
        helper=_READ,
        samples=(
            f"images = F.pad(read({str(images)!r}), (2, 2, 2, 2))",
            f"labels = read({str(labels)!r}).long()",
        ),
    )


_READ = (
    "def read(path):",
    '    """The numbers of an IDX file, plain or gzipped."""',
    '    opened = gzip.open if path.endswith(".gz") else open',
    '    with opened(path, "rb") as file:',
    "        data = bytearray(file.read())",
    "    shape = struct.unpack_from(f'>{data[3]}I', data, 4)",
    "    return torch.frombuffer(data, dtype=torch.uint8, offset=4 + 4 * data[3]).view(shape)",
)


def _load_part(folder: Path, part: str) -> MnistImages:
    images_path = _find(folder, f"{part}-images", "idx3-ubyte")
    labels_path = _find(folder, f"{part}-labels", "idx1-ubyte")
    images = _read_idx(images_path, dimensions=3)
    labels = _read_idx(labels_path, dimensions=1)
    if len(images) != len(labels):
        raise MnistError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{0} holds {1} images, but {2} {3} labels. Take both files from the same source.",
            ),
            images_path,
            len(images),
            labels_path.name,
            len(labels),
        )
    if labels.max() > 9:
        raise _malformed(labels_path, f"holds the label {labels.max()}, not only 0 to 9")
    return MnistImages(images, labels)


def _find(folder: Path, name: str, kind: str) -> Path:
    """The file under whichever of its usual names it has."""
    paths = [folder / f"{name}{dot}{kind}{end}" for dot in "-." for end in ("", ".gz")]
    for path in paths:
        if path.is_file():
            return path
    for path in paths:
        if path.exists():
            raise MnistError(
                QT_TRANSLATE_NOOP(
                    "errors", "{0} is not a file. Put the data set's file in its place."
                ),
                path,
            )
    raise MnistError(
        QT_TRANSLATE_NOOP(
            "errors",
            "{0} is missing, and so is {1}. Put it there, or choose the folder that holds it.",
        ),
        paths[0],
        paths[1].name,
    )


def _read_idx(path: Path, dimensions: int) -> NDArray[np.uint8]:
    """The array of unsigned bytes in an IDX file."""
    zipped = path.suffix == ".gz"
    with gzip.open(path) if zipped else path.open("rb") as file:
        stream = cast(BinaryIO, file)
        try:
            shape = _read_header(path, stream, dimensions)
            size = math.prod(shape)
            # One byte more than there should be, to notice it; never all that a bomb would give.
            body = _read_at_most(stream, size + 1)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise MnistError(
                QT_TRANSLATE_NOOP("errors", "{0} is not a complete gzip file: {1}. Replace it."),
                path,
                error,
            ) from error
    if len(body) < size:
        raise _malformed(path, f"ends after {len(body):,} of the {size:,} bytes its header names")
    if len(body) > size:
        raise _malformed(path, f"goes on after the {size:,} bytes its header names")
    return np.frombuffer(body, np.uint8).reshape(shape)


def _read_header(path: Path, stream: BinaryIO, dimensions: int) -> tuple[int, ...]:
    """The shape that the file promises, all of it plausible."""
    header = _read_at_most(stream, 4 * (1 + dimensions))
    if not header:
        raise _malformed(path, "is empty")
    if header[:2] != b"\0\0"[: len(header)]:
        raise _malformed(path, f"starts with the bytes {header[:4].hex(' ')}, not as IDX files do")
    if len(header) > 2 and header[2] != _UNSIGNED_BYTE:
        raise _malformed(path, f"holds values of type code {header[2]}, not unsigned bytes (8)")
    if len(header) > 3 and header[3] != dimensions:
        raise _malformed(path, f"has {header[3]} dimensions instead of {dimensions}")
    if len(header) < 4 * (1 + dimensions):
        raise _malformed(path, "ends inside its header")
    count, *sides = struct.unpack_from(f">{dimensions}I", header, 4)
    if not 1 <= count <= _MOST_SAMPLES:
        raise _malformed(path, f"promises {count:,} samples, not 1 to {_MOST_SAMPLES:,}")
    if any(side != _SIZE for side in sides):
        raise _malformed(path, f"holds images of {'x'.join(map(str, sides))} pixels, not 28x28")
    return count, *sides


def _read_at_most(stream: BinaryIO, size: int) -> bytearray:
    """The next `size` bytes or what there is of them; takes no memory for bytes not there."""
    data = bytearray()
    while len(data) < size and (chunk := stream.read(min(size - len(data), 1 << 20))):
        data += chunk
    return data


def _malformed(path: Path, what: str) -> MnistError:
    return MnistError(
        QT_TRANSLATE_NOOP("errors", "{0} {1}. Replace it by the data set's file of that name."),
        path,
        what,
    )
