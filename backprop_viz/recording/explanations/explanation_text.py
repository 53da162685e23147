"""An explanation as text for a console: the number, its rule, and the largest terms of its sum."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backprop_viz.recording.explanations.number_explanation import (
        Fact,
        NumberExplanation,
        Term,
        TermFactor,
    )

# The largest terms that are written; the rest are counted.
_MOST_TERMS = 8


def explanation_text(explanation: "NumberExplanation") -> str:
    """Some lines of text, without a line break at the end."""
    return "\n".join(_lines(explanation))


def _lines(explanation: "NumberExplanation") -> Iterator[str]:
    number = explanation.number
    place = f"[{', '.join(map(str, number.index))}]" if number.index else ""
    where = "" if number.event is None else f" of event {number.event}"
    inside = f" {number.intermediate}" if number.intermediate else ""
    named = f"{explanation.kind}{where}, {explanation.op}{inside}{place}"
    yield f"{named} = {_number(explanation.value)}"
    if explanation.formula:
        yield f"  {explanation.formula}"
    if explanation.reason is None:
        terms = explanation.terms
        yield from (f"  {_term(term)}" for term in terms[:_MOST_TERMS])
        if len(terms) > _MOST_TERMS:
            rest = terms[_MOST_TERMS:]
            said = "the smallest term" if len(rest) == 1 else f"{len(rest)} smaller terms"
            yield f"  {_number(sum(term.value for term in rest))} = {said}"
        told = _number(explanation.total), _number(explanation.residual)
        yield "  sum {}, rounding {}".format(*told)
    else:
        yield f"  no terms: {_fact(explanation.reason)}"
    yield from (f"  {_fact(fact)}" for fact in explanation.facts)
    if explanation.imaginary is not None:
        yield "and its imaginary part:"
        yield from _lines(explanation.imaginary)


def _term(term: "Term") -> str:
    factors = " × ".join(map(_factor, term.factors))
    return f"{_number(term.value)} = {factors or term.part.replace('_', ' ')}"


def _factor(factor: "TermFactor") -> str:
    number = factor.number
    place = "" if number is None else f"[{', '.join(map(str, number.index))}]"
    of = f" by {factor.function}" if factor.function else ""
    return f"{factor.role.replace('_', ' ')}{place}{of} {_number(factor.value)}"


def _fact(fact: "Fact") -> str:
    values = ", ".join(_number(one) if isinstance(one, float) else str(one) for one in fact.values)
    return fact.code.replace("_", " ") + (f": {values}" if values else "")


def _number(value: float) -> str:
    return f"{value:.9g}"
