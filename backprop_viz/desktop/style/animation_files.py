"""Pictures one after the other in a file: GIF, APNG or WebP; MP4 where av is installed."""

import io
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from importlib.util import find_spec
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from backprop_viz.recording.requests.progress import Progress, Report

if TYPE_CHECKING:
    from PIL import Image

ANIMATION_SUFFIXES = (".gif", ".png", ".webp")
VIDEO_SUFFIX = ".mp4"
# The last picture stays, so that one sees that it is the end.
_LAST_STAYS = 4
_COLORS = 256
_MOST_SAMPLED = 400_000  # pixels that decide on the colours of a GIF


@dataclass(frozen=True, slots=True)
class AnimationFrame:
    """A picture (height, width, 3) uint8, packed by zlib."""

    packed: bytes
    width: int
    height: int

    def pixels(self) -> NDArray[np.uint8]:
        """Its colours, (height, width, 3)."""
        raw = np.frombuffer(zlib.decompress(self.packed), np.uint8)
        return raw.reshape(self.height, self.width, 3)


def packed_frame(pixels: bytes, width: int, height: int) -> AnimationFrame:
    """A frame of this many rows of red, green, blue."""
    return AnimationFrame(zlib.compress(pixels, 1), width, height)


def writable_suffixes() -> tuple[str, ...]:
    """The formats that can be written here, by the end of the file's name."""
    return (*ANIMATION_SUFFIXES, *([VIDEO_SUFFIX] if find_spec("av") is not None else []))


def encoded_animation(
    frames: Sequence[AnimationFrame], suffix: str, seconds: float, report: Report
) -> bytes:
    """The frames as a file of the format; each is shown for so long, the last one longer.

    It begins again at its end, but for MP4. ``report`` is called at each frame, and may raise
    Cancelled.
    """
    if suffix == VIDEO_SUFFIX:
        return _video(frames, seconds, report)
    target = io.BytesIO()
    duration = [round(seconds * 1000)] * len(frames)
    duration[-1] *= _LAST_STAYS
    options: dict[str, Any] = {"duration": duration, "loop": 0, "save_all": True}
    palette = None
    if suffix == ".gif":
        palette = _palette(frames)
        options |= {"format": "GIF", "optimize": False}
    elif suffix == ".webp":
        options |= {"format": "WEBP", "lossless": True, "quality": 20, "method": 0}
    else:
        options |= {"format": "PNG", "compress_level": 6}
    first, *_ = _Images(frames[:1], palette, report)
    first.save(target, append_images=_Images(frames[1:], palette, report), **options)
    return target.getvalue()


class _Images:
    """The frames as Pillow's, one in memory at a time; it goes through those of an APNG twice."""

    def __init__(
        self, frames: Sequence[AnimationFrame], palette: "Image.Image | None", report: Report
    ) -> None:
        self._frames, self._palette, self._report = frames, palette, report

    def __iter__(self) -> "Iterator[Image.Image]":
        from PIL import Image

        for number, frame in enumerate(self._frames, 1):
            self._report(Progress("", number, len(self._frames)))
            image = Image.fromarray(frame.pixels())
            if self._palette is not None:
                image = image.quantize(palette=self._palette, dither=Image.Dither.NONE)
            yield image


def _palette(frames: Sequence[AnimationFrame]) -> "Image.Image":
    """The same colours for all frames: what does not change is then the same, and not written."""
    from PIL import Image

    every = max(1, sum(f.width * f.height for f in frames) // _MOST_SAMPLED)
    sampled = [frame.pixels().reshape(-1, 3)[::every].astype(np.uint32) for frame in frames]
    # As one number each: to sort rows of three takes ten times as long, and holds Python's lock.
    packed = np.concatenate([(part << (16, 8, 0)).sum(1, dtype=np.uint32) for part in sampled])
    colors, counts = np.unique(packed, return_counts=True)
    # By the root of how often: the background alone would leave none for what is small.
    weighed = np.repeat(colors, np.ceil(np.sqrt(counts)).astype(np.int64))
    rows = (weighed[None, :, None] >> np.array((16, 8, 0))).astype(np.uint8)
    return Image.fromarray(rows).quantize(_COLORS, Image.Quantize.MEDIANCUT)


def _video(frames: Sequence[AnimationFrame], seconds: float, report: Report) -> bytes:
    import av

    target = io.BytesIO()
    last = (frames[-1] for _ in range(_LAST_STAYS - 1))
    with av.open(target, "w", format="mp4") as file:
        codec = next(name for name in ("libx264", "mpeg4") if name in av.codecs_available)
        stream = file.add_stream(codec, rate=Fraction(1 / seconds).limit_denominator(1000))
        # Its colours are stored for squares of two by two pixels.
        stream.width, stream.height = frames[0].width // 2 * 2, frames[0].height // 2 * 2
        stream.pix_fmt = "yuv420p"
        for number, frame in enumerate(chain(frames, last), 1):
            report(Progress("", min(number, len(frames)), len(frames)))
            pixels = frame.pixels()[: stream.height, : stream.width]
            picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
            file.mux(stream.encode(picture))
        file.mux(stream.encode(None))
    return target.getvalue()
