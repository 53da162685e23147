"""Numpy copies of what torch computes: each tensor is copied once, and not kept alive for long.

A recording that kept tensors alive would make torch take fresh memory for every new one.
"""

import copy
from collections.abc import Iterable, Iterator
from typing import Any

import torch
from torch import Tensor
from torch.autograd.graph import Node as GradFn

from backprop_viz.recording.events import Array

# A tensor's address, its shape, strides and dtype there, and how often it was changed.
MemoryPlace = tuple[Any, ...]


class TensorSnapshots:
    """The copies of one iteration.

    ``samples``: how many samples of a batch to copy (None: all). A tensor whose first dimension
    is ``batch_size`` long is taken for a batch, unless it is asked for ``whole``.
    """

    def __init__(self, samples: int | None, batch_size: int = 0) -> None:
        self.batch_size = batch_size
        self._samples = samples
        # Each beside its tensor, which is kept alive so that no other gets its id or address.
        self._tensors: dict[tuple[int, int], tuple[Tensor, Array]] = {}
        self._grads: dict[MemoryPlace, tuple[Tensor, Array]] = {}
        # What was sent along an edge; the engine keeps it alive. None where two have met.
        self._edges: dict[tuple[GradFn, int], tuple[MemoryPlace, Array] | None] = {}

    def tensor(self, tensor: Tensor, whole: bool) -> Array:
        """A copy of a tensor as it is now; the same array again while it does not change."""
        key = (id(tensor), tensor._version)
        if key not in self._tensors:
            self._tensors[key] = (tensor, self._copied(tensor, whole))
        return self._tensors[key][1]

    def forget_all_but(self, tensors: Iterable[Tensor]) -> None:
        """Let go of the other tensors: nobody will ask for a copy of them again."""
        kept = {id(tensor) for tensor in tensors}
        self._tensors = {key: pair for key, pair in self._tensors.items() if key[0] in kept}

    def grad(self, parameter: Tensor) -> Array | None:
        """A copy of a parameter's ``.grad`` as it is now.

        Not ``.grad`` itself is kept alive but its memory: torch adds in place only to a ``.grad``
        that nobody else holds.
        """
        grad = parameter.grad
        if grad is None:
            return None
        place = _place(grad)
        if place is None:
            return to_array(grad)
        if place not in self._grads:
            self._grads[place] = (grad.detach(), to_array(grad))
        return self._grads[place][1]

    def accumulated(self, parameter: Tensor, sent: MemoryPlace | None, array: Array | None) -> None:
        """Take note if ``.grad`` is the very gradient that was sent: it has that copy."""
        grad = parameter.grad
        if grad is not None and array is not None and sent is not None and _place(grad) == sent:
            self._grads[sent] = (grad.detach(), array)

    def sent(
        self, grad: Tensor | None, to: GradFn | None, number: int, whole: bool
    ) -> Array | None:
        """A copy of a gradient that goes to a node's output ``number``."""
        if grad is None:
            return None
        array = self._copied(grad, whole)
        place = _place(grad)
        if to is not None and place is not None:
            edge = (to, number)
            self._edges[edge] = None if edge in self._edges else (place, array)
        return array

    def arrived(
        self, grad: Tensor | None, node: GradFn, number: int, whole: bool
    ) -> tuple[MemoryPlace | None, Array | None]:
        """The place and the copy of the gradient that has arrived at a node's output.

        If it is the one that was sent, the copy is the one made then.
        """
        sent = self._edges.pop((node, number), None)
        if grad is None:
            return None, None
        place = _place(grad)
        if sent is not None and sent[0] == place:
            return sent
        return place, self._copied(grad, whole)

    def _copied(self, tensor: Tensor, whole: bool) -> Array:
        shape = tensor.shape
        cut = not whole and len(shape) > 0 and shape[0] == self.batch_size
        return to_array(tensor, self._samples if cut else None)


def _place(tensor: Tensor) -> MemoryPlace | None:
    if tensor.layout is not torch.strided:
        return None
    return tensor.data_ptr(), tensor.shape, tensor.stride(), tensor.dtype, tensor._version


def to_array(tensor: Tensor, samples: int | None = None) -> Array:
    """A read-only numpy copy, of the first ``samples`` only if that is given.

    Later changes of the tensor do not reach it.
    """
    if tensor.layout is not torch.strided:
        tensor = tensor.detach().to_dense()
    if tensor.dtype is torch.bfloat16:
        tensor = tensor.detach().float()  # numpy has none; float32 holds each of its values
    seen: Array = tensor.numpy(force=True)
    array = (seen if samples is None else seen[:samples]).copy()
    array.flags.writeable = False
    return array


def cloned(value: Any) -> Any:
    """A state dict with every tensor in it cloned; ``copy.deepcopy`` takes three times as long."""
    return _replaced(value, (tensor.detach().clone() for tensor in _tensors_in(value)))


def packed(value: Any) -> Any:
    """As ``cloned``, for what is kept for long: tensors of one dtype share one piece of memory.

    Small clones that come and go end up all over the heap, and each keeps a whole page of it.
    """
    tensors = [tensor.detach() for tensor in _tensors_in(value)]
    pieces: dict[tuple[torch.dtype, torch.device], list[Tensor]] = {}
    for tensor in tensors:
        if _is_contiguous(tensor):
            pieces.setdefault((tensor.dtype, tensor.device), []).append(tensor.reshape(-1))
    storages = {kind: torch.cat(piece).untyped_storage() for kind, piece in pieces.items()}
    taken = dict.fromkeys(storages, 0)
    copies = []
    for tensor in tensors:
        if _is_contiguous(tensor):
            kind = tensor.dtype, tensor.device
            # Not a view of the whole, of which autograd would keep a description.
            copy_ = torch.empty(0, dtype=tensor.dtype, device=tensor.device)
            copy_.set_(storages[kind], taken[kind], tensor.shape, tensor.stride())
            taken[kind] += tensor.numel()
        else:
            copy_ = tensor.clone()
        copies.append(copy_)
    return _replaced(value, iter(copies))


def _is_contiguous(tensor: Tensor) -> bool:
    return tensor.layout is torch.strided and tensor.is_contiguous()


def _tensors_in(value: Any) -> Iterator[Tensor]:
    """The tensors of a state dict, in order."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _tensors_in(item)


def _replaced(value: Any, tensors: Iterator[Tensor]) -> Any:
    """A copy of a state dict with other tensors in it, in the same order."""
    if isinstance(value, Tensor):
        return next(tensors)
    if isinstance(value, dict):
        return {key: _replaced(item, tensors) for key, item in value.items()}
    return copy.deepcopy(value)
