"""The words beside the numbers: which iteration, why there are no terms, which branch was taken."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from backprop_viz.analysis.lessons.particles import with_particles
from backprop_viz.analysis.numbers.differentiated import LOSS
from backprop_viz.analysis.numbers.number_names import NumberNames
from backprop_viz.analysis.numbers.number_origin import value_of
from backprop_viz.desktop.panels.inspector.number_sentence import Span, figure_spans
from backprop_viz.desktop.panels.origin.fact_texts import fact_text, in_words
from backprop_viz.desktop.panels.origin.no_terms_texts import given_text, no_terms_text
from backprop_viz.desktop.panels.origin.question_history import AskedNumber
from backprop_viz.desktop.style.numbers import short, signed
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import Fact, NumberExplanation
from backprop_viz.recording.iteration import Recording


def sentences(explanation: NumberExplanation, names: NumberNames) -> tuple[str, list[Span]]:
    """A line for each fact of an explanation, in the user's language, and the numbers in them."""
    reasons = () if explanation.reason is None else (explanation.reason,)
    facts = (*reasons, *explanation.facts)
    said = [(_said(fact, names), fact) for fact in facts]
    if explanation.kind == "given" and not said:
        return given_text(names.recording, explanation.number), []
    text, spans = "", list[Span]()
    for line, fact in said:
        text += "\n" if text and line else ""
        found = figure_spans(line, _figures(fact, names.recording))
        spans += [(start + len(text), stop + len(text), target) for start, stop, target in found]
        text += line
    return text, spans


def _figures(fact: Fact, recording: Recording) -> list[tuple[Sequence[str], Number]]:
    """The recorded numbers that a fact writes out, each as it may be written."""
    figures = list[tuple[Sequence[str], Number]]()
    for number in fact.numbers:
        try:
            value = value_of(recording, number)
        except (ValueError, IndexError):
            continue
        told = [v for v in fact.values if isinstance(v, float) and v == value]
        if told:
            ways = (signed(value), in_words(value), short(value))
            figures.append((ways, number))
    return figures


def iteration_text(asked: AskedNumber, shown: Recording, of_sample: bool) -> str:
    """Which iteration a number is of, and of which sample; ``shown`` is what the window shows."""
    translate = QCoreApplication.translate
    if asked.of_drawing:
        return translate("OriginView", "of the drawing")
    text = translate("OriginView", "iteration {0}, not the one shown")
    if asked.recording.serial == shown.serial:
        text = translate("OriginView", "iteration {0}")
    text = text.format(asked.recording.iteration)
    if asked.recording.recorded_samples <= 1:
        return text
    of = translate("OriginView", "{0} · of the whole batch")
    if of_sample:
        of = translate("OriginView", "{0} · sample {1}")
    return of.format(text, asked.number.index[0] if asked.number.index else 0)


def _said(fact: Fact, names: NumberNames) -> str:
    if fact.code == "backward_starts" and names.differentiated != LOSS:
        text = QCoreApplication.translate("facts", "Backward starts here: ∂{0}/∂{0} is 1.")
        return text.format(names.differentiated)
    return with_particles(no_terms_text(fact) or fact_text(fact) or fact.code)
