"""Copies of tensors in a device's own memory, which come to the host when it is their turn.

A device works off what it is given in order, while Python goes on. To wait for each copy has it
stand idle in between: an iteration of sixty layers then took sixty times as long. So a copy waits
for its turn among the kernels, and who reads the array calls ``wait_for_copies`` before.
"""

from functools import cache
from threading import Lock
from typing import Any

import torch
from torch import Tensor

from backprop_viz.capture.tensors.for_numpy import as_numpy
from backprop_viz.capture.tensors.unheard import unheard
from backprop_viz.recording.trace.events import Array

# So many bytes lie in one piece, each array from such a multiple on; a larger one has its own.
_PIECE, _ALIGNED = 1 << 22, 64
# Apple's devices have the host's memory, and torch does not copy beside them.
_NOT_APART = frozenset({"meta", "mps"})


class _Pieces:
    """Memory of the host that a device can write to by itself, and what is still to come there."""

    def __init__(self) -> None:
        self._lock, self._waiting = Lock(), Lock()
        self._piece: Tensor | None = None
        self._taken = _PIECE
        # The streams in which there are copies that have maybe not come yet.
        self._streams: dict[tuple[torch.device, int], torch.Stream] = {}

    def room(self, size: int) -> Tensor:
        """So many bytes, for who asks. Raises RuntimeError where the system has none left."""
        if size > _PIECE:
            return _pinned(size)
        with self._lock:
            if self._piece is None or self._taken + size > _PIECE:
                self._piece, self._taken = _pinned(_PIECE), 0
            start = self._taken
            self._taken += -(-size // _ALIGNED) * _ALIGNED
            return self._piece[start : start + size]

    def coming_from(self, device: torch.device) -> None:
        """The newest copy from a device is on its way."""
        stream = torch.accelerator.current_stream(device)
        self._streams[stream.device, stream.stream_id] = stream

    def wait(self) -> None:
        """Until all copies have come."""
        # Nor does another thread go on before: it may read the same arrays.
        with self._waiting:
            while self._streams:
                self._streams.popitem()[1].synchronize()


_pieces = _Pieces()
wait_for_copies = _pieces.wait


def is_apart(tensor: Tensor) -> bool:
    """Whether a tensor's memory is a device's own, from which copies come in their turn."""
    return not tensor.is_cpu and _is_accelerator(tensor.device.type)


@cache
def _is_accelerator(kind: str) -> bool:
    """Whether a kind of device has streams, as all tell that torch counts as accelerators."""
    if kind in _NOT_APART or not torch.accelerator.is_available():
        return False  # torch 2.6 raises where it is asked for an accelerator that is not there
    accelerator = torch.accelerator.current_accelerator()
    return accelerator is not None and accelerator.type == kind


def coming_copy(tensor: Tensor) -> Array:
    """An array that will have the numbers which the tensor has now, of a kind that numpy has.

    As it lies in memory, if that has no gaps. Raises RuntimeError where it cannot be copied.
    """
    if is_captured(tensor.device):
        raise RuntimeError("what is captured for a graph does not run now")
    with unheard():
        return _coming_copy(tensor)


def _coming_copy(tensor: Tensor) -> Array:
    seen = tensor.detach().resolve_conj().resolve_neg()
    strides = seen.stride()
    if not seen.is_contiguous():
        strides = torch.empty_like(seen, device="meta").stride()
        if strides != seen.stride():
            seen = seen.contiguous()
            strides = seen.stride()
    try:
        host = _pieces.room(seen.nbytes).view(seen.dtype).as_strided(seen.shape, strides)
    except (RuntimeError, AssertionError):  # no more memory of that kind, or within a mode
        return as_numpy(tensor).copy("K")
    host.copy_(seen, non_blocking=True)
    _pieces.coming_from(seen.device)
    return as_numpy(host)


def has_room(device: torch.device, size: int) -> bool:
    """Whether a device surely has so many bytes free; False where it does not tell."""
    try:
        module: Any = torch.get_device_module(device)
        free, _ = module.mem_get_info(device)
        free += module.memory_reserved(device) - module.memory_allocated(device)
    except (AttributeError, RuntimeError, TypeError):
        return False
    return bool(free >= size)


def number_in(tensor: Tensor) -> float | None:
    """The number of a tensor of one element; None where there is none to be read now.

    A complex number is none that could be a loss.
    """
    if is_captured(tensor.device) or tensor.is_complex():
        return None
    try:
        with unheard():
            return tensor.item()
    except (RuntimeError, NotImplementedError):  # as of one on "meta", or a fake one
        return None


def _pinned(size: int) -> Tensor:
    with torch.inference_mode(False):
        found = torch.empty(size, dtype=torch.uint8, device="cpu", pin_memory=True)
    if type(found) is not Tensor:
        raise RuntimeError("a mode of the user's makes other tensors")
    return found


def is_captured(device: torch.device) -> bool:
    """Whether what is called goes into a CUDA graph, to run later and again."""
    return device.type == "cuda" and torch.cuda.is_current_stream_capturing()
