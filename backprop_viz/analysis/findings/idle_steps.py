"""A step for nothing: its parameters were used, and a call keeps backward from all of them."""

from collections.abc import Iterator

from backprop_viz.analysis.graph_cuts import GraphCut, cut_behind
from backprop_viz.analysis.provenance import forward_events, tracked
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.modules import OptimizerGroup
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.torch_error import said_place

_CALLS = ("detached", "copied", "taken")


def find(recording: Recording) -> Iterator[Finding]:
    """``stepped_for_nothing``: as of a GAN whose generator learns from ``D(G(z).detach())``.

    Of one of several optimizers: where no other has moved anything, ``nothing_reached`` says more.
    """
    moved = {e.parameter for e in recording.events if e.phase is Phase.UPDATE and e.parameter}
    ran = False  # a backward, since the step before
    for span in recording.spans:
        if span.phase is Phase.UPDATE:
            if ran and span.start == span.stop:
                for group in recording.groups:
                    if moved and moved.isdisjoint(group.parameters):
                        yield from _idle(recording, group, span.start)
            ran = False
        ran |= span.phase is Phase.BACKWARD


def _idle(recording: Recording, group: OptimizerGroup, position: int) -> Iterator[Finding]:
    """What keeps backward from the parameters of a group, which it has used."""
    cursor = recording.at(position)
    own = [one for one in recording.parameters if one.name in group.parameters]
    used = {t for _, e in forward_events(recording, position) if tracked(e) for t in e.input_ids}
    if any(cursor.grad(one.name) is not None for one in own):
        return
    for parameter in own:
        if parameter.value_id not in used or not parameter.requires_grad:
            continue
        cut = cut_behind(recording, parameter.value_id, position)
        if cut is not None and cut.kind in _CALLS:
            yield _finding(group, len(own), parameter.name, cut)
            return


def _finding(group: OptimizerGroup, count: int, name: str, cut: GraphCut) -> Finding:
    place = "" if cut.place is None else said_place(cut.place)
    values = group.rule, count, cut.call, place
    return Finding("stepped_for_nothing", "warning", values, name, cut.event)
