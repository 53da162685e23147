"""What an input of a network most likely is (an image, tokens, a table), by its shape and dtype."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import numpy as np


class TensorForm(StrEnum):
    """In which form a sample is shown."""

    IMAGE = "image"
    COLOUR = "colour image"
    MAPS = "maps"
    CURVES = "curves"
    HEAT_MAP = "heat map"
    TOKENS = "tokens"
    TABLE = "table"
    NUMBER = "number"


def forms_for(shape: Sequence[int], dtype: "np.dtype[Any]") -> tuple[TensorForm, ...]:
    """The forms in which one sample of this shape can be shown, the likeliest first."""
    whole = dtype.kind in "iub"
    match len(shape):
        case 0:
            return (TensorForm.NUMBER,)
        case 1:
            likely = TensorForm.TOKENS if whole else TensorForm.TABLE
            other = TensorForm.TABLE if whole else TensorForm.TOKENS
            return likely, other, TensorForm.CURVES
        case 2:
            if dtype == np.uint8:
                return TensorForm.IMAGE, TensorForm.HEAT_MAP, TensorForm.CURVES
            return TensorForm.CURVES, TensorForm.HEAT_MAP, TensorForm.IMAGE
        case 3 if shape[0] == 1:
            return TensorForm.IMAGE, TensorForm.MAPS
        case 3 if 3 in (shape[0], shape[-1]):
            return TensorForm.COLOUR, TensorForm.MAPS
    return (TensorForm.MAPS,)
