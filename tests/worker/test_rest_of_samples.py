"""Samples that are not there yet are made beside the training."""

import threading
from dataclasses import replace
from typing import Any

import pytest

from backprop_viz.digits import strokes
from backprop_viz.digits.data_sets import DATA_SETS
from backprop_viz.digits.data_sets.strokes import DATA_SET
from backprop_viz.digits.strokes import StrokeDigits
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.worker.loop import Worker


class Post:
    def post(self, *_: Any, **__: Any) -> None:
        """The window's end, to which nobody listens."""

    publish = tell = post


def test_a_worker_has_the_rest_made_in_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    made, threads = threading.Event(), []

    def make_rest() -> None:
        threads.append(threading.current_thread())
        made.set()

    monkeypatch.setitem(DATA_SETS, "random", replace(DATA_SETS["random"], make_rest=make_rest))
    Worker(Post(), Settings(data="random", loss="mse", batch_size=1))
    assert made.wait(60)
    (thread,) = threads
    assert thread is not threading.current_thread()
    thread.join(60)


def test_the_rest_of_the_built_in_digits_is_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    training, drawn = StrokeDigits(size=3000), []
    generate = StrokeDigits.generate

    def noted(digits: StrokeDigits) -> None:
        generate(digits, lambda done, total: drawn.append((done, total)))

    monkeypatch.setattr(strokes, "training_strokes", lambda: training)
    monkeypatch.setattr(StrokeDigits, "generate", noted)
    assert DATA_SET.make_rest is not None
    DATA_SET.make_rest()
    assert drawn == [(1000, 3000), (2000, 3000), (3000, 3000)]
