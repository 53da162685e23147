"""The built-in digits, drawn on the user's machine."""

from typing import Any

from backprop_viz.digits.data_set import DataSet
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP


def _load(root: str, batch_size: int) -> tuple[Any, Any]:
    from backprop_viz.digits.strokes import training_strokes, validation_strokes

    return training_strokes(), validation_strokes()


def _make_rest() -> None:
    from backprop_viz.digits.strokes import training_strokes

    training_strokes().generate()


DATA_SET = DataSet(
    name="strokes",
    title=QT_TRANSLATE_NOOP("data sets", "Digits (built in)"),
    tooltip=QT_TRANSLATE_NOOP("data sets", "120,000 digits, drawn on this computer"),
    load=_load,
    shuffled=False,  # they are made one after the other, in random order
    make_rest=_make_rest,
    order=0,
)
