"""Where, or on what condition, the cursor stops."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Breakpoint:
    """Where, or on what condition, the cursor stops.

    ``kind`` "line", "layer", "node" and "parameter" name a place by ``key``: a line's key, a
    layer's name, a node's key, a parameter's dotted name. The cursor stops before a line, but
    after anything else. "loss_above",
    "norm_above" and "norm_below" (of any parameter's ``.grad``, or of the one that ``key``
    names) compare with ``value``.
    "grad_zero" and "grad_none" may name a parameter too, "not_finite" asks about everything.
    """

    kind: str
    key: str | int | None = None
    value: float | None = None
