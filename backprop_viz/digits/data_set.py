"""What the program knows of a data set. Plain data, for torch, the window and the command line."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

DIGITS = tuple(str(digit) for digit in range(10))


@dataclass(frozen=True, slots=True)
class DownloadSource:
    """What can be downloaded: files by name, with their checksums, and the mirrors that have them.

    ``urls`` are the addresses of folders. A checksum is a sha256, or "md5:" and an md5.
    ``title`` is the name of the whole, which has this many ``megabytes``. A mirror that is silent
    for ``timeout_s`` seconds is left.
    """

    urls: tuple[str, ...]
    files: Mapping[str, str]
    title: str
    megabytes: int = 0
    timeout_s: float = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RootFolder:
    """The folder that a data set is read from.

    ``holds`` says on the command line what is in it; ``missing`` is the sentence for a caller who
    gave none; ``chooser`` is the title of the dialog that asks for it.
    """

    holds: str
    missing: str
    chooser: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptSamples:
    """How an exported script gets the samples without taking them along.

    ``modules`` to import; ``helper``: the lines of a function; ``samples``: lines that make
    ``images`` (N, 32, 32) uint8 and ``labels`` (N,) int64, or, for data of one batch, ``x`` and
    ``y``, the batch and its targets.
    """

    modules: frozenset[str] = frozenset()
    helper: tuple[str, ...] = ()
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSet:
    """A data set of images (1, 32, 32) float32 in classes.

    ``load`` takes the root folder ("" where there is none) and the batch size, and returns the
    training and the validation part, each with ``len``, ``batch(index)`` and ``labels``; of
    ``one_batch`` data both are the same, all samples are one batch, and its ``targets``
    (N, classes) float32 are what regression losses take. ``script`` takes the same; None: a
    script takes the samples along.

    ``classes`` are the names of the labels from 0 on. ``digits``: the labels are what a drawing
    shows, so that a drawing can be judged not to be one. ``shuffled``: also in the first epoch.
    ``make_rest`` makes samples that are not there yet, in a thread. ``read_in_window``: the
    window's process reads the folder. ``usual_loss`` is the loss to train with. ``title``,
    ``tooltip`` and the dialog's title are in English, marked for translation in the context
    "data sets". ``order`` is the place in menus.
    """

    name: str
    title: str
    tooltip: str
    classes: tuple[str, ...] = DIGITS
    load: Callable[[str, int], tuple[Any, Any]]
    root: RootFolder | None = None
    download: DownloadSource | None = None
    digits: bool = True
    one_batch: bool = False
    shuffled: bool = True
    usual_loss: str = "cross_entropy"
    script: Callable[[str, int], ScriptSamples] | None = None
    make_rest: Callable[[], None] | None = None
    read_in_window: bool = False
    order: int = 100
