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

from backprop_viz.digits.data_set import ScriptSamples
from backprop_viz.digits.prepare import NET_SIZE
from backprop_viz.digits.stored_images import StoredImages
from backprop_viz.recording.errors import ArgumentError
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

_SIZE = 28  # of MNIST's square images
_UNSIGNED_BYTE = 8  # the only one of IDX's type codes that MNIST uses
_MOST_SAMPLES = 300_000  # MNIST has 60,000, EMNIST's digits are 240,000


class MnistError(ArgumentError):
    """A file of MNIST is missing or malformed; the message names it and says what to do."""


def load_mnist(
    root: str | os.PathLike[str], title: str = "MNIST"
) -> tuple[StoredImages, StoredImages]:
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


def _load_part(folder: Path, part: str) -> StoredImages:
    """A part's 28x28 images, with two dark pixels more on every side."""
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
        raise MnistError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{0} holds the label {1}, not only 0 to 9."
                " Replace it by the data set's file of that name.",
            ),
            labels_path,
            labels.max(),
        )
    margin = (NET_SIZE - _SIZE) // 2
    padded = torch.zeros(len(images), NET_SIZE, NET_SIZE, dtype=torch.uint8)
    padded.numpy()[:, margin:-margin, margin:-margin] = images
    return StoredImages(padded, torch.from_numpy(labels.astype(np.int64)))


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
        raise MnistError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{0} ends after {1} of the {2} bytes its header names."
                " Replace it by the data set's file of that name.",
            ),
            path,
            f"{len(body):,}",
            f"{size:,}",
        )
    if len(body) > size:
        raise MnistError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{0} goes on after the {1} bytes its header names."
                " Replace it by the data set's file of that name.",
            ),
            path,
            f"{size:,}",
        )
    return np.frombuffer(body, np.uint8).reshape(shape)


def _read_header(path: Path, stream: BinaryIO, dimensions: int) -> tuple[int, ...]:
    """The shape that the file promises, all of it plausible."""
    header = _read_at_most(stream, 4 * (1 + dimensions))
    if not header:
        raise MnistError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{0} is empty. Replace it by the data set's file of that name.",
            ),
            path,
        )
    _expect_kind(path, header, dimensions)
    if len(header) < 4 * (1 + dimensions):
        raise MnistError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{0} ends inside its header. Replace it by the data set's file of that name.",
            ),
            path,
        )
    count, *sides = struct.unpack_from(f">{dimensions}I", header, 4)
    if not 1 <= count <= _MOST_SAMPLES:
        raise MnistError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{0} promises {1} samples, not 1 to {2}."
                " Replace it by the data set's file of that name.",
            ),
            path,
            f"{count:,}",
            f"{_MOST_SAMPLES:,}",
        )
    if any(side != _SIZE for side in sides):
        raise MnistError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{0} holds images of {1} pixels, not 28x28."
                " Replace it by the data set's file of that name.",
            ),
            path,
            "x".join(map(str, sides)),
        )
    return count, *sides


def _expect_kind(path: Path, header: bytearray, dimensions: int) -> None:
    """Raise MnistError if the file is of another kind, as far as its header tells."""
    if header[:2] != b"\0\0"[: len(header)]:
        raise MnistError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{0} starts with the bytes {1}, not as IDX files do."
                " Replace it by the data set's file of that name.",
            ),
            path,
            header[:4].hex(" "),
        )
    if len(header) > 2 and header[2] != _UNSIGNED_BYTE:
        raise MnistError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{0} holds values of type code {1}, not unsigned bytes (8)."
                " Replace it by the data set's file of that name.",
            ),
            path,
            header[2],
        )
    if len(header) > 3 and header[3] != dimensions:
        raise MnistError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{0} has {1} dimensions instead of {2}."
                " Replace it by the data set's file of that name.",
            ),
            path,
            header[3],
            dimensions,
        )


def _read_at_most(stream: BinaryIO, size: int) -> bytearray:
    """The next `size` bytes or what there is of them; takes no memory for bytes not there."""
    data = bytearray()
    while len(data) < size and (chunk := stream.read(min(size - len(data), 1 << 20))):
        data += chunk
    return data
