"""A loss whose gradient is added up twice: by its own backward, and as a part of a later one."""

from collections.abc import Iterator

from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.phases import Phase


def find(recording: Recording) -> Iterator[Finding]:
    """``counted_twice``: shown where the second backward comes to the first one's start."""
    above: dict[int, set[int]] = {}
    for one, other in recording.graph.edges:
        above.setdefault(other, set()).add(one)
    ran: set[int] = set()
    roots: set[int] = set()  # of the backwards that have put gradients into ``.grad``
    root: int | None = None
    for i, event in enumerate(recording.events):
        if event.phase is Phase.ZERO_GRAD:
            ran, roots, root = set(), set(), None
        if event.phase is not Phase.BACKWARD or event.node is None:
            continue
        node = event.node
        sent = not ran.isdisjoint(above.get(node, ()))
        if node in roots and sent:
            yield Finding("counted_twice", "warning", (event.op,), event=i)
            return
        if event.op == "AccumulateGrad" and root is not None:
            roots.add(root)
        if not sent:
            root = node
        ran.add(node)
