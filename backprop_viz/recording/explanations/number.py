"""One number of a recording: a single element of a recorded tensor."""

from dataclasses import dataclass

from backprop_viz.recording.explanations.components import Component
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.phases import Phase


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


def asked_number(
    made: Event,
    event: int,
    output: int,
    index: tuple[int, ...],
    arrived: bool,
    intermediate: str,
    component: Component,
) -> Number:
    """The number that ``Recording.explain`` is asked for, in the output of the event ``made``.

    Raises ValueError where the event has nothing at that output, or gradients do not arrive at it.
    """
    ids = made.output_ids
    if arrived and (made.phase is not Phase.BACKWARD or made.is_beside_nodes):
        raise ValueError(
            f"No gradient arrives at event {event}, {made.op}: it is no grad_fn node. "
            "Ask for that of its grad_fn node."
        )
    if arrived:
        # An AccumulateGrad's first input is .grad as it was.
        ids = made.input_ids[1:] if made.op == "AccumulateGrad" else made.input_ids
    if intermediate:
        ids, output = made.input_ids, 0
    tensor = ids[output] if 0 <= output < len(ids) else None
    if tensor is None:
        raise ValueError(f"Event {event}, {made.op}, has nothing at output {output}.")
    return Number(tensor, index, event, output, arrived, intermediate, component)
