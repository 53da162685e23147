"""Which columns of the network hold one row for each sample of the batch, told by the data flow.

What comes from the network's inputs does. What comes from its parameters and from constants alone,
as an embedding of positions, does not; but for the states and times that a network makes itself,
one for each sample: those meet the batch row by row.
"""

from collections.abc import Iterable, Sequence

# What these read are matrices, whose rows do not meet: only with axes before them do those meet.
_PRODUCTS = frozenset({"linear", "matmul", "mm", "mv", "addmm", "bilinear"})
_BY_LETTERS = frozenset({"einsum", "tensordot"})
_Shape = Sequence[int]


class BatchColumns:
    """The columns with a batch axis: at first those of ``inputs``, and then what reads them."""

    def __init__(self, inputs: Iterable[int]) -> None:
        self._found = set(inputs)
        self._read_by: dict[int, set[int]] = {}  # what a column without one reads
        self._rows: dict[int, int] = {}  # how many rows its own tensor has
        self._knows_inputs = bool(self._found)

    def __contains__(self, column: int) -> bool:
        # A network that is given nothing makes its batch itself.
        return not self._knows_inputs or column in self._found

    def add(self, column: int, op: str, made: _Shape, read: Sequence[tuple[int, _Shape]]) -> None:
        """Note an operation of a column: what it made, and of which columns it read what shapes."""
        others = {one for one, _ in read if one not in self._found}
        batches = [shape for one, shape in read if one in self._found]
        if not batches:
            if column not in self._found:
                self._read_by.setdefault(column, set()).update(others - {column})
                self._rows[column] = made[0] if made else 0
            return
        self._found.add(column)
        if op in _BY_LETTERS or (op in _PRODUCTS and len(made) < 3):
            return
        for one, shape in read:
            if one in others and any(_meet(shape, batch, made) for batch in batches):
                self._take(one, made[0])

    def _take(self, column: int, rows: int) -> None:
        """A column of so many rows, and those that it was made of."""
        if column not in self._found and self._rows.get(column) == rows:
            self._found.add(column)
            for one in self._read_by.get(column, ()):
                self._take(one, rows)


def _meet(shape: _Shape, batch: _Shape, made: _Shape) -> bool:
    """Whether each row of a tensor meets a sample's: both have as many as what is made of them."""
    several = bool(made) and len(shape) == len(batch) == len(made)
    return several and shape[0] == batch[0] == made[0]
