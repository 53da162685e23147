"""What a norm sends back: the gradient less its mean, and less its mean along x̂, over σ.

With g = δ·γ it is (g − mean(g) − x̂·mean(g·x̂)) / σ: a change of one x also moves the mean and σ of
its group.
"""

import numpy as np

from backprop_viz.analysis.operations.index_forms import bracket, place_letters, summed
from backprop_viz.analysis.operations.normalization import Norm, NormOf
from backprop_viz.analysis.operations.operation_entry import (
    NodeFacts,
    NodeIntermediate,
    OperationNode,
    SentGradient,
)
from backprop_viz.analysis.operations.recorded_call import (
    Index,
    NotRecorded,
    Places,
    RecordedNode,
    constant,
    plain,
    product,
)
from backprop_viz.recording.explanations.number_explanation import FactorColumn, Part
from backprop_viz.recording.trace.events import Array

MEAN_GRADIENT, MEAN_ALONG = "mean_gradient", "mean_along_normalized"


def norm_node(name: str, norm_of: NormOf, facts: NodeFacts) -> OperationNode:
    """The node of a norm, with the rule for what it sends to x and to γ."""

    def parts(node: RecordedNode, slot: int, index: Index) -> tuple[Part, ...] | None:
        norm = norm_of(node.call)
        found = NormGradient(norm, node)
        if slot == 0:
            return found.to_input(found.of_sent(index))
        # Of a view of x the gain is repeated, too.
        same = node.arrived().shape == norm.x.shape
        return found.to_gain(index) if slot == 1 and same else None

    return OperationNode(
        name,
        (
            SentGradient("local", lambda call: _input_form(norm_of(call))),
            SentGradient("normalized", lambda call: _sum_form(norm_of(call), "γ", "x̂{0}")),
            SentGradient("one", lambda call: _sum_form(norm_of(call), "β", "1")),
        ),
        facts,
        parts,
        (
            NodeIntermediate(
                name=MEAN_GRADIENT,
                symbol="mean(g)",
                form=lambda call: f"mean(g) = Σ {_g(norm_of(call))} / {norm_of(call).count}",
                parts=lambda node, group: NormGradient(norm_of(node.call), node).mean_parts(group),
            ),
            NodeIntermediate(
                name=MEAN_ALONG,
                symbol="mean(g·x̂)",
                form=lambda call: f"mean(g·x̂) = Σ {_g(norm_of(call))}·x̂ / {norm_of(call).count}",
                parts=lambda node, group: NormGradient(norm_of(node.call), node).along_parts(group),
            ),
        ),
    )


class NormGradient:
    """What arrived at the node of a norm, and what it sends."""

    def __init__(self, norm: Norm, node: RecordedNode) -> None:
        if not norm.centred or node.arrived().array.size != norm.x.array.size:
            raise NotRecorded
        self._norm, self._node = norm, node

    def of_sent(self, index: Index) -> Index:
        """The index in x of an element that is sent: the node may have a view of x."""
        flat = np.ravel_multi_index(index, self._node.arrived().shape)
        return tuple(int(i) for i in np.unravel_index(flat, self._norm.x.shape))

    def to_input(self, index: Index) -> tuple[Part, ...]:
        """The three parts for one x; with running statistics only the first."""
        norm, place = self._norm, np.array([index], np.int64)
        group = norm.group_of(index)
        scale = norm.one_over_sigma(group)
        direct = product("direct", *self._gradient(place), scale)
        if norm.running:
            return (direct,)
        g = self._products(norm.members(group))
        x_hat = norm.normalized(norm.members(group))
        mean = self._inner(MEAN_GRADIENT, float(g.mean()), group)
        along = self._inner(MEAN_ALONG, float((g * x_hat).mean()), group)
        minus = plain("sign", -1.0)
        return (
            direct,
            product("through_mean", minus, mean, scale),
            product("through_variance", minus, norm.normalized_column(place), along, scale),
        )

    def to_gain(self, own: Index) -> tuple[Part, ...]:
        """Σ δ·x̂ over the elements that one γ multiplies."""
        places = self._norm.along_gain(own)
        return (product("products", self._upstream(places), self._norm.normalized_column(places)),)

    def mean_parts(self, group: Index) -> tuple[Part, ...]:
        """Σ δ·γ / N over a group."""
        places = self._norm.members(group)
        share = constant("share", 1 / len(places), len(places))
        return (product("products", *self._gradient(places), share),)

    def along_parts(self, group: Index) -> tuple[Part, ...]:
        """Σ δ·γ·x̂ / N over a group."""
        places = self._norm.members(group)
        share = constant("share", 1 / len(places), len(places))
        x_hat = self._norm.normalized_column(places)
        return (product("products", *self._gradient(places), x_hat, share),)

    def _gradient(self, places: Places) -> tuple[FactorColumn, ...]:
        """δ and γ at places in x."""
        gain = self._norm.gain_column(places)
        return (self._upstream(places), *(() if gain is None else (gain,)))

    def _products(self, places: Places) -> Array:
        (values,) = (part.values for part in (product("g", *self._gradient(places)),))
        return np.asarray(values)

    def _upstream(self, places: Places) -> FactorColumn:
        shape = self._node.arrived().shape
        flat = np.ravel_multi_index(tuple(places.T), self._norm.x.shape)
        return self._node.upstream(np.stack(np.unravel_index(flat, shape), axis=1))

    def _inner(self, name: str, value: float, group: Index) -> FactorColumn:
        return self._node.intermediate(name, name, [value], [group])


# -- formulas ------------------------------------------------------------------------------------


def _g(norm: Norm) -> str:
    return "δ" if norm.gain is None else "δ·γ"


def _input_form(norm: Norm) -> str:
    if norm.running:
        return f"∂L/∂x = {_g(norm)} / σ"
    g = "g[…] = δ[…]" if norm.gain is None else "g[…] = δ[…]·γ"
    return f"∂L/∂x[…] = (g[…] − mean(g) − x̂[…]·mean(g·x̂)) / σ, {g}"


def _sum_form(norm: Norm, name: str, factor: str) -> str:
    letters = place_letters(norm.x.array.ndim)
    place, made = bracket(letters), bracket([letters[axis] for axis in norm.along])
    others = [letter for axis, letter in enumerate(letters) if axis not in norm.along]
    sign = f"{summed(*others)} " if others else ""
    return f"∂L/∂{name}{made} = {sign}δ{place}·{factor.format(place)}"
