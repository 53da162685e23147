"""Layers that a loop in ``forward`` runs several times, as a decoder does for each token."""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

from backprop_viz.recording.trace.layers import Layer, LayerGraph

# Two calls may be a pair, as in a Siamese network; from three on they are a loop.
_LEAST_PASSES = 3
# A layer may come several times in a pass: the loop's period is the distance to one of the next.
_TRIED_PERIODS = 8


@dataclass(frozen=True, slots=True)
class Repeat:
    """``count`` passes of a loop in a row, each of ``length`` layers, from place ``first``.

    ``carried`` is the place in a pass, from 0, of the last layer that the next pass reads. A loop
    is the same while its passes come in, so ``count`` does not tell two apart.
    """

    first: int
    length: int
    count: int = field(compare=False)
    carried: int = field(compare=False)

    @property
    def stop(self) -> int:
        """One past the last layer of the last pass."""
        return self.first + self.length * self.count

    def passes(self) -> tuple["Pass", ...]:
        """Its passes, in the order in which they ran."""
        return tuple(Pass(self, number) for number in range(1, self.count + 1))


@dataclass(frozen=True, slots=True)
class Pass:
    """The pass ``number``, from 1, of a loop."""

    repeat: Repeat
    number: int

    @property
    def first(self) -> int:
        """The place of its first layer."""
        return self.repeat.first + (self.number - 1) * self.repeat.length

    @property
    def stop(self) -> int:
        """One past the place of its last layer."""
        return self.first + self.repeat.length

    @property
    def carried(self) -> int:
        """The place of the last of its layers that the next pass reads."""
        return self.first + self.repeat.carried


def repeats(layers: LayerGraph) -> tuple[Repeat, ...]:
    """The loops of a forward pass, in order: the same layers at least three times in a row.

    Each pass reads what the one before made. Parallel calls, as of a triplet's three images, are
    no loop. Takes a time that grows as the number of layers does.
    """
    numbers: dict[Hashable, int] = {}
    kinds = [numbers.setdefault(_kind(layer), len(numbers)) for layer in layers.layers]
    nexts = _next_places(kinds)
    readers: dict[int, list[int]] = defaultdict(list)
    for before, after in layers.edges:
        readers[before].append(after)
    found, place = [], 0
    failed: dict[int, int] = {}  # by period: no loop of it begins before this place
    while place < len(kinds):
        repeat = _repeat_at(place, kinds, nexts[place], failed, readers)
        if repeat is None:
            place += 1
            continue
        place = repeat.stop
        # One operation several times, as three poolings are, is more easily seen as it is.
        if repeat.length > 1 or layers.layers[repeat.first].parameters:
            found.append(repeat)
    return tuple(found)


def _kind(layer: Layer) -> Hashable:
    return layer.module, layer.parameters, tuple(output.op for output in layer.outputs)


def _next_places(kinds: Sequence[int]) -> list[tuple[int, ...]]:
    """For each place the next ones of the same kind, the nearest first."""
    nexts: list[tuple[int, ...]] = [()] * len(kinds)
    latest: dict[int, tuple[int, ...]] = {}
    for place in reversed(range(len(kinds))):
        kind = kinds[place]
        after = nexts[place] = latest.get(kind, ())
        latest[kind] = (place, *after)[:_TRIED_PERIODS]
    return nexts


def _repeat_at(
    place: int,
    kinds: Sequence[int],
    nexts: Sequence[int],
    failed: dict[int, int],
    readers: dict[int, list[int]],
) -> Repeat | None:
    """The loop that begins at a place, of the shortest period."""
    for length in (after - place for after in nexts):
        if failed.get(length, 0) > place:
            continue
        alike = place
        while alike + length < len(kinds) and kinds[alike] == kinds[alike + length]:
            alike += 1
        count, rest = divmod(alike - place + length, length)
        # What runs once before a loop may be what its passes end with, such as a relu.
        first = place + rest
        carried = _carried(first, length, count, readers) if count >= _LEAST_PASSES else None
        if carried is not None:
            return Repeat(first, length, count, carried)
        failed[length] = alike
    return None


def _carried(first: int, length: int, count: int, readers: dict[int, list[int]]) -> int | None:
    """The last layer of a pass that the next pass reads, where each reads the one before."""
    carried = []
    for number in range(count - 1):
        start, end = first + number * length, first + (number + 1) * length
        handed = [p for p in range(start, end) if any(end <= r < end + length for r in readers[p])]
        if not handed:
            return None
        carried.append(handed[-1] - start)
    return carried[-1]
