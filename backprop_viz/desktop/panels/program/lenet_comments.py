"""The comments of the tutorial's network in the user's language; its code stays as it is."""

from PySide6.QtCore import QCoreApplication


def with_own_comments(source: str) -> str:
    """The source of the built-in network with its comments and docstrings translated, by line."""
    said = _said()
    return "\n".join(_told(line, said) for line in source.split("\n"))


def _told(line: str, said: dict[str, str]) -> str:
    for own, told in said.items():
        if own in line:
            return line.replace(own, told)
    return line


def _said() -> dict[str, str]:
    translate = QCoreApplication.translate
    return {
        "LeNet as the tutorial defines it: 10 parameters, 81,194 numbers.": translate(
            "lenet", "LeNet as the tutorial defines it: 10 parameters, 81,194 numbers."
        ),
        "Input (N, 1, 32, 32) float32, output (N, 10) logits.": translate(
            "lenet", "Input (N, 1, 32, 32) float32, output (N, 10) logits."
        ),
        "Source: https": translate("lenet", "Source: https"),
        "# After each line: the shape of what it made of one sample.": translate(
            "lenet", "# After each line: the shape of what it made of one sample."
        ),
        "Logits (N, 10) of images (N, 1, 32, 32).": translate(
            "lenet", "Logits (N, 10) of images (N, 1, 32, 32)."
        ),
        "The numbers in one sample of ``x``: the product of all sizes but the first.": translate(
            "lenet", "The numbers in one sample of ``x``: the product of all sizes but the first."
        ),
    }
