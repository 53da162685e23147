"""What is said of a number that the iteration before has left, with a link to that iteration."""

from PySide6.QtCore import QCoreApplication

from backprop_viz.analysis.numbers.earlier_number import is_kept_by_hand, number_before
from backprop_viz.desktop.panels.inspector.number_sentence import Span, figure_spans
from backprop_viz.desktop.panels.origin.question_history import AskedNumber
from backprop_viz.recording.iteration import Recording


def earlier_sentence(asked: AskedNumber, earlier: Recording) -> tuple[str, list[Span]] | None:
    """The sentence, whose link carries what to ask; None if that iteration has not left it."""
    left = number_before(asked.recording, asked.number, earlier)
    if left is None:
        return None
    iteration = f"{earlier.iteration:,}"
    text = _text(asked.recording, asked.number.tensor).format(iteration)
    return text, figure_spans(text, [((iteration,), AskedNumber(earlier, left))])


def _text(recording: Recording, tensor: int) -> str:
    translate = QCoreApplication.translate
    if any(tensor == parameter.value_id for parameter in recording.parameters):
        return translate(
            "reasons",
            "This is the parameter as the iteration began: the update of iteration {0} made it.",
        )
    if any(tensor == parameter.grad_id for parameter in recording.parameters):
        return translate("reasons", "This is .grad as the iteration began: iteration {0} left it.")
    if is_kept_by_hand(recording, tensor):
        return translate(
            "reasons",
            "The loop's own lines keep it for their next step: that of iteration {0} made it.",
        )
    return translate(
        "reasons",
        "The optimizer keeps it from one step to the next: that of iteration {0} made it.",
    )
