"""Copies of state dicts."""

import copy
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor


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
