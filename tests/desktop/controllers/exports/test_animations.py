"""File > Export > Animation: the cursor's walk in a file, while the window stays usable."""

from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction, QImage
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QProgressDialog,
    QPushButton,
)
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.composer import Composer
from backprop_viz.desktop.controllers.exports import walks
from backprop_viz.desktop.lessons import lessons
from backprop_viz.desktop.panels.network.network_view import NetworkView
from backprop_viz.desktop.widgets.animation_dialog import AnimationChoice, AnimationDialog
from backprop_viz.desktop.window.main_window import MainWindow
from tests.conftest import OpenWindow
from tests.nightly import by_day_every, by_night
from tests.waiting import until, until_idle

Run = Callable[[], MainWindow]


@pytest.fixture(scope="module")
def window_size() -> tuple[int, int]:
    return 1100, 700


@pytest.fixture
def run(shared_window: MainWindow) -> MainWindow:
    """A window with two iterations, the cursor in the middle of the second."""
    window = shared_window
    for _ in range(2):
        window.session.iterate()
        until_idle(window.session)
    window.session.shown.move_cursor(14)
    return window


def choose(window: MainWindow, **choices: str) -> AnimationDialog:
    """Open the dialog and choose by what its boxes' data or texts begin with."""
    window.findChild(QAction, "actionExportAnimation").trigger()
    dialog = window.findChild(AnimationDialog, "animationDialog")
    assert dialog is not None
    for name, wanted in choices.items():
        box = dialog.findChild(QComboBox, name)
        known = [(str(box.itemData(i)), box.itemText(i)) for i in range(box.count())]
        box.setCurrentIndex(next(i for i, texts in enumerate(known) if wanted in texts))
    return dialog


def export(window: MainWindow, path: Path, **choices: str) -> None:
    dialog = choose(window, animationFormat=path.suffix, **choices)
    dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Ok).click()
    file = window.findChild(QFileDialog, "exportAnimationDialog")
    assert file is not None
    file.fileSelected.emit(str(path))
    file.reject()


def pixels(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


@pytest.mark.parametrize("suffix", by_day_every(3, [".gif", ".png", ".webp"]))
def test_an_iteration_phase_by_phase(
    run: MainWindow, qtbot: QtBot, tmp_path: Path, suffix: str
) -> None:
    """Six pictures of the network, a second each, the last one longer; the cursor comes back."""
    panel = run.panel(NetworkView)
    recording = run.session.view_state.cursor.recording
    run.messages.dismiss()
    expected = []
    for position in (0, *(span.stop for span in recording.spans)):
        run.session.shown.move_cursor(position)
        QApplication.processEvents()  # what the panels put off is done
        expected.append(pixels(panel.grab().toImage()))
    run.session.shown.move_cursor(14)
    run.messages.tell("What was told before is in no picture.", "info")
    export(run, tmp_path / f"walk{suffix}", animationWalk="phases", animationWidget="Network")
    qtbot.waitUntil(lambda: run.messages.text() == f"Saved as walk{suffix}.", timeout=60_000)
    with Image.open(tmp_path / f"walk{suffix}") as animation:
        assert animation.n_frames == 6
        assert animation.info.get("loop") == 0
        durations = []
        for i, wanted in enumerate(expected):
            animation.seek(i)
            found = np.asarray(animation.convert("RGB"))
            durations.append(animation.info["duration"])
            assert found.shape == wanted.shape
            far = np.abs(found.astype(int) - wanted)
            # A GIF has 256 colours for all pictures together.
            assert far.max() <= (64 if suffix == ".gif" else 0)
            assert far.mean() < 1
    assert durations == [1000] * 5 + [4000]
    assert run.session.view_state.cursor.position == 14
    qtbot.waitUntil(lambda: run.findChild(QProgressDialog, "animationProgress") is None)


@by_night
def test_a_panel_event_by_event_at_half_its_size(
    run: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    dialog = choose(run, animationWalk="events")
    recording = run.session.view_state.cursor.recording
    count = len(recording.events) + 1
    said = dialog.findChild(QLabel, "animationLength").text()
    assert said == f"{count} pictures, {count * 0.25:.1f} s"
    dialog.reject()
    turns = []
    timer = QTimer(run, interval=0)
    timer.timeout.connect(lambda: turns.append(run.session.view_state.cursor.position))
    timer.start()
    qtbot.waitUntil(lambda: run.findChild(AnimationDialog, "animationDialog") is None)
    export(
        run,
        tmp_path / "walk.png",
        animationWalk="events",
        animationWidget="Network",
        animationSize="0.5",
    )
    qtbot.waitUntil(lambda: run.messages.text() == "Saved as walk.png.", timeout=120_000)
    # The window's event loop turned at each place of the cursor.
    assert set(range(count)) <= set(turns)
    with Image.open(tmp_path / "walk.png") as animation:
        assert animation.size == (run.panel(NetworkView).size() * 0.5).toTuple()
        assert 1 < animation.n_frames <= count
        total = 0
        for i in range(animation.n_frames):
            animation.seek(i)
            total += animation.info["duration"]
    assert total == pytest.approx((count + 3) * 250)


def test_the_kept_iterations(run: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    export(run, tmp_path / "run.webp", animationWalk="iterations", animationSize="0.5")
    qtbot.waitUntil(lambda: run.messages.text() == "Saved as run.webp.", timeout=60_000)
    with Image.open(tmp_path / "run.webp") as animation:
        assert animation.n_frames == 2
    cursor = run.session.view_state.cursor
    assert (cursor.recording.iteration, cursor.position) == (2, 14)


@pytest.mark.skipif(find_spec("av") is None, reason="av is not installed")
def test_a_video(run: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    import av

    export(run, tmp_path / "walk.mp4", animationWalk="phases")
    qtbot.waitUntil(lambda: run.messages.text() == "Saved as walk.mp4.", timeout=60_000)
    with av.open(tmp_path / "walk.mp4") as file:
        stream = file.streams.video[0]
        frames = [frame.to_ndarray(format="rgb24") for frame in file.decode(stream)]
    assert len(frames) == 6 + 3
    shown = pixels(run.grab().toImage())
    assert frames[0].shape == (shown.shape[0] // 2 * 2, shown.shape[1] // 2 * 2, 3)


@by_night
def test_it_is_cancelled_without_a_trace(
    run: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    export(run, folder / "walk.gif", animationWalk="events")
    progress = run.findChild(QProgressDialog, "animationProgress")
    assert progress is not None
    qtbot.waitUntil(lambda: progress.value() >= 3, timeout=60_000)
    progress.findChild(QPushButton).click()
    assert run.session.view_state.cursor.position == 14
    qtbot.waitUntil(lambda: run.findChild(QProgressDialog, "animationProgress") is None)
    assert list(folder.iterdir()) == []
    assert run.messages.text() == ""
    # As well by a dialog that is rejected.
    export(run, folder / "walk.gif", animationWalk="events")
    progress = run.findChild(QProgressDialog, "animationProgress")
    assert progress is not None
    progress.reject()
    qtbot.waitUntil(lambda: run.findChild(QProgressDialog, "animationProgress") is None)
    assert run.session.view_state.cursor.position == 14
    # As well while the file is written; and it can be done again.
    export(run, folder / "walk.gif", animationWalk="phases")
    progress = run.findChild(QProgressDialog, "animationProgress")
    assert progress is not None
    qtbot.waitUntil(lambda: progress.value() >= 6, timeout=60_000)
    progress.findChild(QPushButton).click()
    thread = run.findChild(QAction, "actionExportAnimation")
    assert thread.isEnabled()
    export(run, folder / "again.gif", animationWalk="phases")
    qtbot.waitUntil(lambda: run.messages.text() == "Saved as again.gif.", timeout=60_000)
    assert [path.name for path in folder.iterdir()] == ["again.gif"]


def test_a_file_that_cannot_be_written_is_said_to_be_so(
    run: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    export(run, tmp_path / "no" / "walk.gif", animationWalk="phases")
    qtbot.waitUntil(lambda: "does not exist" in run.messages.text(), timeout=60_000)
    assert run.session.view_state.cursor.position == 14
    assert not (tmp_path / "no").exists()


def test_of_very_many_places_some_are_left_out(
    run: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walks, "MOST_WALK_PICTURES", 10)
    dialog = choose(run, animationWalk="events")
    shown = int(dialog.findChild(QLabel, "animationLength").text().split()[0])
    assert 6 <= shown <= 11
    dialog.reject()


def test_before_anything_has_run_it_says_so(shared_window: MainWindow) -> None:
    window = shared_window
    window.findChild(QAction, "actionExportAnimation").trigger()
    assert window.messages.text().startswith("Nothing is recorded yet")
    assert window.findChild(AnimationDialog, "animationDialog") is None


def test_before_the_first_operation_of_a_script_it_says_so(shared_window: MainWindow) -> None:
    """As of one that is held there: an iteration has begun, without an event."""
    window, session = shared_window, shared_window.session
    recording = session.view_state.cursor.recording
    begun = replace(recording, preview=False, events=(), spans=())
    session.shown.show_cursor(begun.at(0))
    until(session, lambda: session.view_state.cursor.recording is begun)
    window.findChild(QAction, "actionExportAnimation").trigger()
    assert window.messages.text().startswith("Nothing is recorded yet")
    assert window.findChild(AnimationDialog, "animationDialog") is None


@by_night
def test_a_lesson_page_by_page_with_its_texts(
    open_window: OpenWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    """Every page has a picture with its evidence, its text below it; the page comes back."""
    window = open_window("--preset", "digits", size=(1100, 700))
    until_idle(window.session)
    window.findChild(QAction, "actionFirstSteps").trigger()
    lesson = lessons()[0]
    player = window.findChild(Composer).lessons.player
    until(window.session, lambda: player.stage == "told")
    export(window, tmp_path / "lesson.png", animationWalk="lesson", animationWidget="Network")
    qtbot.waitUntil(lambda: window.messages.text() == "Saved as lesson.png.", timeout=300_000)
    network = window.panel(NetworkView).size()
    with Image.open(tmp_path / "lesson.png") as animation:
        assert animation.width == network.width()
        assert animation.height > network.height()
        assert animation.n_frames == len(lesson.steps)
        captions = []
        for page in range(animation.n_frames):
            animation.seek(page)
            captions.append(np.asarray(animation.convert("RGB"))[network.height() :])
    assert len({caption.tobytes() for caption in captions}) == len(lesson.steps)
    assert all(caption.std() > 5 for caption in captions)  # there is something to read
    until(window.session, lambda: player.stage == "told")
    assert player.number == 0


def test_no_lesson_is_offered_where_none_is_open(run: MainWindow) -> None:
    dialog = choose(run)
    box = dialog.findChild(QComboBox, "animationWalk")
    assert [box.itemData(i) for i in range(box.count())] == ["phases", "events", "iterations"]
    dialog.reject()


def test_where_nothing_is_kept_any_more_it_says_so(
    shared_window: MainWindow, tmp_path: Path
) -> None:
    """Another run may have begun while a file was chosen."""
    window = shared_window
    assert window.session.view_state.kept_iterations.iterations == ()
    choice = AnimationChoice("iterations", window, 1.0, 2.0, ".gif")
    window.findChild(Composer).animations.begin(choice, tmp_path / "run.gif")
    assert window.messages.text().startswith("Nothing is recorded yet")
    assert not (tmp_path / "run.gif").exists()
