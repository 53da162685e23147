"""The names of a data set's classes."""

from collections.abc import Sequence


def class_name(classes: Sequence[str], label: int) -> str:
    """The name of a label; the label itself where the data set has no name for it."""
    return classes[label] if 0 <= label < len(classes) else str(label)
