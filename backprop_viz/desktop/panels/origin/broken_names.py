"""A number's name in as many lines as it takes, broken where it has a joint."""

import re

from PySide6.QtGui import QFontMetrics

# ∂L/ | ∂relu(fc2) | [0, 21]
_JOINT = re.compile(r"(?<=/)|(?<=\.)(?=[^\d])|(?=\[)|(?<=, )")


def broken_name(name: str, metrics: QFontMetrics, room: int) -> list[str]:
    """The lines of a name, none wider than ``room`` pixels, unless that is less than a letter."""
    lines = [""]
    for piece in _JOINT.split(name):
        if metrics.horizontalAdvance(lines[-1] + piece) <= room:
            lines[-1] += piece
        elif metrics.horizontalAdvance(piece) <= room:
            lines.append(piece)
        else:
            for letter in piece:
                if metrics.horizontalAdvance(lines[-1] + letter) > room and lines[-1]:
                    lines.append("")
                lines[-1] += letter
    return [line for line in lines if line] or [""]
