"""Why a number changes nothing next, in the user's language."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from backprop_viz.analysis.numbers.number_names import NumberNames
from backprop_viz.analysis.numbers.number_origin import scalar_of
from backprop_viz.analysis.operations import lost_windows
from backprop_viz.analysis.provenance import forward_events
from backprop_viz.desktop.panels.inspector.number_sentence import Span, figure_spans
from backprop_viz.desktop.style.numbers import signed
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.trace.phases import Phase


def no_effect_text(names: NumberNames, number: Number) -> tuple[str, list[Span]]:
    """Why nothing changes with a number of the forward pass, and the numbers that are named.

    "" where that is not known.
    """
    translate, recording = QCoreApplication.translate, names.recording
    made = None if number.event is None else recording.events[number.event]
    if number.intermediate or (made is not None and made.phase is not Phase.FORWARD):
        return "", []
    said, figures = [], list[tuple[Sequence[str], Number]]()
    for i, event in forward_events(recording):
        if number.tensor not in event.input_ids or not event.output_ids:
            continue
        lost = lost_windows(event, number.index)
        output = event.output_ids[0]
        if lost and output is not None:
            place, winner = lost[0]
            pooled = Number(output, place, i)
            took = names.name(pooled)
            won = Number(number.tensor, winner, number.event, number.slot)
            figures += [((took,), pooled), ((names.name(won),), won)]
            figures.append(((signed(scalar_of(recording, won)),), won))
            text = translate("no_effect", "It did not win the max pool: {0} took {1} ({2}).")
            said.append(text.format(took, names.name(won), signed(scalar_of(recording, won))))
            if len(lost) > 1:
                more = translate("no_effect", "Nor did it win any of the other {0} windows.")
                said.append(more.format(len(lost) - 1))
        elif event.op in ("relu", "relu_") and scalar_of(recording, number) <= 0:
            said.append(translate("no_effect", "ReLU makes 0 of it: it is not above 0."))
    text = " ".join(said)
    return text, figure_spans(text, figures)
