"""The tensors of one recorded iteration, by id."""

from collections.abc import Iterable
from typing import Any

from numpy import ndarray
from numpy.typing import NDArray

Array = NDArray[Any]


class TensorTable:
    """An append-only list of arrays. An array's id is its place in the list: 0, 1, 2, ...

    The recorder appends. Every ``Recording`` of the iteration shares the table, so the ids of an
    older one stay true. What is one tensor in torch, at one version, is one array here.
    """

    __slots__ = ("__weakref__", "_arrays", "_counted", "_ids", "_replaced")

    def __init__(self, arrays: Iterable[Array] = ()) -> None:
        self._arrays: list[Array] = []
        # By address. The list keeps every array alive, so no address is used twice.
        self._ids: dict[int, int] = {}
        # By address, arrays that another has taken the place of, and which.
        self._replaced: dict[int, tuple[Array, Array]] = {}
        self._counted = 0, 0  # so many of the arrays, and their bytes
        for array in arrays:
            self.add(array)

    def add(self, array: Array) -> int:
        """The id of an array, which is appended unless this very object is in the table."""
        known = self._ids.get(key := id(array))
        if known is None:
            if key in self._replaced:
                return self.add(self._replaced[key][1])
            known = self._ids[key] = len(self._arrays)
            self._arrays.append(array)
        return known

    def add_all(self, arrays: Iterable[Any]) -> tuple[int | None, ...]:
        """The id of each array, as ``add`` gives it; None for what is no array."""
        known, found = self._ids, []
        for array in arrays:
            number = known.get(id(array))  # an array's: all that are known are alive
            if number is None and isinstance(array, ndarray):
                number = self.add(array)
            found.append(number)
        return tuple(found)

    def known(self, array: Array | None) -> int | None:
        """The id of an array, None unless this very object is in the table."""
        return self._ids.get(id(array))

    def replace(self, array: Array, copied: Array) -> None:
        """Put a copy in the place of an array, also of one that is yet to be added."""
        self._replaced[id(array)] = array, copied
        known = self._ids.get(id(array))
        if known is not None:
            many, size = self._counted
            if known < many:
                self._counted = many, size + copied.nbytes - self._arrays[known].nbytes
            self._arrays[known] = copied
            self._ids[id(copied)] = known

    def forget_replaced(self) -> None:
        """Forget the arrays that others have replaced: nobody holds them any more."""
        for key in self._replaced:
            self._ids.pop(key, None)
        self._replaced.clear()

    @property
    def nbytes(self) -> int:
        """The bytes of all arrays, views of others included."""
        many, size = self._counted
        size += sum([array.nbytes for array in self._arrays[many:]])
        self._counted = len(self._arrays), size
        return size

    def since(self, start: int) -> tuple[Array, ...]:
        """The arrays from id ``start`` on."""
        return tuple(self._arrays[start:])

    def arrays_of(self, ids: Iterable[int | None]) -> tuple[Array | None, ...]:
        """The array of each id; None for None."""
        arrays = self._arrays
        return tuple([None if i is None else arrays[i] for i in ids])

    def truncate(self, length: int) -> None:
        """Drop the arrays from id ``length`` on, to which no ``Recording`` refers yet."""
        del self._arrays[length:]
        self._counted = 0, 0
        self._ids = {key: known for key, known in self._ids.items() if known < length}

    def __getitem__(self, tensor: int) -> Array:
        """The array of an id. Raises IndexError if there is none."""
        return self._arrays[tensor]

    def __len__(self) -> int:
        return len(self._arrays)

    def __reduce__(self) -> tuple[Any, ...]:
        # A tuple is made in one go: another thread may append meanwhile.
        return TensorTable, (tuple(self._arrays),)
