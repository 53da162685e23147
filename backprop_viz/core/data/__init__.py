"""What the net learns from: stroke digits (built in), MNIST, a folder of images, a drawing.

What needs torch is imported on first use: the window's process reads images without it.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from .prepare import prepare as prepare

if TYPE_CHECKING:
    from .folder_digits import FolderDigits as FolderDigits
    from .folder_digits import keep_pictures as keep_pictures
    from .folder_digits import load_folder as load_folder
    from .mnist import MnistDigits as MnistDigits
    from .mnist import MnistError as MnistError
    from .mnist import load_mnist as load_mnist
    from .strokes import StrokeDigits as StrokeDigits
    from .strokes import held_out_strokes as held_out_strokes
    from .strokes import training_strokes as training_strokes

_HOME = {
    "FolderDigits": ".folder_digits",
    "keep_pictures": ".folder_digits",
    "load_folder": ".folder_digits",
    "MnistDigits": ".mnist",
    "MnistError": ".mnist",
    "load_mnist": ".mnist",
    "StrokeDigits": ".strokes",
    "held_out_strokes": ".strokes",
    "training_strokes": ".strokes",
}
__all__ = ["prepare", *_HOME]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name], __name__), name)
