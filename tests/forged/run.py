"""Opens forged sessions in one window, one after the other, and sees what becomes of each."""

import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from backprop_viz.app import create_window
from backprop_viz.desktop.composer import Composer
from backprop_viz.desktop.controllers.saving import autosave
from backprop_viz.desktop.panels.drawing.draw_pad import DrawPanel
from backprop_viz.desktop.panels.program.code_question import CodeQuestion
from backprop_viz.recording.errors import UserError
from backprop_viz.recording.files.raw import Raw
from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.stream.commands import AlterGradient, OpenSessionFile
from backprop_viz.stream.messages import Filed
from backprop_viz.worker.files import container
from backprop_viz.worker.files.schema import session_kind
from backprop_viz.worker.files.session_file import StoredRun
from tests.forged.spots import one_of_each, replaced, spots
from tests.forged.values import other_value
from tests.forked_workers import fork_workers
from tests.monkey import watch as watching
from tests.monkey.networks import TEXTS
from tests.monkey.watch import Watch

# The event loop may stand still for so long, not counting the time that it waits for a core.
STALL_S = 2.0
IDLE_S = 60.0
MOST_FORGERIES = 3
MOST_STEPS = 60
# What is raised where what was forged before is in the way.
IN_THE_WAY = (TypeError, LookupError, AttributeError, StopIteration, ValueError, RuntimeError)
PLACES = (
    Breakpoint("line", 20),
    Breakpoint("parameter", "fc3.bias"),
    Breakpoint("layer", "conv2"),
    Breakpoint("norm_above", None, 1e6),
)
BASES = (
    Settings("random", "mse", "sgd", 0.01, 1),
    Settings("strokes", "cross_entropy", "nesterov", 0.01, 4, 1, {"momentum": 0.5}),
    Settings("strokes", "mse", "adam", 0.001, 3, 2, {"amsgrad": True}, schedule="cosine"),
    Settings("strokes", "cross_entropy", "rmsprop", 0.001, 2, 3, {"momentum": 0.1}, False),
    Settings("random", "output_gradient", "manual", 0.01, 1, schedule="step"),
    Settings("random", "mse", "adamw", 0.01, 2, network=TEXTS[1]),
)


@dataclass
class Figures:
    """What became of the sessions; ``wrong`` says of which it was what it may not be."""

    refused: int = 0
    opened: int = 0
    longest_s: float = 0.0
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)
    fields: set[str] = field(default_factory=set)
    of_fields: int = 0

    def __str__(self) -> str:
        """The figures, as a sentence or two."""
        total = self.refused + self.opened + len(self.wrong)
        return (
            f"{total} forged sessions in {self.seconds:.0f} s: {self.refused} refused in one "
            f"sentence, {self.opened} opened and stepped, {len(self.wrong)} wrong; the event loop "
            f"stood still for {self.longest_s:.2f} s at most. Of the schema's {self.of_fields} "
            f"fields {len(self.fields)} were forged."
        )


def names_of(fields: dict[str, Any]) -> set[str]:
    """The fields of the schema that a session has."""
    kind = session_kind(fields["settings"])
    return {spot.name for spot in spots(kind, Raw(StoredRun.__name__, fields))}


class Forger:
    """A window, good sessions that it saved, and forgeries made of them."""

    def __init__(self, folder: Path, seed: int) -> None:
        settings = QSettings.Format.IniFormat, QSettings.Scope.UserScope
        QSettings.setPath(*settings, str(folder / "config"))
        os.environ[autosave.VARIABLE] = str(folder / "state")
        watching.STALL_S = STALL_S
        self._folder = folder
        self._dice = random.Random(seed)
        self._filed: list[Filed] = []
        fork_workers()
        self.window = create_window(["--preset", "tutorial"])
        self.watch = Watch()
        self.window.resize(1280, 800)
        self.window.show()
        self._idle()
        self.window.session.filed.connect(self._filed.append)
        self.bases = [self._base(i, base) for i, base in enumerate(BASES)]
        self.watch.begin_beating()

    def run(self, count: int, tell: Callable[[str], None]) -> Figures:
        """Open so many; ``tell`` is called with what goes wrong."""
        figures, started = Figures(), time.monotonic()
        figures.of_fields = len({name for base in self.bases for name in names_of(base)})
        while (number := figures.refused + figures.opened + len(figures.wrong)) < count:
            done = self._forge()
            if done is None:
                continue
            path, how, names = done
            figures.fields.update(names)
            what, wrong = self._open(path)
            figures.refused += what == "refused" and not wrong
            figures.opened += what == "opened" and not wrong
            figures.longest_s = max(figures.longest_s, self.watch.longest_s)
            if wrong:
                figures.wrong.append(f"{number}: {how}: {wrong}")
                tell(figures.wrong[-1])
            path.unlink()
        figures.seconds = time.monotonic() - started
        return figures

    def close(self) -> None:
        """Close the window."""
        self.window.close()
        self.window.deleteLater()
        QApplication.processEvents()

    # -- good sessions -----------------------------------------------------------------------

    def _base(self, number: int, settings: Settings) -> dict[str, Any]:
        """A session as this window saves it, and how its file has it."""
        window, session = self.window, self.window.session
        session.configure(settings)
        window.panel(DrawPanel).clear()
        pad = window.panel(DrawPanel).canvas
        QTest.mousePress(
            pad, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(30, 20)
        )
        for x in range(30, 60, 5):
            QTest.mouseMove(pad, QPoint(x, 60))
        QTest.mouseRelease(
            pad, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(60, 60)
        )
        window.panel(DrawPanel).training_row.choose(number)
        for _ in range(4):
            session.iterate()
        self._idle()
        if number:
            session.send(AlterGradient(None))
        session.watch(PLACES)
        for _ in range(number):
            session.shown.step()
            self._idle()
        path = self._folder / f"base{number}.bpviz"
        state = window.findChild(Composer).files.state()
        assert state is not None
        session.save(str(path), state)
        self._idle()
        found: dict[str, Any] = container.read_container(path, "session")
        return found

    # -- forgeries ---------------------------------------------------------------------------

    def _forge(self) -> tuple[Path, str, list[str]] | None:
        """A forged session, how it was made, and which fields; None where it fits in no file."""
        dice = self._dice
        base = dice.randrange(len(self.bases))
        run: Any = Raw(StoredRun.__name__, self.bases[base])
        kind = session_kind(self.bases[base]["settings"])
        how, names = [], []
        for _ in range(dice.choice((1, 1, 1, 2, MOST_FORGERIES))):
            try:
                spot = one_of_each(kind, run, dice)
                word, value = other_value(spot.kind, spot.value, dice)
                run = replaced(run, spot.place, value)
            except (
                TypeError,
                LookupError,
                AttributeError,
                StopIteration,
                ValueError,
                RuntimeError,
            ):
                break  # what was forged before is in the way
            names.append(spot.name)
            how.append(f"{spot.name or 'all'} {word}")
        fields = run.fields if isinstance(run, Raw) else run
        path = self._folder / "forged.bpviz"
        try:
            container.write_container(path, "session", fields)
        except (UserError, ValueError, TypeError):
            return None
        return path, f"base {base}, {', '.join(how)}", names

    def _open(self, path: Path) -> tuple[str, str]:
        """What became of a session, "refused" or "opened", and what is wrong with that."""
        session, messages = self.window.session, self.window.messages
        messages.dismiss()
        self._filed.clear()
        self.watch.failures.clear()
        self.watch.begin_beating()
        before = session.view_state
        session.send(OpenSessionFile(str(path)))
        if not session.wait_idle(IDLE_S):
            return "stuck", "the worker did not come to an end"
        for question in self.window.findChildren(CodeQuestion):
            question.accept()  # what is asked about is no code, or that of the base
            if not session.wait_idle(IDLE_S):
                return "stuck", "the worker did not come to an end with the code"
        self._beat()
        filed = next((f for f in self._filed if f.what == "opened"), None)
        self._text = messages.text()
        if filed is None:
            return "lost", f"nothing was said of it; the window says {self._text!r}"
        wrong = self._refused(before) if filed.refusal is not None else self._steps()
        self._beat()
        if self.watch.failures:
            wrong = self.watch.failures[0]
        return "opened" if filed.refusal is None else "refused", wrong

    def _refused(self, before: Any) -> str:
        """What is wrong with how a session was refused; "" if nothing is."""
        text, view_state = self._text, self.window.session.view_state
        if "forged.bpviz" not in text or not text.endswith(".") or "\n" in text or len(text) > 400:
            return f"no sentence about the file: {text!r}"
        if (view_state.settings, view_state.iteration, view_state.due) != (
            before.settings,
            before.iteration,
            before.due,
        ):
            return "it was refused, and the run is another"
        return ""

    def _steps(self) -> str:
        """What is wrong with the run that was opened; "" if it can be stepped and painted."""
        session = self.window.session
        view_state = session.view_state
        if view_state.settings.input_form != "batch":  # torch refuses others, as it is to be seen
            session.configure(replace(view_state.settings, input_form="batch"))
            if not session.wait_idle(IDLE_S):
                return "the input's form could not be changed"
            view_state = session.view_state
        stood = (view_state.iteration, view_state.due)
        for _ in range(MOST_STEPS):  # the first may go over what is recorded, from breakpoints on
            session.shown.step()
            if not session.wait_idle(IDLE_S):
                return "the step did not come to an end"
            after = session.view_state
            if (after.iteration, after.due) != stood:
                break
        if (after.iteration, after.due) == stood:
            return f"no step could be taken: {self.window.messages.text()!r}"
        self.window.repaint()
        if not np.isfinite(after.settings.lr):
            return "the learning rate is no number"
        return ""

    def _beat(self) -> None:
        """Let the event loop paint, and notice how long that took."""
        for _ in range(3):
            QApplication.processEvents()
            self.watch.beat()

    def _idle(self) -> None:
        assert self.window.session.wait_idle(IDLE_S)
