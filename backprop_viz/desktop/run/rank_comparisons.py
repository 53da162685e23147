"""Compares the ranks' iterations: which weights differ, who waits for whom."""

from collections import Counter
from collections.abc import Sequence

from backprop_viz.desktop.rank_states import WeightDifference

# Over how many iterations it is counted who waits for whom.
WAITS_OF = 20
# The weights' digests by name, of each iteration.
Digests = dict[int, dict[str, bytes]]


class Comparisons:
    """Which of the common iterations were compared, and which is next: from the newest, by halves.

    Weights that differ once practically never become equal again: iterations before an equal one
    are taken to be equal.
    """

    def __init__(self, common: Sequence[int], digests: Sequence[Digests]) -> None:
        self._common = common
        known = [i for i in common if all(i in each for each in digests)]
        equal = {i: all(each[i] == digests[0][i] for each in digests) for i in known}
        different = [i for i in known if not equal[i]]
        self.first_different = min(different, default=None)
        before = [i for i in known if equal[i] and i < (self.first_different or i + 1)]
        self.last_equal = max(before, default=0)
        self.last = max(known, default=0)

    def next_iteration(self) -> int | None:
        """The iteration to be compared next; None where all is known."""
        if not self._common:
            return None
        if self.last < self._common[-1]:
            return self._common[-1]
        if self.first_different is None:
            return None
        between = [i for i in self._common if self.last_equal < i < self.first_different]
        return between[len(between) // 2] if between else None


def difference_of(
    iteration: int, digests: Sequence[dict[str, bytes]], numbers: Sequence[int], sure: bool
) -> WeightDifference:
    """Where weights differ in an iteration, by the digests of ranks with these numbers."""
    names = [name for name in digests[0] if len({one.get(name) for one in digests}) > 1]
    odd: set[int] = set()
    for name in names:
        (most, count), *_ = Counter(one.get(name) for one in digests).most_common(1)
        together = count > len(digests) / 2
        odd |= {
            number
            for number, one in zip(numbers, digests, strict=True)
            if not together or one.get(name) != most
        }
    return WeightDifference(iteration, tuple(names), tuple(sorted(odd)), sure)


def waits_told(waited: Sequence[dict[int, float | None]]) -> tuple[tuple[int, ...], int]:
    """In how many of the last iterations each rank waited least: the others waited for it."""
    told = [{i: s for i, s in one.items() if s is not None} for one in waited]
    common = sorted(set.intersection(*(set(one) for one in told)))[-WAITS_OF:]
    counts = [0] * len(told)
    for iteration in common:
        seconds = [one[iteration] for one in told]
        counts[seconds.index(min(seconds))] += 1
    return tuple(counts), len(common)
