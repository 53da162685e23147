"""The layers of a network, from the operations of a forward pass."""

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor
from torch.autograd.graph import Node as GradFn

from backprop_viz.capture.graph.batch_columns import BatchColumns
from backprop_viz.capture.graph.graphs import Operation, first_made
from backprop_viz.capture.tensors.shapes import known_sizes
from backprop_viz.recording.trace.layers import SCRIPTED, Layer, LayerGraph, Output, numbered
from backprop_viz.recording.trace.phases import Phase

_LOSS, _DETACH = "loss", "detach"
# What a layer does with its weight, which ``functional_call`` replaces by another tensor.
_WEIGHS = frozenset(
    {
        *("linear", "bilinear", "embedding", "embedding_bag", "prelu", "lstm", "gru", "rnn_tanh"),
        *("conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "batch_norm"),
        *("conv_transpose3d", "instance_norm", "group_norm", "layer_norm", "rms_norm"),
    }
)
# How a loop moves a weight by itself, as MAML's inner step does.
_STEPS = frozenset({"sub", "add"})
_TURNS = frozenset({"transpose", "permute", "swapaxes", "swapdims", "movedim", "moveaxis"})
# What reads only the shape of a tensor, or its dtype; or one as a size, as an LSTM reads that of a
# packed batch.
_OF_NO_NUMBERS = frozenset(
    {f"{name}_like" for name in ("zeros", "ones", "full", "empty", "rand", "randn", "randint")}
    | {f"new_{name}" for name in ("zeros", "ones", "full", "empty", "tensor")}
    | {"zeros", "ones", "empty", "rand", "randn", "eye"}
)
# The dtypes of tokens and positions; of true and false are masks.
_WHOLE = frozenset(
    {torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64}
    | {torch.uint16, torch.uint32, torch.uint64}
)


class Traced(NamedTuple):
    """An operation that ran, without the tensors: each is its ``id()`` at that time."""

    phase: Phase
    op: str
    read: tuple[int, ...]
    made: tuple[int, ...]
    # Of the tensor at ``place``.
    shape: torch.Size
    floating: bool  # of real or complex numbers
    whole: bool  # of whole numbers, as tokens are
    passes: bool  # the numbers of the one tensor read on, in another shape or order
    grad_fn: GradFn | None
    output_nr: int
    module: str | None
    place: int = 0  # of what it made, the first that another operation reads; else the first


class PassSource(NamedTuple):
    """A tensor that a pass began with: its ``id()``, its id in the table, and its shape."""

    key: int
    number: int | None
    shape: torch.Size


def traced(operations: Sequence[Operation]) -> list[Traced]:
    """The operations of a pass without their tensors."""
    read_later = {id(tensor) for operation in operations for tensor in operation.read}
    found = []
    for phase, op, read, made, node, first, module, others, _ in operations:
        read_keys, made_keys = tuple(map(id, read)), tuple(map(id, made))
        output_nr, shape, floating, views = first
        # Of an LSTM whose last state alone is used no gradient comes to its first output.
        used = (place for place, key in enumerate(made_keys) if key in read_later)
        place = next(used, 0) if others else 0
        if place:
            _, shape, floating, views = first_made(made[place])
            node, output_nr = others[place - 1]
        passes = views and _passes_on(made[place], read)
        made_of = shape, floating, made[place].dtype in _WHOLE, passes, node, output_nr
        found.append(Traced(phase, op, read_keys, made_keys, *made_of, module, place))
    return found


def _passes_on(view: Tensor, read: Sequence[Tensor]) -> bool:
    """Whether a view shows a tensor that was read.

    What ``einsum`` and ``matmul`` hand out may be a view, too: of what they have computed.
    """
    base = view._base
    if base is None or any(base is one or base is one._base for one in read):
        return True
    return all(one is read[0] for one in read) and read[0].numel() == view.numel()


def layer_graph(
    operations: Sequence[Traced],
    numbers: Sequence[int],
    sources: Mapping[str, PassSource],
    names: Mapping[int, str],
    ids: Mapping[GradFn, int],
) -> LayerGraph:
    """The columns of the network, from the operations of a forward pass.

    ``numbers`` are those of the operations' events. ``sources`` are the tensors that the pass
    began with, by name.

    An operation with parameters, a pooling, one that joins tensors or changes their shape, and
    each loss start a column; the element-wise ones that follow (relu, dropout) belong to it, and
    a view of a tensor is not shown again.
    """
    named = sources.items()
    columns = [_Column(name, one.key, one.shape, [], [], [], is_named=True) for name, one in named]
    edges: list[tuple[int, int]] = []
    owners = {name.rpartition(".")[0] for name in names.values()}
    alone = _of_one_operation(operations)
    steps = _steps_of_weights(operations, owners)
    made_in: dict[int, int] = {}
    for i, one in enumerate(sources.values()):
        made_in.setdefault(one.key, i)  # what is given twice, as tokens that are their own labels
    made_of: dict[int, list[str]] = {}  # parameters alone, as by spectral norm or ``expand``
    tensors = [one.number for one in sources.values()]
    batches = BatchColumns(range(len(columns)))
    shapes = {one.key: one.shape for one in sources.values()}
    readers = Counter(key for operation in operations for key in {*operation.read})
    for place, (i, operation) in enumerate(zip(numbers, operations, strict=True)):
        reads = list(dict.fromkeys(made_in[key] for key in operation.read if key in made_in))
        parameters = [names[key] for key in operation.read if key in names]
        given = _given(operation, names, made_of)
        # Positions that an embedding looks up are no input of the network's.
        unknown = any(key not in names and key not in made_of for key in operation.read)
        # A weight less its own mean is a weight; a layer that runs on weights alone is a layer.
        begins = bool(parameters) and len(parameters) < len(operation.read)
        begins = begins and (unknown or operation.op in _WEIGHS)
        begins = begins and not any(map(_is_remade, parameters))
        if operation.op in _OF_NO_NUMBERS:
            continue
        if operation.whole and reads and (len(reads) == 1 or operation.passes):
            made_in.update((key, reads[0]) for key in operation.made)  # as tokens in another order
        if place in steps:
            made_of.update((key, given) for key in operation.made)
            continue
        if given and not reads and not begins:
            made_of.update((key, given) for key in operation.made)
        shapes[operation.made[operation.place]] = operation.shape
        if not (reads or begins) or not operation.floating:
            continue
        column = None
        if reads:
            column = _continued(columns, reads, given, operation, len(sources), readers)
        if column is None and not parameters and operation.passes and operation.op != _DETACH:
            # A view shows nothing new: it counts as the tensor that it views.
            made_in.update((key, reads[0]) for key in operation.made)
            continue
        if column is None and _is_left_over(operation, columns, reads, readers):
            continue
        if column is None:
            column = len(columns)
            title, module = _title(operation, parameters, owners, alone), operation.module
            # An operation may be called as a module is: x.norm() beside a layer ``norm``.
            is_named = title == module or (bool(parameters) and title in owners)
            made = operation.made[operation.place], operation.shape
            columns.append(_Column(title, *made, [], [], [], module, is_named))
            edges += [(read, column) for read in reads]
        known = columns[column].parameters
        known += [name for name in given if name not in known]
        columns[column].operations.append(i)
        columns[column].shown = operation.made[operation.place]
        columns[column].shape = operation.shape
        node = None if operation.grad_fn is None else ids.get(operation.grad_fn)
        read = [(made_in[key], shapes.get(key, ())) for key in operation.read if key in made_in]
        batches.add(column, operation.op, operation.shape, read)
        output = Output(operation.op, node, operation.output_nr, operation.place)
        columns[column].outputs.append(output)
        made_in.update((key, column) for key in operation.made)
    # What an operation here has made and read on, as a GAN's detached sample, is no second input.
    begun = {i for i, one in enumerate(sources.values()) if made_in[one.key] == i}
    begun |= {read for read, _ in edges}
    kept = [i for i in range(len(columns)) if i >= len(sources) or i in begun]
    columns, tensors = [columns[i] for i in kept], [tensors[i] for i in kept if i < len(tensors)]
    moved = {i: at for at, i in enumerate(kept)}
    edges = [(moved[one], moved[other]) for one, other in edges]
    layers = tuple(
        Layer(
            id=i,
            name=name,
            operations=tuple(column.operations),
            shape=known_sizes(column.shape[1:] if kept[i] in batches else column.shape),
            parameters=tuple(column.parameters),
            node=column.outputs[-1].node if column.outputs else None,
            output_nr=column.outputs[-1].output_nr if column.outputs else 0,
            tensor=tensors[i] if i < len(tensors) else None,
            outputs=tuple(column.outputs),
            module=column.module,
        )
        for i, (name, column) in enumerate(zip(_distinct(_titles(columns)), columns, strict=True))
    )
    return LayerGraph(layers, tuple(edges))


@dataclass
class _Column:
    title: str
    shown: int  # the id() of a tensor
    shape: torch.Size
    operations: list[int]
    outputs: list[Output]
    parameters: list[str]
    module: str | None = None
    is_named: bool = False  # the title is a module's or an argument's name


def _is_remade(name: str) -> bool:
    """Whether torch makes the weight anew of a parameter: by spectral norm, by pruning."""
    return "parametrizations." in name or name.endswith("_orig")


def _steps_of_weights(operations: Sequence[Traced], owners: Container[str]) -> set[int]:
    """Where a loop moves weights itself, as MAML's inner step does, by places in ``operations``.

    A module then weighs with what was made, in place of its own. What is read by nothing else is
    part of the step.
    """
    weighed: set[int] = set()
    read_by: dict[int, set[int]] = {}
    for place, one in enumerate(operations):
        if one.op in _WEIGHS and one.module in owners:
            weighed.update(one.read[1:])
        for key in one.read:
            read_by.setdefault(key, set()).add(place)
    found: set[int] = set()
    for place in range(len(operations) - 1, -1, -1):
        one = operations[place]
        if one.module is not None:
            continue
        readers = set().union(*(read_by.get(key, ()) for key in one.made))
        is_step = one.op in _STEPS and not weighed.isdisjoint(one.made)
        if is_step or (readers and readers <= found):
            found.add(place)
    return found


def _given(
    operation: Traced, names: Mapping[int, str], made_of: Mapping[int, list[str]]
) -> list[str]:
    """The parameters that an operation reads, or reads something of that was made of them alone."""
    found: list[str] = []
    for key in operation.read:
        found += [names[key]] if key in names else made_of.get(key, ())
    return list(dict.fromkeys(found))


def _continued(
    columns: Sequence[_Column],
    reads: Sequence[int],
    parameters: Sequence[str],
    op: Traced,
    sources: int,
    readers: Mapping[int, int],
) -> int | None:
    """The column an operation belongs to, None if it starts one of its own.

    What others read as well, and what a graph ends with, stays to be seen.
    """
    last = columns[reads[0]]
    if op.phase is Phase.LOSS:
        return reads[0] if last.title == _LOSS and len(reads) == 1 else None
    same_shape = op.shape == last.shape or _is_turned_by_its_module(op, last)
    reads_latest = last.shown in op.read
    alone = len(reads) == 1 and reads[0] >= sources and not parameters and "pool" not in op.op
    alone = alone and op.op not in (SCRIPTED, _DETACH)
    alone = alone and (readers[last.shown] == 1 or last.shown in op.made)
    return reads[0] if alone and same_shape and reads_latest else None


def _is_left_over(
    op: Traced, columns: Sequence[_Column], reads: Sequence[int], readers: Mapping[int, int]
) -> bool:
    """Whether a module hands out with its output what nothing reads, as an LSTM its last state."""
    if op.module is None or any(readers[key] for key in op.made):
        return False
    column = columns[reads[0]]
    return column.is_named and column.module == op.module and column.shown not in op.read


def _is_turned_by_its_module(op: Traced, made: _Column) -> bool:
    """Whether a module itself hands out what it has made with the axes swapped: batch first."""
    own = made.is_named and op.module is not None and op.module == made.module
    return own and op.passes and op.op in _TURNS


def _of_one_operation(operations: Iterable[Traced]) -> set[str]:
    """The modules that have no others in them, and do one kind of operation: a pooling, a dropout.

    Such a module's own name says which of the network's it is.
    """
    ops: dict[str, set[str]] = {}
    within = set[str]()
    for one in operations:
        if one.module and one.phase is not Phase.LOSS:
            ops.setdefault(one.module, set()).add(one.op)
            parts = one.module.split(".")
            within.update(".".join(parts[:depth]) for depth in range(1, len(parts)))
    return {name for name, found in ops.items() if len(found) == 1 and name not in within}


def _title(
    operation: Traced, parameters: Sequence[str], owners: Container[str], alone: Container[str]
) -> str:
    """A column's title. ``owners``: modules that have parameters; ``alone``: those of one kind."""
    if operation.phase is Phase.LOSS:
        # Of what a network has made, as a GAN's batch: there the graph ends.
        return operation.op if operation.op == _DETACH else _LOSS
    if operation.op == SCRIPTED:
        return f"{operation.module} · {SCRIPTED}" if operation.module else SCRIPTED
    if parameters:
        owner, module = parameters[0].rpartition(".")[0], operation.module
        if module and not f"{owner}.".startswith(f"{module}."):
            return module  # of tied weights, which have the name of the other module
        # The network itself has no name: what its own parameter is used by is an operation.
        return owner or operation.op
    if operation.module and operation.module in owners and operation.op in _WEIGHS:
        return operation.module
    if operation.module and operation.module in alone:
        return operation.module
    return "pool" if "pool" in operation.op else operation.op


def _titles(columns: Sequence[_Column]) -> list[tuple[str, bool]]:
    """The columns' titles, and whether each is a module's name or an argument's.

    Of several losses the last is "loss", the others what made them.
    """
    losses = [column for column in columns if column.title == _LOSS]
    for column in losses[:-1]:
        column.title = column.outputs[-1].op
    return [(column.title, column.is_named) for column in columns]


def _distinct(titles: Sequence[tuple[str, bool]]) -> list[str]:
    """Number what has no name of its own (pool1, pool2), and a module that runs again: "fc (2)".

    With each title, whether it is a module's name or an argument's. "fc2" would be another module.
    """
    own = {title for title, is_named in titles if is_named}
    counts: dict[tuple[str, bool], int] = {}
    found, taken = list[str](), set[str]()
    for title, is_named in titles:
        name = ""
        while not name or name in taken or (name in own and not is_named):
            counts[title, is_named] = count = counts.get((title, is_named), 0) + 1
            if is_named:
                name = title if count == 1 else f"{title} ({count})"
            else:
                name = "pool1" if (title, count) == ("pool", 1) else numbered(title, count)
        taken.add(name)
        found.append(name)
    return found
