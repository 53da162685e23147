"""The count at the top is of what is done; the time line names the iteration that is shown."""

import re
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QLabel

from backprop_viz.desktop.panels.phases.timeline import TimelineView
from backprop_viz.desktop.window.main_window import MainWindow
from tests.nightly import by_night

OpenWindow = Callable[..., MainWindow]


def counts(window: MainWindow) -> tuple[int, int, str]:
    """(done at the top, shown on the time line, what the time line says of it)."""
    texts = [label.text() for label in window.toolbar.findChildren(QLabel)]
    (top,) = (text for text in texts if text.startswith("done: "))
    caption = window.panel(TimelineView).caption()
    found = re.fullmatch(r"iteration (\d+) · (.*)", caption)
    assert found is not None, caption
    return int(top.removeprefix("done: ")), int(found[1]), found[2]


def test_the_count_is_whole_in_the_smallest_window(open_window: OpenWindow) -> None:
    window = open_window("--preset", "tutorial")  # 1280x800
    view_state = window.session.view_state
    window.toolbar.show_view_state(replace(view_state, iteration=1_234_567))
    (label,) = (x for x in window.toolbar.findChildren(QLabel) if x.text().startswith("done: "))
    assert label.sizeHint().width() <= label.width()
    assert label.text() == "done: 1,234,567"
    assert label.toolTip() == "Iterations done: 1,234,567"


@by_night
def test_the_two_counters_never_contradict(open_window: OpenWindow) -> None:
    window = open_window("--preset", "tutorial")
    session = window.session

    def step() -> tuple[int, int, str]:
        session.shown.step()
        assert session.wait_idle(60)
        return counts(window)

    assert counts(window) == (0, 1, "not started")
    for before in range(3):
        # One that has begun is not done; its number is the next one.
        for phase in ("zero_grad", "forward", "loss", "backward"):
            done, shown, words = step()
            assert (done, shown) == (before, before + 1)
            assert words.startswith(phase)
        # The one whose update is shown is the last that is done.
        done, shown, words = step()
        assert (done, shown) == (before + 1, before + 1)
        assert re.fullmatch(r"update (\d+)/\1", words)
    # What is shown of the history is one of those that are done, whose number stays.
    session.shown.show_iteration(1)
    assert session.wait_idle(60)
    done, shown, _ = counts(window)
    assert (done, shown) == (3, 1)
