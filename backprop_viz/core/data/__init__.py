"""What the net learns from: stroke digits (built in), MNIST, and a drawing prepared for it."""

from .mnist import MnistDigits, MnistError, load_mnist
from .prepare import prepare
from .strokes import StrokeDigits, held_out_strokes, training_strokes

__all__ = [
    "MnistDigits",
    "MnistError",
    "StrokeDigits",
    "held_out_strokes",
    "load_mnist",
    "prepare",
    "training_strokes",
]
