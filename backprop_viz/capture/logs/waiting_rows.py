"""The calls that wait to become events, as a forward notes them."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from torch import Tensor

from backprop_viz.capture.code.user_lines import Lines
from backprop_viz.capture.tensors.memory import Copied
from backprop_viz.recording.trace.phases import Phase


class WaitingCall(NamedTuple):
    """A call that has made one tensor, and written to none: ``version`` is that of the result."""

    phase: Phase
    op: str
    name: str | None
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    # By id(), copies of what it has read or made that may be others since.
    unsure: Mapping[int, Copied]
    result: Tensor
    version: int
    module: str | None
    lines: Lines
    grad_enabled: bool
    tracked: bool


# All are in one list, so many things of each call: a thousand tuples take longer to make.
WIDTH = len(WaitingCall._fields)


class WaitingColumns(NamedTuple):
    """Calls that wait: of each the same place in each of these."""

    phases: Sequence[Phase]
    ops: Sequence[str]
    names: Sequence[str | None]
    args: Sequence[tuple[Any, ...]]
    kwargs: Sequence[Mapping[str, Any]]
    unsure: Sequence[Mapping[int, Copied]]
    results: Sequence[Tensor]
    versions: Sequence[int]
    modules: Sequence[str | None]
    lines: Sequence[Lines]
    grad_enabled: Sequence[bool]
    tracked: Sequence[bool]


def waiting_columns(waiting: Sequence[Any]) -> WaitingColumns:
    """What is in such a list, by what it is."""
    return WaitingColumns(*[waiting[place::WIDTH] for place in range(WIDTH)])
