"""Embedding, indexing and where: numbers that are taken from somewhere as they are."""

from backprop_viz.analysis.operations.index_forms import bracket, place_letters
from backprop_viz.analysis.operations.operation_entry import (
    OperationEntry,
    OperationNode,
    SentGradient,
)
from backprop_viz.analysis.operations.recorded_call import (
    Index,
    NotRecorded,
    RecordedCall,
    RecordedTensor,
    plain,
    product,
)
from backprop_viz.analysis.operations.renorm import Renormed, renormed
from backprop_viz.recording.explanations.number_explanation import Fact, Part
from backprop_viz.recording.trace.events import Event


def _is_functional(call: RecordedCall) -> bool:
    """torch.embedding has its arguments the other way round."""
    return call.event.call is not None and "functional" in call.event.call.function


def _row(call: RecordedCall, index: Index) -> int:
    token = call.tensor("input", 0) if _is_functional(call) else call.tensor("indices", 1)
    return int(token.at(index[:-1]))


def _embedding(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...] | None:
    table = call.tensor("weight", 1 if _is_functional(call) else 0)
    row = table.one("embedding", (_row(call, index), index[-1]))
    made = _renormed(call, index)
    scale = plain("one", 1.0) if made is None or made.scale == 1 else plain("scale", made.scale)
    return (product("value", row, scale),)


def _embedding_form(call: RecordedCall) -> str:
    if _is_functional(call) and call.option("max_norm", 3) is not None:
        return ""
    token = call.tensor("input", 0) if _is_functional(call) else call.tensor("indices", 1)
    letters = place_letters(token.array.ndim + 1)
    *own, feature = letters
    return f"y{bracket(letters)} = w[x{bracket(own)}, {feature}]"


def _renormed(call: RecordedCall, index: Index) -> Renormed | None:
    if not _is_functional(call):
        return None
    return renormed(call, call.tensor("weight", 1), _row(call, index))


def _embedding_facts(call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
    made = _renormed(call, index)
    found = Fact("looked_up_row", (_row(call, index),))
    return (found,) if made is None else (found, *made.facts)


def _embedding_node_facts(
    event: Event, call: RecordedCall, slot: int, index: Index
) -> tuple[Fact, ...]:
    token = call.tensor("input", 0) if _is_functional(call) else call.tensor("indices", 1)
    return (Fact("row_looked_up", (index[0], int((token.array == index[0]).sum()))),)


def _of_two(call: RecordedCall) -> tuple[RecordedTensor, object, object]:
    """The condition, what is taken where it holds, and what elsewhere.

    ``Tensor.where`` has the condition second. Raises NotRecorded where there is only a condition:
    such a call tells the places where it holds.
    """
    method = call.event.call is not None and call.event.call.function.startswith("torch.Tensor.")
    own, condition = (0, 1) if method else (1, 0)
    first, other = call.operand("self" if method else "input", own), call.operand("other", 2)
    if other is None:
        raise NotRecorded
    return call.tensor("condition", condition), first, other


def _chosen(call: RecordedCall, index: Index) -> bool:
    condition, _, _ = _of_two(call)
    return bool(condition.at(condition.broadcast(index)))


def _where(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    _, first, other = _of_two(call)
    taken = first if _chosen(call, index) else other
    if not isinstance(taken, RecordedTensor):
        raise NotRecorded
    return (product("value", taken.one("chosen", taken.broadcast(index)), plain("one", 1.0)),)


def _where_form(call: RecordedCall) -> str:
    _of_two(call)
    return "y[…] = a[…] where c[…], else b[…]"


def _where_facts(call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
    return (Fact("where_first" if _chosen(call, index) else "where_second"),)


def _where_node_facts(
    event: Event, call: RecordedCall, slot: int, index: Index
) -> tuple[Fact, ...]:
    if len(index) != call.output().array.ndim:
        return ()
    passed = _chosen(call, index) == (slot == 0)
    return (Fact("where_passed" if passed else "where_stopped"),)


_PASSED = (SentGradient("one"),)
_SHAPES = {
    "view": ("ViewBackward0",),
    "reshape": ("ReshapeAliasBackward0", "UnsafeViewBackward0"),
    "flatten": (),
    "squeeze": ("SqueezeBackward0", "SqueezeBackward1"),
    "unsqueeze": ("UnsqueezeBackward0",),
    "transpose": ("TransposeBackward0",),
    "permute": ("PermuteBackward0",),
    "t": ("TBackward0",),
    "contiguous": ("CloneBackward0",),
    "expand": ("ExpandBackward0",),
    "repeat": ("RepeatBackward0",),
    "cat": ("CatBackward0",),
    "stack": ("StackBackward0",),
    "getitem": ("SelectBackward0", "SliceBackward0", "IndexBackward0"),
    "index_select": ("IndexSelectBackward0",),
    "gather": ("GatherBackward0",),
    "split": ("SplitBackward0", "SplitWithSizesBackward0"),
    "chunk": (),
    "unbind": ("UnbindBackward0",),
}
_OTHER_NAMES = {
    "flatten": ("ravel", "view_as", "reshape_as", "unflatten"),
    "transpose": ("swapaxes", "movedim", "T", "mT"),
    "contiguous": ("clone", "to", "float", "double", "identity"),
    "cat": ("concat", "concatenate", "hstack", "vstack"),
    "getitem": ("select", "narrow"),
}


def _shape(name: str) -> OperationEntry:
    return OperationEntry(
        functions=(name, *_OTHER_NAMES.get(name, ())),
        roles=("element",),
        coefficient="one",
        nodes=tuple(OperationNode(node, _PASSED) for node in _SHAPES[name]),
    )


OPERATIONS = (
    OperationEntry(
        functions=("embedding",),
        roles=("token", "embedding"),
        form=_embedding_form,
        axes={"embedding": ("row", "feature")},
        forward=_embedding,
        facts=_embedding_facts,
        nodes=(OperationNode("EmbeddingBackward0", _PASSED, _embedding_node_facts),),
    ),
    OperationEntry(
        functions=("where",),
        roles=("condition", "chosen"),
        form=_where_form,
        forward=_where,
        facts=_where_facts,
        nodes=(
            OperationNode(
                "WhereBackward0", (SentGradient("gate"), SentGradient("gate")), _where_node_facts
            ),
        ),
    ),
    *(_shape(name) for name in _SHAPES),
)
