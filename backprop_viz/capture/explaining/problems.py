"""What has to be computed again for one number: an operation on all that it read, or on a part.

A convolution of many channels takes a second; one number of it needs one sample or one channel.
What is cut is only what tensors are made of: which element is which is kept beside them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from backprop_viz.capture.explaining.replay import (
    NotReplayed,
    arrays_of,
    called,
    laid_out,
    reproduces,
    wide,
)
from backprop_viz.recording.trace.events import Array, Event

_T = TypeVar("_T")
Slices = tuple[slice, ...]
_ALL = slice(None)
_TRIED_NARROW = frozenset({"not_reproduced", "not_replayed"})
# Where ConvolutionBackward0 sends its gradients, and groups among the arguments.
INPUT, WEIGHT = range(2)
_GROUPS = 6


@dataclass(frozen=True, eq=False)
class Problem:
    """An operation cut down to what a number needs.

    ``inputs`` and ``output`` say what of each tensor it reads and makes; ``index`` is the number's
    index in what is left. ``complete``: what is left of the output is what it was, and not a part
    of each sum. ``narrow``: it is made again in the recorded dtypes, not in float64. ``gap`` is as
    ``laid_out`` has it.
    """

    event: Event
    index: tuple[int, ...]
    inputs: tuple[Slices, ...]
    output: Slices = ()
    complete: bool = True
    narrow: bool = False
    gap: int = -1

    def read(self, place: int) -> Tensor:
        """What is left of an input, in float64."""
        return self.tensor(arrays_of(self.event)[place][self.inputs[place]])

    def tensor(self, array: Array) -> Tensor:
        """A copy of a recorded array in float64, or in its own dtype."""
        return torch.from_numpy(np.array(array)) if self.narrow else wide(array)

    def replayed(
        self,
        needs_gradient: Sequence[bool],
        replacing: Mapping[int, Tensor] | None = None,
        shared: bool = False,
    ) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
        """The leaves that it reads, and what it makes of them. Raises NotReplayed.

        ``shared``: what is one tensor is one leaf, as it was in the recording. Attention asks
        whether query, key and value are one.
        """
        given = replacing or {}
        leaves: list[Tensor] = []
        known: dict[int | None, Tensor] = {}
        for place, needed in enumerate(needs_gradient):
            if place in given:
                leaf = laid_out(self.event, place, given[place].clone(), self.gap)
            else:
                tensor = self.event.input_ids[place] if shared else -1 - place
                read = laid_out(self.event, place, self.read(place), self.gap)
                leaf = known.setdefault(tensor, read)
            differentiable = leaf.is_floating_point() or leaf.is_complex()
            leaves.append(leaf.requires_grad_(needed and differentiable))
        with torch.enable_grad():
            made = called(self.event, leaves, narrow=self.narrow)
        if self.complete and not given:
            self._check(made)
        return tuple(leaves), made

    def _check(self, made: Sequence[Tensor]) -> None:
        recorded = [None if a is None else a[self.output] for a in self.event.outputs]
        if not reproduces(self.event, made, recorded):
            raise NotReplayed("not_reproduced", self.event.op)


def in_own_dtypes(problem: Problem, run: Callable[[Problem], _T]) -> _T:
    """What is made of a problem; in the recorded dtypes where float64 gives something else.

    Eigenvalues come in another order, and a number is rounded to the other side of a half. Or where
    it is refused, as by what takes its scales in float32 alone.
    """
    try:
        return run(problem)
    except NotReplayed as error:
        if error.reason.code not in _TRIED_NARROW:
            raise
        try:
            return run(replace(problem, narrow=True))
        except NotReplayed as narrow:
            raise error if narrow.reason.code in _TRIED_NARROW else narrow from error
        except RuntimeError:
            raise error from None


def places(shape: tuple[int, ...], slices: Slices) -> NDArray[np.int64]:
    """The flat index, in a whole tensor, of each element of what is left of it."""
    whole = np.arange(int(np.prod(shape)), dtype=np.int64).reshape(shape)
    cut: NDArray[np.int64] = whole[slices]
    return cut


def unraveled(flat: NDArray[np.int64], shape: tuple[int, ...]) -> NDArray[np.int64]:
    """The indices (K, d), in a tensor of d dimensions, of K flat ones."""
    if not shape:
        return np.zeros((flat.size, 0), np.int64)
    return np.stack(np.unravel_index(flat.reshape(-1), shape), axis=1).astype(np.int64)


def whole(event: Event, index: tuple[int, ...]) -> Problem:
    """All that an operation read."""
    return Problem(event, index, ((),) * len(event.input_ids))


def forward_problem(event: Event, index: tuple[int, ...]) -> Problem:
    """What an element of an operation's output needs."""
    conv = _Convolution.of(event)
    return whole(event, index) if conv is None else conv.forward(index)


def gradient_problem(
    event: Event, node: str, slot: int, index: tuple[int, ...]
) -> tuple[Problem, Slices]:
    """What an element of a gradient needs that a node of an operation sends through ``slot``.

    And what it needs of the gradient that arrived.
    """
    conv = _Convolution.of(event) if node == "ConvolutionBackward0" else None
    if conv is None:
        return whole(event, index), ()
    problem = conv.gradient(slot, index)
    return problem, problem.output


def effect_problem(event: Event, spots: Sequence[int], index: tuple[int, ...]) -> Problem:
    """What it needs to say what an element of the inputs at these places changes."""
    conv = _Convolution.of(event)
    if conv is None or len(spots) != 1:
        return whole(event, index)
    # What a gradient is summed over is what its element changes.
    return conv.gradient(spots[0], index)


@dataclass(frozen=True, eq=False)
class _Convolution:
    """A convolution of any kind. ``few`` and ``many`` are the channels of a group, in and out."""

    event: Event
    arrays: tuple[Array, ...]
    transposed: bool
    few: int
    many: int

    @classmethod
    def of(cls, event: Event) -> "_Convolution | None":
        """The convolution that an event is; None for another operation, or one without a batch."""
        call = event.call
        if call is None or call.name.rstrip("123d") not in ("conv", "conv_transpose"):
            return None
        dimensions = int(call.name[-2])
        transposed = "transpose" in call.name
        groups = call.argument("groups", _GROUPS, 1)
        in_order = [call.place("input", 0), call.place("weight", 1), call.place("bias", 2)]
        if in_order[: len(event.input_ids)] != list(range(len(event.input_ids))):
            return None
        arrays = arrays_of(event)
        padded = call.argument("padding", 4, 0) == "same"  # perhaps by an operation of its own
        if arrays[0].ndim != dimensions + 2 or padded:
            return None
        made = arrays[1].shape[1] if transposed else arrays[1].shape[0] // groups
        return cls(event, arrays, transposed, arrays[0].shape[1] // groups, made)

    def forward(self, index: tuple[int, ...]) -> Problem:
        n, made, *position = index
        group = made // self.many
        return self._cut(_one(n), self._inside(group), _one(made), group, (0, 0, *position))

    def gradient(self, slot: int, index: tuple[int, ...]) -> Problem:
        if slot == INPUT:
            n, read, *position = index
            group = read // self.few
            place = (0, 0, *position)
            return self._cut(_one(n), _one(read), self._outside(group), group, place)
        if slot == WEIGHT:
            first, second, *position = index
            if self.transposed:
                group = first // self.few
                read, made = first, group * self.many + second
            else:
                group = first // self.many
                read, made = group * self.few + second, first
            return self._cut(_ALL, _one(read), _one(made), group, (0, 0, *position))
        group = index[0] // self.many
        return self._cut(_ALL, _one(group * self.few), _one(index[0]), group, (0,))

    def _inside(self, group: int) -> slice:
        return slice(group * self.few, (group + 1) * self.few)

    def _outside(self, group: int) -> slice:
        return slice(group * self.many, (group + 1) * self.many)

    def _cut(
        self, samples: slice, read: slice, made: slice, group: int, index: tuple[int, ...]
    ) -> Problem:
        """The convolution of some samples, from some channels of a group to some others."""
        inner = slice(read.start - group * self.few, read.stop - group * self.few)
        outer = slice(made.start - group * self.many, made.stop - group * self.many)
        weight = (read, outer) if self.transposed else (made, inner)
        inputs = ((samples, read), weight, (made,))[: len(self.arrays)]
        complete = read.stop - read.start == self.few
        return Problem(_ungrouped(self.event), index, inputs, (samples, made), complete)


def _one(i: int) -> slice:
    return slice(i, i + 1)


def _ungrouped(event: Event) -> Event:
    call = event.call
    assert call is not None
    args, kwargs = list(call.args), dict(call.kwargs)
    if len(args) > _GROUPS:
        args[_GROUPS] = 1
    else:
        kwargs.pop("groups", None)
    return replace(event, call=replace(call, args=tuple(args), kwargs=kwargs))
