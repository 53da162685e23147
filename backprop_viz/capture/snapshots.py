"""Numpy copies of what torch computes: each made once, and nothing kept alive for long.

Tensors that a recording held on to would make torch take fresh memory for every other one.
"""

import copy
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.autograd.graph import Node as GradFn

from backprop_viz.recording.events import Array

if TYPE_CHECKING:
    from backprop_viz.training.trainer import Trainer

# Where a tensor lies, what it sees of that, and how often it was changed.
Place = tuple[Any, ...]


class TensorSnapshots:
    """The copies of one iteration of a trainer.

    ``samples``: how many samples of a batch to copy (None: all). ``whole`` says of a tensor that
    no sample has part in it, so that its first dimension is not the batch's.
    """

    def __init__(self, trainer: "Trainer", samples: int | None) -> None:
        self._trainer = trainer
        self._samples = samples
        # Each beside its tensor, so that no id and no memory is used again meanwhile.
        self._tensors: dict[tuple[int, int], tuple[Tensor, Array]] = {}
        self._grads: dict[Place, tuple[Tensor, Array]] = {}
        # What was sent along an edge; the engine keeps it alive. None where two have met.
        self._edges: dict[tuple[GradFn, int], tuple[Place, Array] | None] = {}

    def tensor(self, tensor: Tensor, whole: bool) -> Array:
        """A copy of a tensor as it is now; the same array again while it does not change."""
        key = (id(tensor), tensor._version)
        if key not in self._tensors:
            self._tensors[key] = (tensor, self._copied(tensor, whole))
        return self._tensors[key][1]

    def forget_all_but(self, tensors: Iterable[Tensor]) -> None:
        """Let go of the other tensors, of which no copy will be asked for again."""
        kept = {id(tensor) for tensor in tensors}
        self._tensors = {key: pair for key, pair in self._tensors.items() if key[0] in kept}

    def grad(self, parameter: Tensor) -> Array | None:
        """A copy of a parameter's ``.grad`` as it is now.

        What is kept alive is not ``.grad`` itself: torch would add to another one.
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

    def accumulated(self, parameter: Tensor, sent: Place | None, array: Array | None) -> None:
        """Know ``.grad`` again if it is just the gradient that was sent."""
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
    ) -> tuple[Place | None, Array | None]:
        """Where the gradient of a node's output lies, and its copy: what was sent, if it is."""
        sent = self._edges.pop((node, number), None)
        if grad is None:
            return None, None
        place = _place(grad)
        if sent is not None and sent[0] == place:
            return sent
        return place, self._copied(grad, whole)

    def _copied(self, tensor: Tensor, whole: bool) -> Array:
        shape = tensor.shape
        cut = not whole and len(shape) > 0 and shape[0] == len(self._trainer.labels)
        return to_array(tensor, self._samples if cut else None)


def _place(tensor: Tensor) -> Place | None:
    if tensor.layout is not torch.strided:
        return None
    return tensor.data_ptr(), tensor.shape, tensor.stride(), tensor.dtype, tensor._version


def to_array(tensor: Tensor, samples: int | None = None) -> Array:
    """A numpy copy, of the first samples only if so many are given.

    Later in-place changes of the tensor do not reach it, and it cannot be written to.
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
    """As ``cloned``, for what is kept for long: tensors of a type share one piece of memory.

    Clones lie wherever there is room. As those that are kept come and go, the small ones among
    them would come to lie all over the heap, and each keeps a whole page.
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
