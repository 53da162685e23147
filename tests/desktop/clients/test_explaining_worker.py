"""A worker that explains and has ended is replaced, and told of."""

import os
import signal
import sys

import pytest
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.clients.explaining_worker import ExplainingWorker
from backprop_viz.recording.notices.notice import Notice
from backprop_viz.stream.commands import CancelCheck


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_the_end_is_told_of_though_the_next_question_came_first(qtbot: QtBot) -> None:
    worker = ExplainingWorker(lambda: None)
    try:
        assert worker.submit(CancelCheck())
        first = worker.process_id
        assert first is not None
        os.kill(first, signal.SIGKILL)

        def is_replaced() -> bool:
            worker.submit(CancelCheck())
            return worker.process_id != first

        qtbot.waitUntil(is_replaced, timeout=60_000)
        received = worker.take()
        assert received is not None
        notice, _ = received
        assert isinstance(notice, Notice)
        assert notice.code == "explaining_ended"
    finally:
        worker.close()
