"""A folder of images with one subfolder for each digit, as training data.

Imports neither torch nor Qt: the window's process reads it, the worker's trains on it.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from backprop_viz.digits.image_files import ImageError, read_image
from backprop_viz.digits.prepare import NET_SIZE, prepare
from backprop_viz.recording.requests.pictures import Pictures
from backprop_viz.recording.requests.progress import Progress, Report
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

_CLASSES = tuple(str(digit) for digit in range(10))
_ENDINGS = (".png", ".jpg", ".jpeg")
_MOST_IMAGES = 300_000
_VALIDATION_SHARE = 10  # one in this many of each digit


@dataclass(frozen=True, slots=True)
class Listing:
    """The images of a folder in a fixed order, with their labels.

    ``digest`` changes with a file's name, size or date.
    """

    paths: tuple[str, ...]
    labels: tuple[int, ...]
    digest: str


def list_folder(root: str | os.PathLike[str]) -> Listing:
    """The PNG and JPEG files in the subfolders 0 to 9 of a folder. Raises ImageError."""
    folder = Path(root)
    paths: list[str] = []
    labels: list[int] = []
    digest = hashlib.sha256(os.fsencode(folder))
    try:
        if not folder.is_dir():
            raise ImageError(
                QT_TRANSLATE_NOOP(
                    "errors", "{0} is not a folder. Choose one with subfolders 0 to 9."
                ),
                folder,
            )
        classes = [name for name in _CLASSES if (folder / name).is_dir()]
        for name in classes:
            with os.scandir(folder / name) as entries:
                found = [e for e in entries if e.name.lower().endswith(_ENDINGS) and e.is_file()]
            for entry in sorted(found, key=lambda e: e.name):
                stat = entry.stat()
                paths.append(entry.path)
                labels.append(int(name))
                digest.update(os.fsencode(f"{entry.path}\0{stat.st_size}\0{stat.st_mtime_ns}\0"))
    except OSError as error:
        raise ImageError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{0} cannot be read: {1}. Check that it is there and that you may read it.",
            ),
            error.filename or folder,
            error.strerror or error,
        ) from error
    if not classes:
        raise ImageError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{0} has no subfolder named 0 to 9. Put the images of each digit into a "
                "subfolder of its name.",
            ),
            folder,
        )
    if not 1 <= len(paths) <= _MOST_IMAGES:
        raise ImageError(
            QT_TRANSLATE_NOOP(
                "errors",
                "The subfolders 0 to 9 of {0} hold {1} PNG and JPEG files, not 1 to {2}. "
                "Choose another folder.",
            ),
            folder,
            format(len(paths), ","),
            format(_MOST_IMAGES, ","),
        )
    return Listing(tuple(paths), tuple(labels), digest.hexdigest())


def read_folder(root: str | os.PathLike[str], report: Report) -> Pictures:
    """Read every image of a folder. Raises ImageError, and what ``report`` raises to cancel."""
    listing = list_folder(root)
    count = len(listing.paths)
    images = np.empty((count, NET_SIZE, NET_SIZE), np.uint8)
    for i, path in enumerate(listing.paths):
        report(Progress(Path(path).name, i + 1, count))
        images[i] = np.rint(prepare(read_image(path)) * 255)
    labels = np.array(listing.labels, np.uint8)
    return Pictures(str(root), listing.digest, images, labels, _validation(labels))


def _validation(labels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """A tenth of each digit, rounded, chosen at random but always the same; maybe none."""
    random = np.random.default_rng(0)
    validation = np.zeros(len(labels), np.bool_)
    for digit in range(10):
        of_digit = random.permutation(np.flatnonzero(labels == digit))
        validation[of_digit[: round(len(of_digit) / _VALIDATION_SHARE)]] = True
    return validation
