"""Memory of torch's that a recording reads without a copy, until somebody may write to it."""

from collections.abc import Callable, Collection, Iterable, Iterator, Set
from contextlib import contextmanager

import torch
from numpy import ndarray
from torch import Tensor

from backprop_viz.capture.tensors.array_memory import ArrayMemory
from backprop_viz.capture.tensors.memory import Copied
from backprop_viz.capture.tensors.unheard import is_fake
from backprop_viz.recording.trace.events import Array

# How many hold some memory, by the address of its storage.
use_count = torch._C._storage_Use_Count
# What torch counts of memory that one tensor has: asking for it may count as well.
_one = torch.empty(1, device="cpu")
COUNT_OF_ONE = int(use_count(_one.untyped_storage()._cdata))


def _holders(tensor: Tensor) -> int:
    """How many tensors and arrays hold the memory of a tensor, itself among them."""
    return int(use_count(tensor.untyped_storage()._cdata)) - COUNT_OF_ONE + 1


class BorrowedMemory:
    """The arrays of a recording that are not copied yet.

    Nothing tells when memory is written to: not torch's version counter, which ``.data`` and
    kernels leave as it is. So nothing is borrowed unless ``allowed``: somebody then sees each call
    of a torch function before it runs, and says so if it may write. ``settle`` ends it: what
    nobody else holds any more stays where it is, the rest is copied.

    ``replace`` is told of each array that a copy has taken the place of; ``lose`` of those that
    were written to unseen, as the version counter tells.
    """

    def __init__(
        self, memory: ArrayMemory, replace: Callable[[Array, Array], None] | None = None
    ) -> None:
        self._memory = memory
        self.replace = replace
        self.lose: Callable[[Array], None] | None = None
        self.allowed = False
        # Whether nobody's Python but ours runs in the backward that is under way.
        self.calm = False
        # By the address of the memory, what is borrowed of it, with the version that it had.
        self._borrowed: dict[int, list[tuple[Copied, int]]] = {}
        # Memory that is somebody's already. None of it is ever borrowed.
        self._excluded: set[int] = set()
        # That of it which known operations have made on a device: it is copied, and not borrowed.
        self._made: set[int] = set()
        # Memory that others may write to unseen.
        self._exposed: set[int] = set()
        # How many writes were seen; by the address of the memory, after how many it was written to;
        # and after how many anything may have been.
        self.writes = 0
        # Whether a call that writes is under way: what is looked at is as it is before the last.
        self.calling = False
        self._written: dict[int, int] = {}
        # The same before the last write, of what that is to; and whether that is yet to be.
        self._written_before: dict[int, int] = {}
        self._yet_to_be = False
        self._all_written = 0
        # What copies the rest that others hold, of which nothing is known here.
        self.settle_too: list[Callable[[ArrayMemory], None]] = []

    def borrow(self, tensor: Tensor) -> Copied | None:
        """The tensor's array without a copy; None where it is to be copied at once."""
        address = memory_address(tensor)
        if address is None or address in self._excluded or tensor.is_inference():
            return None
        if address in self._borrowed and not self.calm and not torch.is_grad_enabled():
            self._excluded.add(address)  # as ``written_to`` does
            self._copy(self._borrowed.pop(address))
            return None
        found = Copied.borrowing(tensor)
        if found is not None:
            self._borrowed.setdefault(address, []).append((found, tensor._version))
        return found

    def leave(self, tensor: Tensor) -> None:
        """The tensor is copied; its memory is somebody's, unless it is borrowed."""
        address = memory_address(tensor)
        if address is not None and address not in self._borrowed:
            self._excluded.add(address)

    def exclude(self, tensor: Tensor) -> bool:
        """The tensor's memory is somebody's from now on; whether it was before."""
        address = memory_address(tensor)
        if address is None or address in self._excluded:
            return True
        self._excluded.add(address)
        if address in self._borrowed:
            self._copy(self._borrowed.pop(address))
        return False

    def leave_all(self, addresses: Collection[int]) -> None:
        """As ``leave``, for what lies in memory that begins at these addresses."""
        lent = self._borrowed.keys()
        self._excluded.update(addresses if lent.isdisjoint(addresses) else set(addresses) - lent)

    def exclude_all(self, tensors: Iterable[Tensor], addresses: Iterable[int]) -> None:
        """As ``exclude``, for tensors in memory that begins at these addresses."""
        if self._borrowed.keys().isdisjoint(addresses):
            self._excluded.update(addresses)
            return
        for tensor in tensors:
            self.exclude(tensor)

    def expose(self, tensors: Iterable[Tensor]) -> None:
        """Others may write to these tensors' memory unseen."""
        self.writes += 1
        for tensor in tensors:
            self.exclude(tensor)
            if (address := memory_address(tensor)) is not None:
                self._exposed.add(address)

    def expose_all(self) -> None:
        """Others may write to whatever they can reach, or have just done so."""
        self.settle()
        self.writes += 1
        self._all_written = self.writes

    def written_to(self, tensors: Iterable[Tensor]) -> None:
        """These tensors are about to be written to."""
        self.writes += 1
        before: dict[int, int] = {}
        self._written_before = before
        graph = torch.is_grad_enabled()
        for tensor in tensors:
            address = memory_address(tensor)
            if address is not None:
                before.setdefault(address, self._written.get(address, 0))
                self._written[address] = self.writes
                if not graph:
                    # Maybe in a Function, which then tells autograd that it has written to its
                    # input: the version moves once more.
                    self._excluded.add(address)
                if address in self._borrowed:
                    self._copy(self._borrowed.pop(address))

    @property
    def now(self) -> int:
        """After how many writes what is looked at now is looked at."""
        return self.writes - self.calling

    @property
    def sees_writes(self) -> bool:
        """Whether each write to a tensor is seen."""
        return self.allowed and not self._exposed

    def is_as_looked_at(self, copied: Copied, tensor: Tensor) -> bool:
        """Whether nobody can have written to a tensor since it was found to be as its copy."""
        if not self.allowed or copied.looked_at < self._all_written or not copied.lies_in(tensor):
            return False
        if copied.looked_at >= self.writes and not self._exposed:
            return True  # nothing at all has been written to
        address = memory_address(tensor)
        if address is None or address in self._exposed:
            return False
        return self._last_written(address) <= copied.looked_at

    def is_written_to(self, copied: Copied, tensor: Tensor) -> bool:
        """Whether it is known that a tensor was written to since it was as its copy."""
        address = memory_address(tensor) if self.allowed and copied.looked_at >= 0 else None
        return address is not None and self._last_written(address) > copied.looked_at

    def _last_written(self, address: int) -> int:
        written = self._written.get(address, 0)
        if self._yet_to_be and written == self.writes:
            return self._written_before.get(address, written)
        return written

    @contextmanager
    def before_last_write(self) -> Iterator[None]:
        """What is looked at in here is as it is before the call that was told of last runs."""
        self._yet_to_be = self.calling
        try:
            yield
        finally:
            self._yet_to_be = False

    def nothing_written_since(self, looked_at: int) -> bool:
        """Whether nobody can have written to anything since, after so many writes."""
        seen = self.allowed and looked_at >= max(self._all_written, self.writes)
        return seen and not self._exposed

    def unwritten_since(self, looked_at: int, addresses: Set[int]) -> bool:
        """The same of the memory that begins at these addresses."""
        if not self.allowed or looked_at < self._all_written:
            return False
        later = [address for address, when in self._written.items() if when > looked_at]
        return addresses.isdisjoint(later) and addresses.isdisjoint(self._exposed)

    def is_surely_as_looked_at(self, copied: Copied, tensor: Tensor) -> bool:
        """``is_as_looked_at``, or borrowed; quick to tell while nothing was written to."""
        looked_at = copied.looked_at
        if copied.borrowed or (
            looked_at >= self._all_written
            and looked_at >= 0
            and not self._written
            and not self._exposed
        ):
            return True
        return looked_at >= 0 and self.is_as_looked_at(copied, tensor)

    def has(self, tensor: Tensor) -> bool:
        """Whether a tensor's memory is somebody's, of whom one has to know."""
        address = memory_address(tensor)
        return address is None or address in self._excluded or address in self._exposed

    def is_of_loop(self, tensor: Tensor) -> bool:
        """Whether a tensor that was just made has memory which only calls told of can reach."""
        address = memory_address(tensor)
        if address is None or address in self._made:
            return address is not None
        if address in self._excluded or address in self._exposed or address in self._borrowed:
            return False
        self._made.add(address)
        return True

    def stays_as_it_is(self, copied: Copied, tensor: Tensor) -> bool:
        """Whether a tensor that is as its copy stays so until one more write is seen."""
        return self.allowed and (copied.borrowed or self.is_as_looked_at(copied, tensor))

    def settle_rest(self) -> None:
        """What others hold of that of which nothing is known here may be written to."""
        for settle in self.settle_too:
            settle(self._memory)
        self.settle_too.clear()

    def settle(self) -> None:
        """From now on nobody watches: copy what others still hold."""
        self.settle_rest()
        for borrowed in self._borrowed.values():
            if _holders(_tensor_of(borrowed[0][0])) > len(borrowed):
                self._copy(borrowed)
            else:
                for copied, version in borrowed:
                    self._check(copied, version)
                    copied.stay()
        self._borrowed.clear()

    def _copy(self, borrowed: Iterable[tuple[Copied, int]]) -> None:
        before: list[tuple[Array, Array]] = []
        for copied, version in borrowed:
            self._check(copied, version)
            lent = copied.array
            # A view of what is copied already is one of the copy.
            again = next((c for was, c in before if _lie_alike(was, lent)), None)
            if again is None:
                copied.give_back(self._memory)
                before.append((lent, copied.array))
            else:
                own = again.ravel("K")
                copied.keep(ndarray(lent.shape, lent.dtype, own, 0, lent.strides))
            if self.replace is not None:
                self.replace(lent, copied.array)

    def _check(self, copied: Copied, version: int) -> None:
        if _tensor_of(copied)._version != version and self.lose is not None:
            self.lose(copied.array)


def _tensor_of(copied: Copied) -> Tensor:
    """The tensor whose memory is borrowed, which the array keeps alive."""
    tensor = copied.array.base
    assert isinstance(tensor, Tensor)
    return tensor


def _lie_alike(one: Array, other: Array) -> bool:
    """Whether two arrays without gaps have the same memory."""
    return (
        one.dtype == other.dtype
        and one.nbytes == other.nbytes
        and one.ctypes.data == other.ctypes.data
    )


def is_shared(tensor: Tensor) -> bool:
    """Whether another tensor or an array may have the same memory."""
    try:
        return _holders(tensor) > 1
    except (RuntimeError, ValueError, NotImplementedError):
        return True


def is_lent(tensor: Tensor) -> bool:
    """Whether an array may have a tensor's memory that torch does not count, as ``from_numpy``'s.

    torch cannot make such memory larger. Parameters are not asked: where a recording before has
    looked at their memory through numpy it stays so.
    """
    if tensor.requires_grad:
        return False
    try:
        return not tensor.untyped_storage().resizable()
    except (RuntimeError, ValueError, NotImplementedError):
        return True


def memory_address(tensor: Tensor) -> int | None:
    """The address of the memory that a tensor is a view of; None where it has none of its own."""
    try:
        if is_fake(tensor) or not (address := tensor.data_ptr()):
            return None
        return address - int(tensor.storage_offset()) * tensor.element_size()
    except (RuntimeError, ValueError):
        return None
