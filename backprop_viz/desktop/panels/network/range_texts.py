"""The range of a column's colours as text."""

from collections.abc import Iterator

from backprop_viz.desktop.panels.network.feature_maps import Look, Range


def color_range_texts(look: Look, span: Range) -> Iterator[str]:
    """The range of a column's colours in two digits, then shorter: closed up, and in one digit."""
    if span.broken:
        yield f"{span.broken} nan/inf"
        return
    for digits in (2, 1):
        if look is Look.IMAGE:
            low, high = _brief(span.low, digits), _brief(span.high, digits)
            yield from (f"{low} … {high}", f"{low}…{high}")
        elif span.sizes:
            limit = _brief(span.limit, digits)
            yield from (f"|z| ≤ {limit}", f"|z|≤{limit}")
        else:
            yield f"±{_brief(span.limit, digits)}"


def _brief(value: float, digits: int) -> str:
    """One or two digits, enough for a range."""
    plain = value == 0 or abs(value) >= 1e-3
    text = f"{value:.{digits}g}" if plain else f"{value:.{digits - 1}e}"
    return text.replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")
