"""Stroke digits: the built-in data, drawn on the user's machine from hand-authored pen strokes.

The set is a fixed sequence of drawings, made in blocks. A block depends on nothing but its
number, so the first step of a training needs one block, and the rest can follow in a thread.
"""

from collections.abc import Callable
from functools import cache
from threading import Lock

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from backprop_viz.digits.handwriting import draw
from backprop_viz.digits.pen_curves import Styles, compile_styles
from backprop_viz.digits.prepare import NET_SIZE, prepare_batch
from backprop_viz.digits.render import render
from backprop_viz.digits.stored_images import as_batch
from backprop_viz.digits.templates.training import TRAINING
from backprop_viz.digits.templates.validation import VALIDATION

BLOCK = 1_000  # drawings made at once
TRAINING_SIZE = 120_000
VALIDATION_SIZE = 3_000

_AT_A_TIME = 50  # drawings whose intermediate arrays stay in the processor's cache
_SEED = 20_250_101  # the set is the same on every machine and in every run


class StrokeDigits(Dataset[tuple[Tensor, int]]):
    """Drawn digits 0..9; item i is (image (1, 32, 32) float32 in 0..1, label).

    The validation part comes from other templates than the training part. A part of any `size` is
    the beginning of the same sequence, every 1,000 of which hold each digit 100 times.
    """

    def __init__(self, train: bool = True, size: int | None = None) -> None:
        """Cheap: nothing is drawn before it is asked for. Raises ValueError for size < 1."""
        if size is None:
            size = TRAINING_SIZE if train else VALIDATION_SIZE
        if size < 1:
            raise ValueError(f"A set has at least one sample, not {size}.")
        self.train = train
        blocks = -(-size // BLOCK)
        self._block_labels = _labels(train, blocks)
        self.labels = torch.from_numpy(self._block_labels.ravel()[:size])  # (N,) int64
        self._images = torch.empty(size, NET_SIZE, NET_SIZE, dtype=torch.uint8)
        self._made = [False] * blocks
        # One each: a batch must not wait for a block that it does not need.
        self._locks = [Lock() for _ in range(blocks)]

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        if not -len(self) <= index < len(self):
            raise IndexError(f"sample {index} of {len(self)}")
        images, labels = self.batch(torch.tensor([index % len(self)]))
        return images[0], int(labels[0])

    @property
    def images(self) -> Tensor:
        """All images, uint8 (N, 32, 32); draws what is missing first."""
        self.generate()
        return self._images

    def batch(self, index: Tensor) -> tuple[Tensor, Tensor]:
        """Images (B, 1, 32, 32) float32 in 0..1 and labels (B,) int64 of `index` (B,) int64.

        Draws the blocks that the index needs and that are missing. Raises IndexError for an
        index outside 0..N - 1.
        """
        if index.numel() and not 0 <= int(index.min()) <= int(index.max()) < len(self):
            raise IndexError(f"samples {int(index.min())}..{int(index.max())} of {len(self)}")
        if not all(self._made):
            for block in torch.unique(index // BLOCK).tolist():
                self._make(block)
        return as_batch(self._images, self.labels, index)

    def generate(self, progress: Callable[[int, int], None] | None = None) -> None:
        """Draw everything that is missing; any thread may, while others take batches.

        `progress(done, total)` is called in this thread after each block, in samples.
        """
        for block in range(len(self._made)):
            self._make(block)
            if progress is not None:
                progress(min((block + 1) * BLOCK, len(self)), len(self))

    def _make(self, block: int) -> None:
        if self._made[block]:
            return
        with self._locks[block]:
            if not self._made[block]:
                start = block * BLOCK
                images = torch.from_numpy(_draw(self.train, block, self._block_labels[block]))
                self._images[start : start + BLOCK] = images[: len(self) - start]
                self._made[block] = True


@cache
def training_strokes() -> StrokeDigits:
    """The training part, one for the whole process."""
    return StrokeDigits(train=True)


@cache
def validation_strokes() -> StrokeDigits:
    """The validation part, one for the whole process."""
    return StrokeDigits(train=False)


def _labels(train: bool, blocks: int) -> NDArray[np.int64]:
    """Labels (blocks, BLOCK): in each block each digit equally often, in random order."""
    digits = np.tile(np.arange(BLOCK) % 10, (blocks, 1))
    return np.random.default_rng((_SEED, train)).permuted(digits, axis=1)


def _draw(train: bool, block: int, labels: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Images (BLOCK, 32, 32) of a block with these labels (BLOCK,).

    In numpy, not torch: what torch records or times in this thread is the training alone.
    """
    random = np.random.default_rng((_SEED, train, block))
    points, down, pen = draw(_styles(train), labels, random)
    images = np.empty((BLOCK, NET_SIZE, NET_SIZE), np.uint8)
    for start in range(0, BLOCK, _AT_A_TIME):
        part = slice(start, start + _AT_A_TIME)
        prepared = prepare_batch(render(points[part], down[part], pen[part]))
        images[part] = np.rint(prepared * 255)
    return images


@cache
def _styles(train: bool) -> Styles:
    return compile_styles(TRAINING if train else VALIDATION)
