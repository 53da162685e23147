"""A recorded call made again in float64, from its numbers alone: no model is needed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from backprop_viz.analysis.operations.drawn import let_draw
from backprop_viz.analysis.provenance import forward_events, tracked
from backprop_viz.capture.explaining.rounding import rounding_of, rounding_of_inputs
from backprop_viz.capture.function_names import function_of
from backprop_viz.capture.watches.warned_lines import warned_of_nothing
from backprop_viz.recording.explanations.number_explanation import Fact
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.calls import Call, TensorPlace, TorchName, changed_leaves
from backprop_viz.recording.trace.events import Array, Event

# What a dtype becomes, so that nothing is rounded to fewer digits than float64 has.
_WIDER = {
    "float16": torch.float64,
    "bfloat16": torch.float64,
    "float32": torch.float64,
    "complex64": torch.complex128,
}
_NOT_FOLLOWED = re.compile(r"not differentiable with respect to argument '(\w+)'")
_CASTS = frozenset(f"torch.Tensor.{name}" for name in ("half", "bfloat16", "float", "double"))


class NotReplayed(Exception):  # noqa: N818 - no fault of the program's: the recording has no more
    """A recorded operation that cannot be made again. ``reason`` says why, as a code."""

    def __init__(self, code: str, *values: float | int | str) -> None:
        super().__init__(code, *values)
        self.reason = Fact(code, values)


def not_followed(node: str, follows_backward: bool = False) -> NotReplayed:
    """Why it is not known what a node does that no tracked operation made."""
    return unrecorded(node, follows_backward)


def unrecorded(node: str, follows_backward: bool) -> NotReplayed:
    """No call made a node of torch's own; a backward with create_graph=True may have."""
    if not node[-1:].isdigit():  # torch's own have a number at their end
        return NotReplayed("custom_function", node)
    return NotReplayed("made_by_backward" if follows_backward else "unrecorded_node", node)


@dataclass(frozen=True)
class Replayed:
    """An operation made again: its tensors as they are in the event, those of floats in float64.

    ``inputs`` are leaves; those that autograd followed in the recording require a gradient.
    """

    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]


# The name of a call that stands for several: ``args`` are its steps, and which tensor of what its
# inputs and its steps are, in this order, it makes. It writes to its first input.
SERIES = "series"


@dataclass(frozen=True, slots=True, eq=False)
class CalledStep:
    """A call of a series. ``reads`` are its tensors among the inputs and what steps have made."""

    event: Event
    reads: tuple[int, ...]


def wide(array: Array) -> Tensor:
    """A copy of a recorded array: floats as float64, complex numbers as complex128."""
    kind = {"f": np.float64, "c": np.complex128}.get(array.dtype.kind, array.dtype)
    return torch.from_numpy(np.array(array, dtype=kind))


def laid_out(event: Event, place: int, tensor: Tensor, gap: int = -1) -> Tensor:
    """A tensor as the one at this place lay in memory when an operation read it.

    What is in C order, and yet not contiguous, is a slice: it has one more along axis ``gap`` in
    memory. Of which axis it was one is not recorded.
    """
    orders = dict(event.call.orders) if event.call is not None else {}
    order = orders.get(place)
    if order is None or sorted(order) != list(range(tensor.ndim)):
        return tensor
    back = [order.index(axis) for axis in range(tensor.ndim)]
    if order == tuple(range(tensor.ndim)) and -gap <= tensor.ndim:
        shape = [*tensor.shape]
        shape[gap] += 1
        return tensor.new_empty(shape).narrow(gap, 0, tensor.shape[gap]).copy_(tensor)
    return tensor.permute(order).contiguous().permute(back)


def followed_ids(recording: Recording) -> frozenset[int]:
    """The tensors that autograd followed: parameters, and what tracked operations made of them."""
    made = (i for _, e in forward_events(recording) if tracked(e) for i in e.output_ids)
    parameters = (p.value_id for p in recording.parameters if p.requires_grad)
    return frozenset(i for i in (*made, *parameters) if i is not None)


def arrays_of(event: Event) -> tuple[Array, ...]:
    """What a forward operation read. Raises NotReplayed if some of it was not recorded."""
    found = tuple(array for array in event.inputs if array is not None)
    if len(found) < len(event.input_ids):
        raise NotReplayed("input_not_recorded", event.op)
    return found


def replayed(
    event: Event,
    needs_gradient: Sequence[bool],
    replacing: Mapping[int, Tensor] | None = None,
    checked: bool = True,
) -> Replayed:
    """A forward operation made again on what it read, with a graph.

    ``replacing`` has other tensors for some of its inputs, by their places. Raises NotReplayed if
    the call was not recorded, cannot be made, or (``checked``) does not give what was recorded.
    """
    inputs = []
    for place, (array, needed) in enumerate(zip(arrays_of(event), needs_gradient, strict=True)):
        given = (replacing or {}).get(place)
        tensor = laid_out(event, place, wide(array) if given is None else given.detach().clone())
        inputs.append(tensor.requires_grad_(needed and _is_real_or_complex(tensor)))
    with torch.enable_grad():
        outputs = called(event, inputs)
    if checked and not replacing and not reproduces(event, outputs):
        raise NotReplayed("not_reproduced", event.op)
    return Replayed(tuple(inputs), outputs)


def called(event: Event, inputs: Sequence[Tensor], *, narrow: bool = False) -> tuple[Tensor, ...]:
    """What an event's function makes of these tensors, flat. They stay as they are.

    What it warns of was said when it was recorded.
    Dtypes among the arguments become as wide as ``wide`` makes them; ``narrow``: they stay.
    What is made of no tensor is a constant: it is what was recorded.
    """
    if not inputs:
        return tuple(wide(array) for array in event.outputs if array is not None)
    call = event.call
    if call is None:
        raise NotReplayed("call_not_recorded", event.op)
    with warned_of_nothing():
        if call.function == SERIES:
            return (_of_series(call, inputs, narrow),)
        given = [tensor.clone() for tensor in inputs] if call.writes else inputs
        return _called(event, call, given, narrow)


def _of_series(call: Call, inputs: Sequence[Tensor], narrow: bool) -> Tensor:
    steps, made = call.args
    tensors = [inputs[0].clone(), *inputs[1:]]
    for step in steps:
        with torch.set_grad_enabled(step.event.grad_enabled and torch.is_grad_enabled()):
            given = [tensors[place] for place in step.reads]
            tensors.append(_called(step.event, step.event.call, given, narrow)[0])
    found: Tensor = tensors[made]
    return found


def _called(event: Event, call: Call, given: Sequence[Tensor], narrow: bool) -> tuple[Tensor, ...]:
    """What a call makes of these tensors, to which it may write."""
    function = function_of(call.function)
    if function is None:
        raise NotReplayed("function_not_known", call.function)
    if call.function in _CASTS and not narrow:
        cast = given[0].real if given[0].is_complex() else given[0]
        return (cast.clone(),)

    def leaf(value: Any) -> Any:
        if isinstance(value, TensorPlace):
            return given[value.place]
        return _torch_value(value, narrow) if isinstance(value, TorchName) else value

    # What is written into ``out`` is made all the same; autograd refuses to follow it there.
    args, named = call.args, {k: value for k, value in call.kwargs.items() if k != "out"}
    if call.name == "rms_norm" and call.argument("eps", 3) is None:
        # By default it is the smallest step of the dtype: of the recorded one, not of float64.
        recorded = event.inputs[0]
        assert recorded is not None
        args, named["eps"] = args[:3], float(np.finfo(recorded.dtype).eps)
    with _random_state_of(call):
        try:
            made = function(*changed_leaves(args, leaf), **changed_leaves(named, leaf))
        except (RuntimeError, TypeError, ValueError, IndexError, NotImplementedError) as error:
            refused = _refused(function, call, error)
            if refused is not None and given[refused].requires_grad:
                followed = [t.detach() if i == refused else t for i, t in enumerate(given)]
                return _called(event, call, followed, narrow)
            raise NotReplayed("not_replayed", event.op, str(error).split("\n")[0]) from error
    found = _flat(made) if made is not None else (given[0],)
    return tuple(t if t.layout is torch.strided else t.to_dense() for t in found)


def _refused(function: Any, call: Call, error: Exception) -> int | None:
    """Which tensor one of torch's own operations does not let autograd follow."""
    found = _NOT_FOLLOWED.search(str(error))
    form = getattr(function, "default", None)
    if found is None or form is None:
        return None
    names = [argument.name for argument in form._schema.arguments]
    value = dict(zip(names, call.args, strict=False)).get(found[1])
    return value.place if isinstance(value, TensorPlace) else None


def reproduces(
    event: Event, outputs: Sequence[Tensor], recorded: Sequence[Array | None] | None = None
) -> bool:
    """Whether these are what an event made, but for rounding; ``recorded``: a part of that."""
    arrays, least = (
        event.outputs if recorded is None else recorded,
        rounding_of_inputs(event.inputs),
    )
    return len(outputs) == len(arrays) and all(
        same_as_recorded(made, array, least) for made, array in zip(outputs, arrays, strict=True)
    )


def same_as_recorded(made: Tensor, array: Array | None, least: float = 0.0) -> bool:
    """Whether a tensor has the recorded numbers, but for what rounding adds up to.

    ``least``: so far each may be off in any case.
    """
    if array is None or tuple(made.shape) != array.shape:
        return array is None
    ours = made.detach().numpy(force=True)
    if array.dtype.kind not in "fc":
        return bool(np.array_equal(ours, array))
    finite = np.abs(array[np.isfinite(array)])
    largest = float(finite.max()) if finite.size else 0.0
    near = rounding_of(array)
    return bool(
        np.allclose(ours, array, rtol=near, atol=max(near * largest, least), equal_nan=True)
    )


def _torch_value(value: TorchName, narrow: bool) -> Any:
    if value.kind == "device":
        return torch.device("cpu")
    found = getattr(torch, value.name, None)
    if not isinstance(found, torch.dtype | torch.layout | torch.memory_format):
        raise NotReplayed("function_not_known", value.name)
    return found if narrow else _WIDER.get(value.name, found)


def _is_real_or_complex(tensor: Tensor) -> bool:
    return tensor.is_floating_point() or tensor.is_complex()


@contextmanager
def _random_state_of(call: Call) -> Iterator[None]:
    """Let torch draw the numbers that it drew when the call was recorded.

    Whatever is drawn, the generator goes on as if nothing had been. Raises NotReplayed if the
    call draws now, but did not draw from the CPU's generator then: another device drew.
    """
    with torch.random.fork_rng(devices=[]):
        if call.random is not None:
            torch.set_rng_state(torch.frombuffer(bytearray(call.random), dtype=torch.uint8))
            yield
            return
        before = torch.get_rng_state()
        yield
        if not torch.equal(before, torch.get_rng_state()):
            raise NotReplayed("drawn_elsewhere", call.name)


class _Drawer:
    """Lets torch draw again what a call drew inside."""

    def masks(self, call: Call, shapes: Sequence[tuple[int, ...]], p: float) -> list[Array]:
        with _random_state_of(call):
            ones = (torch.ones(shape, device="cpu") for shape in shapes)
            return [torch.dropout(each, p, True).numpy() for each in ones]

    def gumbels(self, call: Call, like: Array) -> Array:
        with _random_state_of(call):
            drawn = torch.from_numpy(np.empty_like(like, order="C")).exponential_()
            found: Array = -drawn.log().numpy()
            return found


let_draw(_Drawer())


def _flat(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _flat(item)
