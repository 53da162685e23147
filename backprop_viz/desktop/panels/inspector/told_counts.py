"""Counts of a tensor's elements, such as zeros or those in a histogram's bin."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication

from backprop_viz.analysis.numbers.number_names import element_name
from backprop_viz.desktop.widgets.told_number import ToldNumber, ToldPart
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.tensors import Array

# The first of the counted elements, this many, are listed one by one.
_LISTED = 8


def told_count(
    name: str,
    kind: str,
    array: Array,
    counted: NDArray[np.bool_],
    origin: Number | None = None,
    recording: Recording | None = None,
) -> ToldNumber:
    """A count of elements of a tensor, ``kind`` of them, with the first of them.

    ``counted`` is True where an element of ``array`` counts. With an ``origin``, which is the
    tensor's in the ``recording``, each of those that are told can be asked about.
    """
    translate, n = QCoreApplication.translate, int(counted.sum())
    parts = []
    for place in np.argwhere(counted)[:_LISTED]:
        index = tuple(int(i) for i in place)
        number = None if origin is None else replace(origin, index=index)
        parts.append(ToldPart(element_name(name, index), float(array[index]), number, recording))
    text = translate("counts", "{0} of {1} elements of {2}: {3}.")
    text = text.format(f"{n:,}", f"{array.size:,}", name, kind)
    if n > _LISTED:
        text += " " + translate("counts", "The first {0} are listed.").format(_LISTED)
    title = translate("counts", "{0}: {1}").format(name, kind)
    of = ""
    if recording is not None:
        of = translate("OriginView", "iteration {0}").format(recording.iteration)
    return ToldNumber(title, f"{n:,}", str(n), text, parts=tuple(parts), of=of, color="backward")
