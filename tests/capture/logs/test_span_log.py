"""How long phases took, by a clock that the test turns."""

import pytest
import torch

import backprop_viz as bv
from backprop_viz.capture.logs import span_log
from backprop_viz.recording.beside import Beside
from backprop_viz.recording.trace.phases import Phase


def test_time_that_the_loop_stood_still_is_no_phases(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [10.0]
    monkeypatch.setattr(span_log.time, "perf_counter", lambda: now[0])
    events: list[str] = []
    log = span_log.SpanLog(events)
    log.begin(Phase.FORWARD)
    now[0] += 2
    events.append("linear")
    now[0] += 100
    log.waited(100)
    now[0] += 3
    assert [span.seconds for span in log.spans(Beside())] == [5]
    log.end()
    now[0] += 50
    log.waited(50)  # between two phases
    log.begin(Phase.LOSS)
    now[0] += 1
    log.end()
    assert [(span.phase, span.seconds) for span in log.spans(Beside())] == [
        (Phase.FORWARD, 5),
        (Phase.LOSS, 1),
    ]


def test_nothing_between_a_forward_and_what_is_no_backward_is_a_loss() -> None:
    generator, judge = torch.nn.Linear(3, 2), torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(generator.parameters(), lr=0.1)
    with bv.record(torch.nn.ModuleList([generator, judge]), optimizer) as recorded:
        made = generator(torch.ones(2, 3))
        for parameter in judge.parameters():
            parameter.requires_grad = False
        optimizer.zero_grad()
        judge(made).mean().backward()
        optimizer.step()
    phases = [span.phase.value for span in recorded.recording.spans]
    assert phases == ["forward", "zero_grad", "forward", "loss", "backward", "update"]
