"""A lesson's texts: their numbers are computed, never typed in."""

import re
from collections.abc import Iterator

import numpy as np

from backprop_viz.analysis.lessons.evidence import EVIDENCE_NAMES, LessonEvidence
from backprop_viz.analysis.lessons.expressions import BadExpression, Expression, read_expression
from backprop_viz.analysis.lessons.particles import with_particles

# From here on a number is written without an exponent, which not every student has met.
_SMALLEST_PLAIN = 1e-6
# {loss():.4f}: an expression, and how it is written. {{ and }} are braces.
_HOLE = re.compile(r"\{\{|\}\}|\{(?P<text>[^{}]*?)(?::(?P<form>[,+.0-9]*[defg%]))?\}")


def expressions_of(text: str) -> Iterator[Expression]:
    """The expressions in a text. Raises BadExpression for one that cannot be read."""
    for hole in _HOLE.finditer(text):
        if hole["text"] is not None:
            yield read_expression(hole["text"], EVIDENCE_NAMES)
    if set(_HOLE.sub("", text)) & set("{}"):
        raise BadExpression(f"{text[:60]!r}…: a brace is not closed; write {{{{ for a brace")


def filled(text: str, evidence: LessonEvidence) -> str:
    """A text with its expressions computed. Raises BadExpression where one cannot be."""
    names = evidence.functions()

    def number(hole: re.Match[str]) -> str:
        if hole["text"] is None:
            return hole[0][0]
        value = read_expression(hole["text"], EVIDENCE_NAMES).value(names)
        return written_value(value, hole["form"] or "")

    return with_particles(_HOLE.sub(number, text))


def written_value(value: object, form: str = "") -> str:
    """A value as a text has it: ``1,234``, ``−0.00123``, ``6×1×5×5``."""
    if value is None or isinstance(value, bool | str):
        return str(value)
    if isinstance(value, tuple):
        return "×".join(str(part) for part in value)
    array = np.asarray(value)
    if array.ndim:
        return "[" + ", ".join(written_value(each, form) for each in array.ravel()[:12]) + "]"
    number = array.item()
    if not form:
        form = "," if isinstance(number, int) or float(number).is_integer() else ".6g"
        number = int(number) if form == "," else number
        if _SMALLEST_PLAIN <= abs(number) < 1e-4:
            plain = np.format_float_positional(number, 6, unique=False, fractional=False, trim="-")
            return plain.replace("-", "−")
    return format(number, form).replace("-", "−")
