"""What a benchmark found out, and how all of them print it."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """``ours`` in ``unit``, beside a peer's where there is one, and the bar for one of the two.

    ``bar`` is for the ratio of ours to the peer's if there is a peer, else for ``ours``; None where
    it is another's figure, to compare with. ``spread`` is the least and the greatest ratio of the
    pairs, of which ours is the median.
    """

    what: str
    ours: float
    unit: str
    bar: float | None
    peer: float | None = None
    peer_name: str = ""
    lower_is_better: bool = True
    spread: tuple[float, float] | None = None

    @property
    def ratio(self) -> float | None:
        """Ours to the peer's."""
        return None if self.peer is None else self.ours / self.peer

    def verdict(self) -> str:
        """The bar, and whether it is met."""
        if self.bar is None:
            return ""
        value = self.ours if self.ratio is None else self.ratio
        met = value <= self.bar if self.lower_is_better else value >= self.bar
        bar = f"{'≤' if self.lower_is_better else '≥'} {self.bar:g}"
        return f"{bar:>7}  {'met' if met else 'MISSED'}"

    def row(self) -> str:
        """A line of the table."""
        peer = "" if self.peer is None else f"{self.peer:.4g} {self.unit}"
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        ours = f"{self.ours:.4g} {self.unit}"
        beside = f"{peer:>14} {self.peer_name:18} {ratio:>6}"
        spread = "" if self.spread is None else "  ({:.2f} to {:.2f})".format(*self.spread)
        return f"{self.what:52} {ours:>14} {beside} {self.verdict()}{spread}".rstrip()


def header() -> str:
    """The line above the rows."""
    return f"{'what':52} {'ours':>14} {'peer':>14} {'':18} {'ratio':>6} {'bar':>7}"


def print_figures(figures: Iterable[Figure]) -> None:
    """Print each figure as soon as it is there."""
    for figure in figures:
        print(figure.row(), flush=True)
