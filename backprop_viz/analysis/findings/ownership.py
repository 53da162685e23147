"""Parameters that nothing moves: in no optimizer, or never reached by backward."""

import math
from collections.abc import Iterator

from backprop_viz.analysis.doubles import sum_of_squares
from backprop_viz.analysis.graph_cuts import GraphCut, cut_behind
from backprop_viz.analysis.phase_runs import MOVED_BY_HAND
from backprop_viz.analysis.provenance import forward_events, gradient_made, tracked
from backprop_viz.analysis.small_examples import is_small_example
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding, Severity
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.torch_error import said_place

# The model's name in a recording of several networks, each with its name before its parameters'.
_SEVERAL = "Models"


def find(recording: Recording) -> Iterator[Finding]:
    """``not_in_optimizer``, ``nothing_updated``, ``never_reached``, ``nothing_reached``.

    ``loss_left_out``: backward began at a copy of the loss, such as nn.Parameter(loss).

    ``cut_off``, ``cut_by_no_grad`` where the call is known that keeps autograd from them.
    """
    backward = recording.span(Phase.BACKWARD)
    if backward is None:
        return
    if {event.op for event in recording.events[: backward.stop]} == {MOVED_BY_HAND}:
        return  # weights were put back, and no backward ran: a line search tries another step
    # Where it is certain that backward has not reached something.
    end = max(backward.stop - 1, 0)
    phases = {
        name: {recording.events[i].phase for i in indices}
        for name, indices in recording.happened_to.items()
    }
    # One of no elements tells a forward its device or its dtype, and is for nothing else.
    trained = [p.name for p in recording.parameters if p.requires_grad and p.value.size]
    reached = [name for name in trained if Phase.BACKWARD in phases.get(name, ())]
    in_graph = {node.parameter for node in recording.graph.nodes}
    if trained and not reached:
        # torch.autograd.grad hands the gradients to the loop, and puts none into ``.grad``.
        if in_graph.isdisjoint(trained) and not _updated_by_hand(recording):
            yield from _nothing_reached(recording, trained, end)
        return
    if not trained:
        if recording.parameters and _ours_stepped(recording):
            yield Finding("all_frozen", "error", (len(recording.parameters),), event=end)
        return
    untracked = _read_untracked_only(recording) | _of_another_turn(recording)
    owned = {name for group in recording.groups for name in group.parameters}
    later = _of_another_turn(recording) & owned  # their optimizer has not stepped yet
    # A graph leads to those that backward(inputs=...) has left out.
    led_to = {*reached, *later, *in_graph}
    missed = [] if _goes_on(recording) else [name for name in trained if name not in led_to]
    before = _before_layers(recording, (owned - later) & untracked)
    cut_away = [name for name in missed if name not in untracked or name in before]
    cut = list(_cut_off(recording, cut_away, "warning"))
    yield from (finding for finding, _ in cut)
    behind = {name for _, names in cut for name in names}
    # Of a small example the tensors of the one before it, or of the next, may be there already.
    for name in [] if is_small_example(recording) else missed:
        # A teacher, a target network: used without a graph, and no optimizer has it.
        if name not in behind and (name in owned or name not in untracked):
            severity: Severity = "hint" if name in untracked else "warning"
            yield Finding("never_reached", severity, (name,), name, end)
    updated = [name for name in reached if Phase.UPDATE in phases[name]]
    if not updated:
        yield from _nothing_updated(recording, len(reached))
        return
    if not recording.groups:  # the loop moves by itself what it likes, and not where it looks
        return
    beside = _networks_beside(recording, owned)
    for name in reached:
        if name in updated or name in owned:  # by one that has not stepped yet
            continue
        if name.partition(".")[0] in beside:
            continue
        last = max(i for i in recording.happened_to[name])
        grad = gradient_made(recording, name)
        if grad is not None:
            norm = math.sqrt(sum_of_squares(grad))
            yield Finding("not_in_optimizer", "warning", (name, norm), name, last)


def _networks_beside(recording: Recording, owned: set[str]) -> set[str]:
    """Of several networks the names of those that no optimizer has: they only tell a loss."""
    if recording.model != _SEVERAL:
        return set()
    networks = {parameter.name.partition(".")[0] for parameter in recording.parameters}
    return networks - {name.partition(".")[0] for name in owned}


def _nothing_reached(recording: Recording, trained: list[str], end: int) -> Iterator[Finding]:
    # Another network's turn: backward ended at leaves that are not this model's, and no optimizer
    # of this model's stepped.
    ended = any(event.op == "AccumulateGrad" for event in recording.events)
    if ended and not _ours_stepped(recording):
        return
    cut = [finding for finding, _ in _cut_off(recording, trained, "error")]
    if not cut and (loss := _loss_left_out(recording, trained)) is not None:
        place = recording.events[loss].place
        values = (recording.events[loss].op, "" if place is None else said_place(place))
        yield Finding("loss_left_out", "error", values, event=loss)
        return
    yield from cut[-1:] or (Finding("nothing_reached", "error", event=end),)


def _loss_left_out(recording: Recording, trained: list[str]) -> int | None:
    """The loss that leads to the parameters, where backward began at a tensor with no operation."""
    if recording.graph.edges:
        return None
    behind = {recording.by_parameter[name].value_id for name in trained}
    found = None
    for i, event in forward_events(recording):
        if tracked(event) and not behind.isdisjoint(event.input_ids):
            behind.update(t for t in event.output_ids if t is not None)
            made = event.outputs[0]
            if event.phase is Phase.LOSS and made is not None and made.size == 1:
                found = i
    return found


def _cut_off(
    recording: Recording, names: list[str], severity: Severity
) -> Iterator[tuple[Finding, list[str]]]:
    """The calls that cut the graph behind parameters, each with the names of those."""
    behind: dict[GraphCut, list[str]] = {}
    without: list[tuple[GraphCut, str]] = []
    for name in names:
        value = recording.by_parameter[name].value_id
        cut = cut_behind(recording, value, len(recording.events))
        if cut is not None and cut.kind == "no_grad":
            without.append((cut, name))
        elif cut is not None:
            behind.setdefault(cut, []).append(name)
    for cut, found in behind.items():
        values = (cut.call, "" if cut.place is None else said_place(cut.place), len(found))
        yield Finding("cut_off", severity, values, found[0], cut.event), found
    if without:
        # All that ran without a graph is one stretch of code: shown by its first operation.
        cut, name = min(without, key=lambda one: one[0].event)
        values = (cut.call, "" if cut.place is None else said_place(cut.place), len(without))
        found = [name for _, name in without]
        yield Finding("cut_by_no_grad", severity, values, name, cut.event), found


def _nothing_updated(recording: Recording, reached: int) -> Iterator[Finding]:
    """An optimizer stepped that has no parameter of the model; of another's turn this is meant.

    One that has them may be there beside it, and not have stepped: then no other model may be in
    the graph, whose turn it may be.
    """
    step = recording.span(Phase.UPDATE)
    having = [bool(group.parameters) for group in recording.groups]
    if any(having) and (all(having) or _ends_elsewhere(recording)):
        return
    if step is not None and step.start == step.stop:
        at = max(step.start - 1, 0)
        yield Finding("nothing_updated", "warning", (reached,), event=at)


def _ends_elsewhere(recording: Recording) -> bool:
    """Whether backward ended at leaves that are not the model's, or at numbers that no step takes.

    A GradScaler leaves out a step along what is not finite.
    """
    ended = [event for event in recording.events if event.op == "AccumulateGrad"]
    if any(event.parameter is None for event in ended):
        return True
    grads = (gradient_made(recording, event.parameter or "") for event in ended)
    return any(grad is not None and not math.isfinite(sum_of_squares(grad)) for grad in grads)


def _ours_stepped(recording: Recording) -> bool:
    """Whether an optimizer stepped that owns parameters of the model."""
    stepped = recording.span(Phase.UPDATE) is not None
    return stepped and bool(recording.groups) and bool(recording.groups[0].parameters)


def _goes_on(recording: Recording) -> bool:
    """Whether another backward may come: no optimizer has stepped yet, or backward has raised."""
    stepped = recording.span(Phase.UPDATE) is not None
    return recording.error is not None or (bool(recording.groups) and not stepped)


def _of_another_turn(recording: Recording) -> set[str]:
    """The parameters of no optimizer that stepped: of a GAN's generator while the critic learns.

    Without any optimizer those that the loop has not moved itself, if it has moved some.
    """
    names = {parameter.name for parameter in recording.parameters}
    moved = {event.parameter for event in recording.events if event.phase is Phase.UPDATE}
    if not recording.groups:
        return names - moved if moved else set()
    updated = {
        event.parameter
        for event in recording.events
        if event.phase is Phase.UPDATE and event.op != MOVED_BY_HAND
    }
    groups = (set(group.parameters) for group in recording.groups)
    stepped = set[str]().union(*(names for names in groups if not names.isdisjoint(updated)))
    return names - stepped if stepped else set()


def _updated_by_hand(recording: Recording) -> bool:
    """Whether a weight changed without a ``.grad``: from ``torch.autograd.grad``, say."""
    return any(
        event.phase is Phase.UPDATE and event.parameter is not None and event.inputs[1] is None
        for event in recording.events
    )


def _read_untracked_only(recording: Recording) -> set[str]:
    """The parameters used under ``no_grad`` only, as a target network's or a teacher's are."""
    read = {True: set[int | None](), False: set[int | None]()}
    for _, event in forward_events(recording):
        read[tracked(event)].update(event.input_ids)
    only = read[False] - read[True]
    return {p.name for p in recording.parameters if p.value_id in only}


def _before_layers(recording: Recording, names: set[str]) -> set[str]:
    """Of parameters used under ``no_grad`` only, those behind what a layer that trains reads.

    What a teacher or a target network has computed goes into the loss by itself.
    """
    weights = {p.value_id for p in recording.parameters if p.requires_grad}
    behind = {p.value_id: {p.name} for p in recording.parameters if p.name in names}
    found = set[str]()
    for _, event in forward_events(recording):
        own = set[str]().union(*(behind.get(t, ()) for t in event.input_ids if t is not None))
        if own and not tracked(event):
            behind.update((t, own) for t in event.output_ids if t is not None)
        elif not weights.isdisjoint(event.input_ids):
            found |= own
    return found
