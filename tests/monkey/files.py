"""Files that the monkey user opens, drops and saves to."""

from pathlib import Path

import numpy as np
from PIL import Image


def make_files(folder: Path) -> list[Path]:
    """Images, a folder of images, an empty folder, something else, nothing; where to save."""
    digits = folder / "digits"
    dice = np.random.default_rng(0)
    for digit in range(10):
        (digits / str(digit)).mkdir(parents=True)
        for i in range(12):
            pixels = dice.integers(0, 256, (28, 28), np.uint8)
            Image.fromarray(pixels).save(digits / str(digit) / f"{i}.png")
    page = np.full((120, 90), 240, np.uint8)
    page[20:100, 40:52] = 20
    Image.fromarray(page).save(folder / "one.png")
    (folder / "empty").mkdir()
    (folder / "words.png").write_text("This is no image.")
    (folder / "cut.bpviz").write_bytes(b"PK")
    names = ("one.png", "empty", "words.png", "nothing", "cut.bpviz", "run.bpviz")
    weights = ("weights.safetensors", "weights.pt")
    return [digits, *(folder / name for name in (*names, "run.bpviz", *weights))]
