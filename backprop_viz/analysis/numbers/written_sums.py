"""A sum of products written out, where there is no formula in symbols.

``y[1, 2] = x[0, 5]``: the places are those of the terms, the constants are numbers. What has more
than a few terms is written as one sum.
"""

import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from backprop_viz.analysis.operations.index_forms import bracket, number_text
from backprop_viz.recording.explanations.number_explanation import FactorColumn, Part
from backprop_viz.recording.trace.events import Event

# A sum of more terms than these is not written term by term.
_FEW = 4
_ARGUMENT = re.compile(r"\bx\b")
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
# How an intermediate value is written, by its name.
Symbols = Callable[[str], str]


# Nodes that send the upstream gradient to the places from which numbers were taken: which places
# these are says more than the node's formula in general.
_MOVES = re.compile(
    r"(T|Transpose|Permute|View|UnsafeView|ReshapeAlias|Squeeze|Unsqueeze|Expand|Repeat|Clone|Cat"
    r"|Stack|Select|Slice|Index|IndexSelect|Gather|Split|SplitWithSizes|Unbind|ConstantPadNd"
    r"|Embedding|(Adaptive)?(Avg|Max)Pool\dD(WithIndices)?|M(ax|in))Backward\d"
)


def moves(node: str) -> bool:
    """Whether a grad_fn node only sends gradients to other places, or shares them out."""
    return _MOVES.fullmatch(node) is not None


def letters_of(event: Event | None) -> Mapping[int, str]:
    """A letter for each tensor of floats that an operation read: x alone, a and b, or x₁ to xₙ."""
    if event is None:
        return {}
    pairs = zip(event.input_ids, event.inputs, strict=True)
    floats = [i for i, array in pairs if i is not None and array is not None and _is_float(array)]
    tensors = list(dict.fromkeys(floats))
    if len(tensors) <= 2:
        return dict(zip(tensors, "x" if len(tensors) == 1 else "ab", strict=False))
    return {each: _numbered("x", k) for k, each in enumerate(tensors)}


def upstream_letters(event: Event) -> Mapping[int, str]:
    """A letter for each gradient that arrived at a node: δ alone, or δ₁ to δₙ."""
    several = len(event.input_ids) > 1
    ids = enumerate(event.input_ids)
    return {i: _numbered("δ", k) if several else "δ" for k, i in ids if i is not None}


def _numbered(letter: str, place: int) -> str:
    return letter + str(place + 1).translate(_SUBSCRIPTS)


def written_sum(
    made: str, parts: Sequence[Part], letters: Mapping[int, str], symbols: Symbols
) -> str:
    """``made`` as the sum that it is; "" for a function that cannot be written so.

    ``letters`` are those of the tensors by their ids, ``symbols`` writes intermediate values.
    """
    if any(part.name == "value" and not part.factors for part in parts):
        return ""
    count = sum(len(part.values) for part in parts)
    terms: list[str] = []
    for part in parts:
        if count <= _FEW or len(part.values) == 1:
            terms += [_term(part, at, letters, symbols) for at in range(len(part.values))]
        elif len(part.values):
            term = _any_term(part, letters, symbols)
            terms.append(f"−Σ {term[1:]}" if term.startswith("−") else f"Σ {term}")
    return f"{made} = {' + '.join(terms) or '0'}".replace("+ −", "− ")


def _term(part: Part, at: int, letters: Mapping[int, str], symbols: Symbols) -> str:
    if not part.factors:
        return number_text(float(part.values[at]))
    factors = []
    for column in part.factors:
        number = column.number(at)
        if number is None:
            factors.append(number_text(float(column.values[at])))
        else:
            factors.append(_symbol(column, letters, symbols, bracket(list(map(str, number.index)))))
    return _product(factors)


def _any_term(part: Part, letters: Mapping[int, str], symbols: Symbols) -> str:
    factors = []
    for column in part.factors:
        if column.tensor is not None and column.indices is not None:
            factors.append(_symbol(column, letters, symbols, ""))
        elif np.ptp(column.values) == 0:
            factors.append(number_text(float(column.values[0])))
        else:
            factors.append("w")
    return _product(factors)


def _product(factors: Sequence[str]) -> str:
    """The product without factors of 1, its sign in front."""
    signs = sum(each.startswith("−") for each in factors)
    told = [size for each in factors if (size := each.removeprefix("−")) != "1"] or ["1"]
    return ("−" if signs % 2 else "") + "·".join(told)


def _symbol(column: FactorColumn, letters: Mapping[int, str], symbols: Symbols, place: str) -> str:
    if column.intermediate:
        own = symbols(column.intermediate)
    else:
        assert column.tensor is not None
        own = letters.get(column.tensor, "δ" if column.arrived else "x")
    element = f"{own}{place}"
    if column.component:
        element = f"{'Re' if column.component == 'real' else 'Im'} {element}"
    return _ARGUMENT.sub(lambda _: element, column.function) if column.function else element


def _is_float(array: np.ndarray) -> bool:
    return array.dtype.kind in "fc"
