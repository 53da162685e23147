"""Images of every kind as drawings; and files that are damaged in every way."""

import io
import random
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from backprop_viz.digits.image_files import PAD_SIDE, ImageError, as_drawing, read_image
from backprop_viz.digits.prepare import prepare
from tests.nightly import by_day_every, by_night
from tests.peak_memory import within


def digit(side: int = 28) -> np.ndarray:
    """A seven: (side, side) uint8, light on dark."""
    canvas = np.zeros((side, side), np.float64)
    for t in np.linspace(0, 1, 20 * side):
        for y, x in ((0.25, 0.3 + 0.4 * t), (0.25 + 0.5 * t, 0.7 - 0.3 * t)):
            canvas[round(y * side) :, round(x * side) :][: side // 14 + 1, : side // 14 + 1] = 255
    return canvas.astype(np.uint8)


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def seen(data: bytes) -> np.ndarray:
    return prepare(read_image(data, "it"))


EXPECTED = prepare(digit(140))
GREY = Image.fromarray(digit(140))
DARK_ON_LIGHT = Image.fromarray(255 - digit(140))


def rgba(ink: int) -> Image.Image:
    """The digit in one colour on nothing."""
    colour = Image.new("RGBA", GREY.size, (ink, ink, ink, 0))
    colour.putalpha(GREY)
    return colour


def sixteen_bits() -> Image.Image:
    return Image.fromarray(digit(140).astype(np.uint16) * 257)


KINDS = {
    "grey": encoded(GREY),
    "dark on light": encoded(DARK_ON_LIGHT),
    "colour": encoded(GREY.convert("RGB")),
    "one bit": encoded(GREY.convert("1")),
    "palette": encoded(DARK_ON_LIGHT.convert("RGB").quantize(4)),
    "palette with a colour for nothing": encoded(GREY.quantize(2), transparency=0),
    "black on nothing": encoded(rgba(0)),
    "white on nothing": encoded(rgba(255)),
    "grey and alpha": encoded(rgba(255).convert("LA")),
    "sixteen bits": encoded(sixteen_bits()),
    "grey ink on grey": encoded(Image.fromarray(200 - digit(140) // 3)),
    "jpeg": encoded(GREY, "JPEG", quality=100),
    "jpeg, dark on light": encoded(DARK_ON_LIGHT.convert("RGB"), "JPEG", quality=100),
    "jpeg, cmyk": encoded(DARK_ON_LIGHT.convert("RGB").convert("CMYK"), "JPEG", quality=100),
    "jpeg, progressive": encoded(GREY, "JPEG", quality=100, progressive=True),
}


@pytest.mark.parametrize("data", KINDS.values(), ids=KINDS)
def test_every_kind_is_seen_as_the_digit(data: bytes) -> None:
    np.testing.assert_allclose(seen(data), EXPECTED, atol=0.06)


def test_a_plain_image_is_seen_as_its_numbers_are() -> None:
    for side in (28, 140, 900):
        np.testing.assert_allclose(
            seen(encoded(Image.fromarray(digit(side)))), prepare(digit(side)), atol=1e-6
        )


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_cameras_turn_is_undone(orientation: int) -> None:
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    held = GREY if orientation == 1 else GREY.transpose(undo[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    np.testing.assert_allclose(seen(encoded(held, exif=exif)), EXPECTED, atol=0.01)
    assert (orientation == 1) or not np.allclose(seen(encoded(held)), EXPECTED, atol=0.2)


def test_a_noisy_photo_of_paper() -> None:
    random_ = np.random.default_rng(0)
    paper = 190 + random_.normal(0, 6, (1800, 2400))
    paper[600:1160, 300:860] -= digit(560) * 0.6
    photo = Image.fromarray(np.clip(paper, 0, 255).astype(np.uint8))
    for data in (encoded(photo, "JPEG", quality=85), encoded(photo)):
        ink = read_image(data, "photo")
        assert max(ink.shape) <= 1024
        np.testing.assert_allclose(prepare(ink), prepare(digit(560)), atol=0.25)


def test_a_blank_image_has_no_ink() -> None:
    for level in (0, 127, 255):
        assert not read_image(encoded(Image.new("L", (40, 30), level)), "blank").any()
    assert not as_drawing(np.zeros((40, 30), np.float32)).any()


@pytest.mark.parametrize("shape", [(1, 1), (1, 400), (300, 2), (1024, 1024), (20, 12)])
def test_a_drawing_of_any_shape_fits(shape: tuple[int, int]) -> None:
    drawing = as_drawing(np.ones(shape, np.float32))
    assert drawing.shape == (PAD_SIDE, PAD_SIDE)
    assert drawing.dtype == np.float32
    used = np.flatnonzero(drawing.any(axis=0 if shape[1] >= shape[0] else 1))
    assert len(used) == 220
    assert abs(int(used[0]) + int(used[-1]) - (PAD_SIDE - 1)) <= 1
    assert drawing.max() == 1


def test_a_drawing_is_read_as_its_image() -> None:
    np.testing.assert_allclose(
        prepare(as_drawing(read_image(encoded(GREY), "it"))), EXPECTED, atol=0.08
    )


# -- what is wrong ---------------------------------------------------------------------------


def refused(source: object, name: str = "the image") -> str:
    with pytest.raises(ImageError) as caught:
        read_image(source, name)  # type: ignore[arg-type]
    message = str(caught.value)
    assert message.endswith(".")
    assert "\n" not in message
    assert len(message.replace(str(source), "")) < 300
    assert name in message
    return message


def test_what_is_no_image(tmp_path: Path) -> None:
    assert "is not a PNG or JPEG image" in refused(b"")
    assert "is not a PNG or JPEG image" in refused(b"<html>")
    assert "is not a PNG or JPEG image" in refused(encoded(GREY, "GIF"))
    assert "cannot be read: No such file" in refused(tmp_path / "none.png", "none.png")
    assert "is not a file" in refused(tmp_path, str(tmp_path))
    assert "cannot be read" in refused("x" * 300 + ".png", "xxx.png")


def test_a_file_that_ends_too_early() -> None:
    for data in (encoded(GREY), encoded(GREY, "JPEG")):
        for share in (0.3, 0.6, 0.9):
            assert "is damaged or incomplete" in refused(data[: int(len(data) * share)])


def png_of(width: int, height: int, data: bytes) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("side", [8_000, 12_000, 40_000, 2**31 - 1])
def test_huge_promises_take_no_memory(side: int) -> None:
    told = within(1 << 20, lambda: refused(png_of(side, side, b"")))
    assert "million pixels. Make it smaller" in told
    assert "its header promises 7,000 by 7,000 pixels in" in refused(png_of(7_000, 7_000, b""))


def test_a_bomb_of_text_is_refused_or_skipped() -> None:
    body = b"note\0\0" + zlib.compress(bytes(200 << 20))
    chunk = struct.pack(">I", len(body)) + b"zTXt" + body
    chunk += struct.pack(">I", zlib.crc32(b"zTXt" + body))
    data = encoded(GREY)
    within(20 << 20, lambda: refused(data[:33] + chunk + data[33:]))


MEASURED = """
import io, resource, sys
import numpy as np
from PIL import Image
from backprop_viz.digits.image_files import read_image
side = 6000
image = Image.fromarray(np.zeros((side, side), np.uint16)) if sys.argv[1] == "I;16" else \\
    Image.new(sys.argv[1], (side, side))
file = io.BytesIO()
image.save(file, "PNG", compress_level=9)
print(len(file.getvalue()))
if sys.argv[2] == "read":
    image.close()
    del image
    assert not read_image(file.getvalue(), "it").any()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@by_night
@pytest.mark.skipif(sys.platform != "linux", reason="counts memory as Linux does")
@pytest.mark.parametrize(
    ("mode", "pixel"), by_day_every(4, [("RGBA", 4), ("L", 1), ("I;16", 2), ("RGB", 4)])
)
def test_a_small_file_of_a_large_image_takes_little_more_than_it(mode: str, pixel: int) -> None:
    def megabytes(what: str) -> float:
        """The most memory of a process that makes such a file, and maybe reads it."""
        done = subprocess.run(
            [sys.executable, "-c", MEASURED, mode, what],
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        size, peak = done.stdout.split()
        assert int(size) < 400_000
        return int(peak) / 1024

    # Making it takes the image once; reading it may take as much again, and a bit.
    assert megabytes("read") - megabytes("make") < 36 * pixel * 1.3 + 20


SEEDS = [encoded(GREY.resize((40, 30))), *(d for d in KINDS.values() if len(d) < 20_000)]


@given(
    which=st.integers(0, len(SEEDS) - 1),
    other=st.integers(0, len(SEEDS) - 1),
    seed=st.integers(0, 2**32 - 1),
    harms=st.lists(st.sampled_from(["flip", "cut", "swap", "insert", "zero"]), max_size=3),
)
def test_a_harmed_file_loads_or_is_refused(
    which: int, other: int, seed: int, harms: list[str]
) -> None:
    data = harmed(SEEDS[which], SEEDS[other], random.Random(seed), harms)
    try:
        ink = read_image(data, "the image")
    except ImageError as error:
        message = str(error)
        assert message.startswith("the image")
        assert message.endswith(".")
        assert "\n" not in message
        assert len(message) < 300
    else:
        assert ink.ndim == 2
        assert ink.dtype == np.float32
        assert np.isfinite(ink).all()
        assert 0 <= ink.min() <= ink.max() <= 1
        assert prepare(ink).shape == (32, 32)


def harmed(data: bytes, other: bytes, random_: random.Random, harms: list[str]) -> bytes:
    """A file's bytes with something changed, mostly near its head, where the promises are."""
    body = bytearray(data)
    for harm in harms:
        head = min(len(body), 64 if random_.random() < 0.6 else len(body))
        at = random_.randrange(head + 1)
        if harm == "flip" and at < len(body):
            body[at] ^= 1 << random_.randrange(8)
        elif harm == "cut":
            del body[at:]
        elif harm == "swap":
            body[at:] = other[min(at, len(other)) :]
        elif harm == "insert":
            body[at:at] = random_.randbytes(random_.randrange(1, 9))
        elif harm == "zero":
            body[at : at + 4] = bytes(4)
    return with_right_sums(bytes(body)) if random_.random() < 0.5 else bytes(body)


def with_right_sums(data: bytes) -> bytes:
    """A PNG whose chunks' checksums are right again, so that more of it is believed."""
    body, at = bytearray(data), 8
    while data.startswith(b"\x89PNG") and at + 12 <= len(body):
        (length,) = struct.unpack_from(">I", body, at)
        end = at + 8 + length
        if end + 4 > len(body):
            break
        struct.pack_into(">I", body, end, zlib.crc32(body[at + 4 : end]))
        at = end + 4
    return bytes(body)
