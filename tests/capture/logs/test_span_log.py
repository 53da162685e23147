"""How long phases took, by a clock that the test turns."""

import pytest

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
