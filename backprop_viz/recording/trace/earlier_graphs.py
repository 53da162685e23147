"""Graphs of earlier iterations that the loop still holds."""

from dataclasses import dataclass

from backprop_viz.recording.trace.torch_error import CodePlace

IN_A_LIST = "kept in a list"


@dataclass(frozen=True, slots=True)
class EarlierGraphs:
    """What holds the graphs of earlier ``iterations``, with their number of ``nodes``.

    ``op`` is the operation that adds to them, "backward" where backward runs through them, or
    ``IN_A_LIST`` where the script has a list of so many earlier losses, whose nodes are not
    counted; ``place`` the line of the user's code; ``event`` the operation's index, None where it
    belongs to no phase.
    """

    op: str
    iterations: int
    nodes: int
    place: CodePlace | None = None
    event: int | None = None
