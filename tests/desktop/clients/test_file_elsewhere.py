"""A window on a recording of another machine."""

from collections.abc import Iterator

import numpy as np
import pytest

import backprop_viz as bv
from backprop_viz.app import create_window
from backprop_viz.desktop.clients import file_client
from backprop_viz.recording.files import object_parts
from tests.recording.records import made_recording
from tests.waiting import until

fsspec = pytest.importorskip("fsspec")


@pytest.fixture
def url() -> Iterator[str]:
    yield "memory://seen/run.bprec"
    fsspec.filesystem("memory").rm("/seen", recursive=True)


def test_it_is_opened_by_its_url_and_followed(
    url: str, qtbot: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_client, "FAR_FOLLOWED_EVERY_S", 0.1)
    monkeypatch.setattr(object_parts, "PART_EVERY_S", 0.0)
    weights = [np.arange(6.0).reshape(2, 3) + i for i in range(3)]
    made = [
        made_recording(i + 1, {"weight": (weight, None)}, input=weight, loss=1.0 + i)
        for i, weight in enumerate(weights)
    ]
    with bv.RecordingFileWriter(url) as writer:
        writer.add(made[0])
        writer.add(made[1])
        window = create_window([url])
        session = window.session
        try:
            until(session, lambda: session.view_state is not None)
            assert "run.bprec" in window.windowTitle()
            assert session.view_state.cursor.recording.iteration == 2
            session.shown.show_iteration(1)
            until(session, lambda: session.view_state.cursor.recording.iteration == 1)
            kept = session.view_state.cursor.recording
            assert np.array_equal(kept.parameters[0].value, weights[0])
            writer.add(made[2])
            until(session, lambda: 3 in session.view_state.kept_iterations.iterations)
        finally:
            window.may_close = lambda: True
            window.close()
            window.deleteLater()
