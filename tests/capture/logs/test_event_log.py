import torch

from backprop_viz.capture.logs.event_log import EventLog
from backprop_viz.capture.tensors.snapshots import TensorSnapshots
from backprop_viz.recording.trace.phases import Phase


def log_of_two() -> EventLog:
    log = EventLog(TensorSnapshots(None))
    for number in 1.0, 2.0:
        tensor = torch.full((3,), number)
        log.note(Phase.FORWARD, "full", (), log.copies((tensor,)))
        tensor.zero_()
    return log


def test_an_event_looked_at_late_has_what_was_noted() -> None:
    log = log_of_two()
    assert log.ids(1) == ((), (1,))
    second = log[1]
    assert [list(event.outputs[0]) for event in log.events] == [[1, 1, 1], [2, 2, 2]]  # type: ignore[arg-type]
    assert log[1] is log.events[1] is second


def test_an_event_gets_its_node_looked_at_or_not_but_not_once_it_was_handed_out() -> None:
    log = log_of_two()
    first = log[0]
    seen_elsewhere = log.made()  # by a thread that asks how far the loop has come
    log.set_node(0, 7)
    log.set_node(1, 8)
    assert [event.node for event in seen_elsewhere[1:]] == [None]
    assert [event.node for event in log.events] == [7, 8]
    assert log[0] is first
    given = log.given_out()
    log.set_node(1, 9)
    assert given[1].node == 8
    assert log[1].node == 9


def test_what_is_cut_off_is_gone_and_what_comes_after_is_seen() -> None:
    log = log_of_two()
    assert len(log.events) == 2
    log.cut(1, 1)
    log.note(Phase.LOSS, "sum", (), ())
    assert [event.op for event in log.events] == ["full", "sum"]
    assert [event.phase for event in log.made()] == [Phase.FORWARD, Phase.LOSS]
