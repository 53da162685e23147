"""One run of the monkey user in this process, with all checks on the way and at its end."""

import faulthandler
import os
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import torch
from PySide6.QtCore import QProcess, QSettings
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog

from backprop_viz.app import create_window
from backprop_viz.desktop.controllers.saving import autosave
from backprop_viz.desktop.controllers.training import data_folders
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.digits.data_sets import DATA_SETS
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.stream.commands import UseDrawing
from backprop_viz.training.thread_count import torch_threads
from tests.forked_workers import fork_workers
from tests.monkey.plain_loop import differences, plain_loop, same, tensor
from tests.monkey.scripts import FollowedScript
from tests.monkey.user import DEADLOCK, MonkeyUser
from tests.monkey.watch import Watch

# Iterations that are compared with the plain loop at the end.
COMPARED = 6
IDLE_S = 120.0


class RunError(Exception):
    """What went wrong, and after which action."""


def run(
    seed: int,
    numbers: Sequence[int],
    folder: Path,
    journal: Path,
    keep_going: bool = False,
    script: str = "",
) -> str:
    """Do the actions of these numbers; the figures of the run. Raises RunError.

    ``keep_going``: what goes wrong on the way is written into the journal, and is no end.
    ``script``: the window is that of this script of ``tests.monkey.scripts``, run by ``run``.
    """
    prepare(folder)
    started = time.monotonic()
    followed = FollowedScript(script, folder) if script else None
    window = followed.window if followed else create_window(["--preset", "tutorial"])
    watch = Watch()
    window.resize(1280, 800)
    window.show()
    if not window.session.wait_idle(IDLE_S):
        raise RunError("The window did not start.")
    if followed:
        followed.wait_held()
    watch.begin_beating()
    user = MonkeyUser(window, seed, folder, watch.resting)
    longest, after = drive(user, numbers, watch, journal, keep_going)
    leave_dialogs(user)
    compared = check_script(user, followed) if followed else check_end(user, watch)
    user.window.close()
    user.window.deleteLater()
    user.let_run(0.1)
    if watch.failures:
        raise RunError(f"at the end: {watch.failures[0]}")
    seconds = time.monotonic() - started
    return (
        f"seed {seed}: {len(numbers)} actions in {seconds:.1f} s, longest stall {longest:.3f} s "
        f"({after}), equal to the plain {f'{script} script' if script else 'loop'} over {compared}"
    )


def prepare(folder: Path) -> None:
    """Nothing is kept elsewhere than in the folder, fetched from anywhere, or started beside."""
    faulthandler.enable()
    torch.set_num_threads(torch_threads())
    settings = QSettings.Format.IniFormat, QSettings.Scope.UserScope
    QSettings.setPath(*settings, str(folder / "config"))
    for name, one in list(DATA_SETS.items()):
        if one.download is not None:
            nowhere = replace(one.download, urls=("http://127.0.0.1:9/",), timeout_s=0.5)
            DATA_SETS[name] = replace(one, download=nowhere)  # type: ignore[index]
    data_folders.cache_folder = lambda name: folder / "cache" / name
    QProcess.startDetached = lambda *_: (True, 0)  # type: ignore[method-assign, assignment]
    os.environ[autosave.VARIABLE] = str(folder / "state")
    autosave.INTERVAL_MS = 1000
    fork_workers()


def drive(
    user: MonkeyUser, numbers: Sequence[int], watch: Watch, journal: Path, keep_going: bool
) -> tuple[float, str]:
    """Do the actions; the longest stall, and after which it was. Raises RunError."""
    longest, after = 0.0, ""
    with journal.open("w", encoding="utf-8") as book:
        for number in numbers:
            watch.in_action_since = time.monotonic()
            done = user.do(number)
            watch.in_action_since = None
            book.write(f"{number}: {done}\n")
            book.flush()
            QApplication.processEvents()
            watch.failures += user.found_wrong
            user.found_wrong.clear()
            if done == DEADLOCK:
                watch.failures.append(DEADLOCK)
            # The menus of a widget that has a native window belong to no window, and where it is
            # moved to another one (a dock that floats) Qt's offscreen platform ends the process.
            within = [w.objectName() for w in QGuiApplication.allWindows() if w.parent()]
            if within:
                watch.failures.append(f"Widgets have native windows: {within}")
            if watch.failures and not keep_going:
                raise RunError(f"after action {number} ({done}): {watch.failures[0]}")
            for failure in watch.failures:
                book.write(f"WRONG after action {number} ({done}): {failure}\n")
            watch.failures.clear()
            if watch.longest_s > longest:
                longest, after = watch.longest_s, done
        book.write("the end\n")
    return longest, after


def check_script(user: MonkeyUser, followed: FollowedScript) -> str:
    """The script goes on to its end, and has done what it does without a window."""
    session = user.window.session
    session.shown.stop_playing()
    idle(user.window)
    session.watch(())
    if not followed.ended:
        press(user.window, "actionIteration")
    wrong, compared = followed.recordings_wrong(user.window)
    if not wrong:
        if not followed.ended and not user.window.session.view_state.training:
            press(user.window, "actionTrain")
        wrong = followed.end_wrong(user.window)
    if wrong:
        raise RunError(wrong)
    return f"{followed.steps} steps, and {compared} iterations that were recorded"


def check_end(user: MonkeyUser, watch: Watch) -> str:
    """The run goes on, and begins again, as plain torch does; what was compared."""
    window, session = user.window, user.window.session
    train = window.findChild(QAction, "actionTrain")
    session.shown.stop_playing()
    idle(window)
    if train.isChecked():
        train.trigger()
    idle(window)
    if session.view_state.training:
        raise RunError("The run did not pause.")
    if session.view_state.settings.input_form == "single":
        press(window, "actionUnsqueeze")  # without its batch dimension no iteration can run
    settings = session.view_state.settings
    check_going_on(window, settings, watch)
    press(window, "actionReset")
    settings = session.view_state.settings
    for _ in range(COMPARED):
        run_another(window)
    with watch.resting():
        losses, weights = plain_loop(settings, COMPARED)
    found = session.view_state.curves.loss.tolist()
    if not same(tensor(losses), tensor(found)):
        raise RunError(f"Losses after Reset {found}, the plain loop's {losses}, with {settings}.")
    last = session.shown.newest_recording
    end = last.at(len(last.events))
    other = [name for name, w in weights.items() if not same(tensor(end.value(name)), w)]
    if other:
        raise RunError(f"After Reset {other} are not the plain loop's, with {settings}.")
    return f"{COMPARED} iterations"


def check_going_on(window: MainWindow, settings: Settings, watch: Watch) -> None:
    """Two more iterations are plain torch's; the second, run again from the first, is the same."""
    session = window.session
    session.watch(())  # with breakpoints F11 goes from one to the next
    session.send(UseDrawing(False))
    idle(window)
    session.shown.show_cursor(session.shown.live.cursor)  # in an earlier one F11 goes to its end
    for _ in range(3):
        run_another(window)
    first = session.shown.newest_recording
    run_another(window)
    second = session.shown.newest_recording
    for recording in (first, second):
        with watch.resting():
            other = differences(settings, recording)
        if other:
            raise RunError(f"Going on, {other} are not plain torch's, with {settings}.")
    if first.iteration not in session.view_state.kept_iterations.iterations:
        return  # so large a batch that the memory for past iterations holds one alone
    session.shown.show_iteration(first.iteration)
    press(window, "actionContinue")
    if session.iteration != first.iteration:
        raise RunError(f"Continued from {first.iteration}, yet at {session.iteration}.")
    run_another(window)  # the cursor may rest at a loss that is not finite
    if not same_ends(second, session.shown.newest_recording):
        raise RunError(
            f"Run again from {first.iteration}, the next iteration is another: {settings}"
        )


def same_ends(one: Recording, other: Recording) -> bool:
    ends = [r.at(len(r.events)) for r in (one, other)]
    return all(
        same(tensor(ends[0].value(p.name)), tensor(ends[1].value(p.name))) for p in one.parameters
    )


def run_another(window: MainWindow) -> None:
    """One more iteration; where the cursor was stopped within the newest, F11 goes to its end."""
    done = window.session.iteration
    press(window, "actionIteration")
    if window.session.iteration == done:
        press(window, "actionIteration")


def press(window: MainWindow, name: str) -> None:
    window.findChild(QAction, name).trigger()
    idle(window)


def idle(window: MainWindow) -> None:
    if not window.session.wait_idle(IDLE_S):
        raise RunError(DEADLOCK)


def leave_dialogs(user: MonkeyUser) -> None:
    for _ in range(20):
        popup, dialog = QApplication.activePopupWidget(), QApplication.activeModalWidget()
        if popup is not None:
            popup.close()
        elif isinstance(dialog, QDialog):
            dialog.reject()
        user.let_run(0.02)
