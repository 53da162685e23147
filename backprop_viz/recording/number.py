"""One number of a recording: a single element of a recorded tensor."""

from dataclasses import dataclass

from backprop_viz.recording.components import Component


@dataclass(frozen=True, slots=True)
class Number:
    """An element of a recorded tensor, and what it is there.

    ``tensor`` is an id in the recording's table, ``index`` has one integer per dimension.
    With an ``event`` it is an element of that event's output ``slot``; with ``arrived``, of the
    gradient that arrived at output ``slot`` of the event's node. Without an event nothing
    recorded made it: a parameter or ``.grad`` as the iteration began, the batch, a constant.

    An ``intermediate`` value is computed inside the event's operation and is not recorded: the
    ln p inside a cross-entropy. Its code names which, ``tensor`` is what the operation read to
    compute it, and ``index`` is the value's own.

    An element of a complex tensor is two numbers: ``component`` says which, its real ("real") or
    its imaginary part ("imag"). It is "" for an element of a real tensor.
    """

    tensor: int
    index: tuple[int, ...] = ()
    event: int | None = None
    slot: int = 0
    arrived: bool = False
    intermediate: str = ""
    component: Component = ""
