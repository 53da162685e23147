"""The samples of a run in a script: drawn by it, read from the user's files, or taken along."""

import base64
import zlib
from dataclasses import dataclass

import torch
from torch import Tensor

from backprop_viz.analysis.losses import LOSSES
from backprop_viz.digits.data_set import ScriptSamples
from backprop_viz.digits.data_sets import DATA_SETS
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.training.data.data_sources import DataSource, Samples
from backprop_viz.training.parts.losses import targets_text

_PIXELS = 32 * 32
_AT_ONCE = 1000  # samples whose numbers are in memory as floats
_LINE = 88  # characters of packed samples in a line
# Samples of more bytes are compressed at the fastest level.
_MUCH = 10 * 2**20


@dataclass(frozen=True, slots=True)
class Carried:
    """Samples that a script takes along: ``packed`` are all images as bytes, then all labels.

    ``in_use``: they are in the order in which the run takes them, each once.
    """

    packed: bytes
    count: int
    in_use: bool


@dataclass(frozen=True, slots=True)
class RunData:
    """Where a run's samples come from: ``made`` by the script, or ``carried`` by it.

    ``one_batch``: all are one batch, the same each time. ``shuffled`` says whether the first
    epoch is in random order, as all others are.
    """

    made: ScriptSamples | None = None
    carried: Carried | None = None
    one_batch: bool = False
    shuffled: bool = True


def run_data(settings: Settings, source: DataSource, taken: int) -> RunData:
    """The data of a run that took this many samples from its loader.

    Raises UserError if a file of the user's is no longer there.
    """
    entry = DATA_SETS[settings.data]
    if entry.script is not None:
        made = entry.script(settings.root or "", settings.batch_size)
        return RunData(made, None, entry.one_batch, entry.shuffled)
    size = len(source.train)
    order = torch.arange(size)
    if taken > size:
        carried = _carried(source.train, order, False)
        return RunData(None, carried, shuffled=not source.in_order_first)
    if not source.in_order_first:
        order = torch.randperm(size, generator=torch.Generator().manual_seed(settings.seed))
    return RunData(None, _carried(source.train, order[:taken], True))


def _carried(samples: Samples, index: Tensor, in_use: bool) -> Carried:
    # In parts: there may be too many of them to have them in memory twice.
    packer = zlib.compressobj(1 if len(index) * _PIXELS > _MUCH else 9)
    packed, labels = bytearray(), bytearray()
    for part in torch.split(index, _AT_ONCE):
        pixels, digits = samples.batch(part)
        # They are bytes divided by 255: what comes back is what was there.
        packed += packer.compress(pixels.mul(255).round().to(torch.uint8).numpy().tobytes())
        labels += digits.to(torch.uint8).numpy().tobytes()
    packed += packer.compress(bytes(labels)) + packer.flush()
    return Carried(bytes(packed), len(index), in_use)


def as_text(packed: bytes) -> str:
    """Bytes as text that Python needs no escapes for."""
    return base64.b85encode(packed).decode("ascii")


def packed_images(images: Tensor) -> str:
    """Images (N, 1, 32, 32) float32, exactly, as text."""
    return as_text(zlib.compress(images.contiguous().numpy().tobytes(), 9))


# -- lines of the script -------------------------------------------------------------------------


def imports(data: RunData, beside: bool) -> set[str]:
    """The modules that the lines below need."""
    if data.made is not None:
        return set(data.made.modules)
    return {"pathlib", "zlib"} if beside else {"base64", "zlib"}


def helper_lines(data: RunData) -> list[str]:
    """The function that reads files, if there are any to read."""
    return [] if data.made is None else list(data.made.helper)


def sample_lines(data: RunData, settings: Settings, beside: str | None) -> list[str]:
    """What makes the samples; ``beside`` is the Python of the path that they are read from."""
    if data.made is not None:
        lines = list(data.made.samples)
        if data.one_batch:
            lines[-1] = targets_text(LOSSES[settings.loss], lines[-1])
        return lines
    assert data.carried is not None
    if beside is not None:
        head = [f"packed = {beside}.read_bytes()"]
    else:
        text = as_text(data.carried.packed)
        parts = (text[i : i + _LINE] for i in range(0, len(text), _LINE))
        head = ["packed = base64.b85decode(", *(f'    "{part}"' for part in parts), ")"]
    size = data.carried.count * _PIXELS
    return [
        *head,
        "samples = torch.frombuffer(bytearray(zlib.decompress(packed)), dtype=torch.uint8)",
        f"images = samples[:{size}].view(-1, 32, 32)",
        f"labels = samples[{size}:].long()",
    ]


def batch_lines(data: RunData, seed: int) -> list[str]:
    """The loader as a generator function; it gives what ``data_sources.Loader`` gives."""
    if data.one_batch:
        return ["def batches():", "    data = x, y", "    while True:", "        yield data"]
    one = "images[index].unsqueeze(1).float().div_(255), labels[index]"
    if data.carried is not None and data.carried.in_use:
        return [
            "def batches():",
            '    """The samples in the order in which the run took them."""',
            "    start = 0",
            "    while start < len(labels):",
            "        index = torch.arange(start, min(start + batch_size, len(labels)))",
            "        start += len(index)",
            f"        yield {one}",
        ]
    shuffled = "torch.randperm(len(labels), generator=shuffle)"
    return [
        "def batches():",
        f"    shuffle = torch.Generator().manual_seed({seed})",
        f"    order = {shuffled if data.shuffled else 'torch.arange(len(labels))'}",
        "    while True:",
        "        start = 0",
        "        while start < len(order):",
        "            index = order[start : start + batch_size]",
        "            start += len(index)",
        f"            yield {one}",
        f"        order = {shuffled}",
    ]
