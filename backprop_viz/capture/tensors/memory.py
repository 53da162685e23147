"""A tensor's numbers as a numpy array, and whether its memory still holds them."""

import ctypes
import sys
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from backprop_viz.capture.tensors.array_memory import SMALLEST, ArrayMemory
from backprop_viz.capture.tensors.for_numpy import as_numpy, for_numpy
from backprop_viz.capture.tensors.from_device import coming_copy, is_apart, wait_for_copies
from backprop_viz.capture.tensors.shapes import is_dense, lies_as, reach
from backprop_viz.capture.tensors.sharded_memory import is_freed, local_shard, takes_memory_away
from backprop_viz.capture.tensors.unheard import unheard
from backprop_viz.recording.trace.events import Array


class NotCopied(Exception):  # noqa: N818 - a reason, told with the event
    """A tensor has no numbers that can be copied; the text says why, as a code."""


# Of a module that ``only=`` does not name.
LEFT_OUT = NotCopied("left_out")


class Copied:
    """A read-only numpy ``array`` of a tensor, or of its first ``samples`` if that is given.

    Later changes of the tensor do not reach it. ``held``: the tensor is kept alive as long as this
    is, which makes it quicker to compare. ``memory``: for large arrays. Raises NotCopied.

    One that is ``borrowed`` is not copied yet: the array lies in torch's own memory. One from a
    device of its own may be on its way: who reads it calls ``wait_for_copies`` before.
    """

    __slots__ = (
        "_address",
        "_apart",
        "_array",
        "_dtype",
        "_late",
        "_samples",
        "_seen",
        "_shape",
        "_source",
        "_strides",
        "borrowed",
        "looked_at",
    )

    def __init__(
        self,
        tensor: Tensor,
        samples: int | None = None,
        held: bool = False,
        memory: ArrayMemory | None = None,
    ) -> None:
        # For comparing memory with memory: None where the tensor's is not laid out as numpy's.
        self._dtype: torch.dtype | None = None
        # None of a contiguous tensor.
        self._strides: tuple[int, ...] | None = None
        self._samples = samples
        self._address = 0  # not looked up yet
        self._apart = self.borrowed = False
        self.looked_at = -1  # after how many writes, as ``BorrowedMemory`` counts
        # The memory of a tensor that is ``held``: as numpy sees it, and its address.
        self._seen: Array | None = None
        self._source = 0
        # None of one that is copied already but has no array yet; and what makes that.
        self._array: Array | None = None
        self._late: Callable[[], Array] | None = None
        if samples is None and is_plain(tensor):
            seen = as_numpy(tensor)
            if memory is None or seen.nbytes < SMALLEST:
                self.array = seen.copy()
            else:
                self.array = memory.copy(seen)
            self._dtype, self._shape = tensor.dtype, tensor.shape
            if held:
                self._seen, self._source = seen, tensor.data_ptr()
        else:
            self._copy(local_shard(tensor))
            known = self._dtype is not None and not is_wrapped(tensor)
            if held and known and (samples is not None or self._apart):
                self._source = tensor.data_ptr()
        self.array.setflags(write=False)

    @property
    def array(self) -> Array:
        """The numbers."""
        array = self._array
        if array is None:
            assert self._late is not None
            array = self._array = self._late()
        return array

    @array.setter
    def array(self, array: Array) -> None:
        self._array = array

    @classmethod
    def late(
        cls,
        made: Callable[[], Array],
        address: int,
        source: int,
        dtype: torch.dtype,
        shape: torch.Size,
        apart: bool = False,
    ) -> "Copied":
        """A plain tensor was copied to ``address`` from ``source``, which somebody keeps alive.

        ``made`` gives the array when somebody asks for it. ``apart``: that is in a device's memory.
        """
        found = cls.__new__(cls)
        found._array, found._late, found.borrowed, found.looked_at = None, made, False, -1
        found._apart = apart
        found._dtype, found._shape, found._strides = dtype, shape, None
        found._samples = found._seen = None
        found._address, found._source = address, source
        return found

    @classmethod
    def borrowing(cls, tensor: Tensor) -> "Copied | None":
        """The array of a tensor without a copy; None where numpy does not have it as it is.

        As ``copy`` would make it: in C order, or in that of the memory, without gaps.
        """
        if not is_plain(tensor, whatever_order=True):
            return None
        seen = as_numpy(tensor)
        contiguous = tensor.is_contiguous()
        if not contiguous and not is_dense(seen):
            return None
        seen.setflags(write=False)
        found = cls.__new__(cls)
        found._array, found._late, found.borrowed, found.looked_at = seen, None, True, -1
        found._apart = False
        found._dtype, found._shape = tensor.dtype, tensor.shape
        found._strides = None if contiguous else tensor.stride()
        found._samples = found._seen = None
        found._address, found._source = 0, tensor.data_ptr()
        return found

    def give_back(self, memory: ArrayMemory) -> Array:
        """Copy what is borrowed. The array that it was; ``array`` is the copy from now on."""
        lent = self.array
        if lent.nbytes >= SMALLEST and lent.flags.c_contiguous:
            self.array = memory.copy(lent)
        else:
            self.array = lent.copy("K")
        self.keep(self.array)
        return lent

    def keep(self, array: Array) -> None:
        """Nothing is borrowed any more: the numbers lie in this array."""
        array.setflags(write=False)
        self.array = array
        self.stay()

    def stay(self) -> None:
        """Nothing is borrowed any more: nobody else has the memory."""
        self.borrowed, self._address, self._source = False, 0, 0

    def lies_in(self, tensor: Tensor) -> bool:
        """Whether what is borrowed, or was copied of a tensor that is held, is this tensor."""
        return tensor.data_ptr() == self._source != 0 and self._has_layout_of(tensor)

    def _copy(self, tensor: Tensor) -> None:
        if is_apart(tensor):
            self._apart, self.array = True, _coming(tensor, self._samples)
            self._shape, self._dtype = tensor.shape, tensor.dtype
            if self._samples is None and not tensor.is_contiguous():
                self._strides = tensor.stride()
            return
        seen = _seen(tensor)[: self._samples] if self._samples is not None else _seen(tensor)
        # As it lies in memory: to turn a transposed matrix round takes ten times as long.
        self.array = seen.copy("K")
        self._shape = tensor.shape
        if tensor.dtype in NUMPY_DTYPES and tensor.layout is _STRIDED:
            if tensor.is_contiguous():
                self._dtype = tensor.dtype
            elif self._samples is None and lies_as(tensor, self.array):
                self._dtype, self._strides = tensor.dtype, tensor.stride()

    def hold(self, tensor: Tensor) -> None:
        """A tensor of these very numbers is kept alive from now on as long as this is."""
        if self._samples is None and self._strides is None and is_plain(tensor):
            self._seen, self._source = as_numpy(tensor), tensor.data_ptr()

    def is_of(self, tensor: Tensor) -> bool:
        """Whether the tensor is still as it was when it was copied, to the bit.

        Raises NotCopied.
        """
        if self._apart:
            return self._is_of_apart(tensor)
        seen, ours = self._seen, self._address
        if (
            (seen is not None or ours)
            and tensor.data_ptr() == self._source
            and tensor.shape == self._shape
            and tensor.dtype is self._dtype
            and tensor.is_contiguous()
            and not tensor.is_neg()
        ):
            size = self.nbytes
            if seen is not None and not ours and size <= _SMALL:
                same: bool = seen.tobytes() == self.array.tobytes()
                return same
            return bool(memcmp(self._source, ours or self._look_up(), size) == 0)
        tensor = local_shard(tensor)
        if tensor.dtype is self._dtype and tensor.is_cpu and not tensor.is_neg():
            try:
                strides = self._strides
                alike = tensor.is_contiguous() if strides is None else tensor.stride() == strides
                if alike and (address := tensor.data_ptr()):
                    if tensor.shape != self._shape:
                        return False
                    size = self.nbytes
                    if size <= _SMALL and strides is None and not ours:
                        same = _bytes_at(address, size) == self.array.tobytes()
                        return bool(same)
                    return bool(memcmp(address, ours or self._look_up(), size) == 0)
            except RuntimeError as error:
                raise NotCopied(why_not(tensor)) from error
        if tensor.shape != self._shape:
            return False
        return self._has_bits_of(tensor)

    def _is_of_apart(self, tensor: Tensor) -> bool:
        tensor = local_shard(tensor)
        if tensor.shape != self._shape or tensor.dtype is not self._dtype:
            return False
        wait_for_copies()
        return self._has_bits_of(tensor)

    def _has_bits_of(self, tensor: Tensor) -> bool:
        array = self.array
        now = _seen(tensor)[: self._samples] if self._samples is not None else _seen(tensor)
        return now.dtype == array.dtype and now.tobytes() == array.tobytes()

    @property
    def nbytes(self) -> int:
        """The bytes of the array."""
        array = self._array
        if array is not None:
            return int(array.nbytes)
        assert self._dtype is not None
        return self._shape.numel() * self._dtype.itemsize

    def is_laid_out_as(self, tensor: Tensor) -> bool:
        """Whether a tensor over the memory that was copied is that very one."""
        return self._samples is None and self._has_layout_of(tensor)

    def _has_layout_of(self, tensor: Tensor) -> bool:
        alike = type(tensor) in PLAIN and tensor.dtype is self._dtype
        if not alike or tensor.shape != self._shape or tensor.is_neg():
            return False
        strides = self._strides
        return tensor.is_contiguous() if strides is None else tensor.stride() == strides

    def viewed_as(self, tensor: Tensor, compared: bool = False) -> "Copied | None":
        """The copy of a tensor that is a view of all of the copied memory, without a copy made.

        None if it is no such view, or if it has other bits. ``compared``: those are the same.
        """
        if self._apart:
            return self._viewed_apart(tensor) if compared else None
        array = self.array
        alike = (
            self._samples is None
            and not takes_memory_away()
            and tensor.dtype is self._dtype
            and tensor.is_cpu
        )
        if not alike or tensor.is_neg() or tensor.numel() != array.size or not array.size:
            return None
        seen = as_numpy(tensor)
        if not is_dense(seen):
            return None
        if not compared:
            ours = self._address or self._look_up()
            if memcmp(tensor.data_ptr(), ours, array.nbytes) != 0:
                return None
        return self._view(tensor, seen.strides)

    def _viewed_apart(self, tensor: Tensor) -> "Copied | None":
        array = self.array
        alike = self._samples is None and tensor.dtype is self._dtype and not tensor.is_neg()
        if not alike or tensor.numel() != array.size or not array.size or not is_dense(array):
            return None
        strides = tuple(step * array.itemsize for step in tensor.stride())
        if reach(tensor.shape, strides, array.itemsize) != array.nbytes:
            return None
        return self._view(tensor, strides)

    def _view(self, tensor: Tensor, strides: tuple[int, ...]) -> "Copied":
        array, view = self.array, Copied.__new__(Copied)
        view._late = None
        view.array = np.ndarray(tensor.shape, array.dtype, array.ravel("K"), 0, strides)
        view.array.setflags(write=False)
        view._samples, view._dtype, view._shape = None, self._dtype, tensor.shape
        view._strides = None if tensor.is_contiguous() else tensor.stride()
        view._address = view._source = 0
        view._seen, view.borrowed, view.looked_at = None, False, -1
        view._apart = self._apart
        return view

    def _look_up(self) -> int:
        self._address = address = self.array.ctypes.data
        return address


def is_plain(tensor: Tensor, whatever_order: bool = False) -> bool:
    """Whether numpy sees a tensor's memory as it is, in C order. Raises NotCopied."""
    try:
        return (
            type(tensor) in PLAIN
            and tensor.dtype in NUMPY_DTYPES
            and tensor.layout is _STRIDED
            and tensor.is_cpu
            and not tensor.is_nested
            and (whatever_order or tensor.is_contiguous())
            and not tensor.is_neg()
            and not is_wrapped(tensor)
            and not takes_memory_away()
        )
    except RuntimeError as error:
        raise NotCopied(why_not(tensor)) from error


def to_array(tensor: Tensor) -> Array:
    """A read-only numpy copy. Later changes of the tensor do not reach it. Raises NotCopied."""
    return Copied(tensor).array


_C = ctypes.cdll.msvcrt if sys.platform == "win32" else ctypes.CDLL(None)
memcmp = _C.memcmp
memcmp.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)

_STRIDED = torch.strided
# ``ctypes.string_at`` without its frame of Python.
_bytes_at = ctypes.pythonapi.PyBytes_FromStringAndSize
_bytes_at.restype, _bytes_at.argtypes = ctypes.py_object, (ctypes.c_void_p, ctypes.c_ssize_t)
# Of so many bytes it takes longer to find where an array lies than to copy it once more.
_SMALL = 4096
PLAIN = frozenset({Tensor, torch.nn.Parameter})
is_wrapped = torch._C._functorch.is_functorch_wrapped_tensor
# torch's dtypes whose memory is as numpy has it. A complex view may conjugate what it reads.
NUMPY_DTYPES: Mapping[torch.dtype, np.dtype[Any]] = {
    dtype: torch.empty(0, dtype=dtype, device="cpu").numpy().dtype
    for dtype in (
        *(torch.float16, torch.float32, torch.float64, torch.bool),
        *(torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64),
    )
}
_REFUSED = RuntimeError, TypeError, NotImplementedError, ValueError


def _seen(tensor: Tensor) -> Array:
    """A tensor's numbers as numpy has them; over the same memory where that can be."""
    try:
        return as_numpy(for_numpy(_there(tensor)))
    except _REFUSED as error:
        raise NotCopied(why_not(tensor)) from error


def _coming(tensor: Tensor, samples: int | None) -> Array:
    """A copy of a tensor in a device's memory, or of its first samples, on its way."""
    try:
        plain = for_numpy(_there(tensor))
        return coming_copy(plain if samples is None else plain[:samples])
    except _REFUSED as error:
        raise NotCopied(why_not(tensor)) from error


def _there(tensor: Tensor) -> Tensor:
    """The tensor, or a copy whose memory stays where fully_shard takes it away."""
    if not takes_memory_away():
        return tensor
    if is_freed(tensor):
        raise NotCopied("freed")
    with unheard():
        return tensor.detach().clone()


def why_not(tensor: Tensor) -> str:
    """Why a tensor cannot be copied, as a code."""
    if torch.nn.parameter.is_lazy(tensor):
        return "lazy"
    if is_wrapped(tensor):
        return "functorch"
    if tensor.is_nested:
        return "nested"
    return "fake" if type(tensor) is not Tensor else "no_numbers"
