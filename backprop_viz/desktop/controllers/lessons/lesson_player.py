"""Plays a lesson: runs what its steps say, judges predictions, and shows the evidence."""

from dataclasses import dataclass, field, replace
from typing import Any, Literal

from PySide6.QtCore import QObject, QTimer, Signal

from backprop_viz.analysis.lessons.evidence import LessonEvidence
from backprop_viz.analysis.lessons.expressions import BadExpression
from backprop_viz.analysis.lessons.lesson import (
    LANGUAGES,
    Lesson,
    LessonRun,
    LessonStep,
    in_language,
    is_right,
)
from backprop_viz.analysis.lessons.lesson_text import filled
from backprop_viz.desktop.controllers.lessons.lesson_views import cursor_of
from backprop_viz.desktop.lessons import snippets
from backprop_viz.desktop.run.session import Session
from backprop_viz.recording.notices.notice import Notice
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.events import GradientIntervention
from backprop_viz.stream.commands import (
    AlterGradient,
    BackwardTwice,
    Command,
    Configure,
    Iterate,
    RunSnippet,
    Step,
)
from backprop_viz.stream.messages import SnippetRan

# What a player does: it runs something, waits for a prediction, or has finished a step.
Stage = Literal["running", "asking", "told"]
SnippetStand = Literal["snippet_not_run", "snippet_shown"]


@dataclass(slots=True)
class _Progress:
    """What has come out of the steps so far."""

    texts: dict[str, str] = field(default_factory=dict)
    question: dict[str, str] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    predicted: float | None = None
    # What the prediction can also mean.
    other: float | None = None
    value: float | None = None
    right: bool | None = None
    problems: list[str] = field(default_factory=list)


class LessonPlayer(QObject):
    """One lesson at a time, in a run of its own.

    ``changed``: there is something else to show. ``step_told`` when a step has run and its
    evidence is there; what it shows is then ``cursor_of`` its view.
    """

    changed = Signal()
    step_told = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.lesson: Lesson | None = None
        self.number = 0
        self.stage: Stage = "running"
        self._steps: list[_Progress] = []
        self._ahead: list[int] = []
        self._running: int | None = None
        self._settings = Settings()
        self._answers: dict[str, float | bool | str] = {}
        self._kept: dict[str, Any] = {}
        self._refusal = ""
        # What the messages are about that the step's own run caused.
        self.faults: set[str] = set()
        self._stand: tuple[object, ...] = ()
        self._turn = QTimer(self, singleShot=True, interval=0)
        self._turn.timeout.connect(self._advance)
        session.view_state_ready.connect(self._look)
        session.snippet_ran.connect(self._take_answers)
        session.told.connect(self._hear)

    # -- where it is -------------------------------------------------------------------------

    @property
    def step(self) -> LessonStep:
        """The step that is shown."""
        assert self.lesson is not None
        return self.lesson.steps[self.number]

    @property
    def progress(self) -> _Progress:
        """What has come out of that step."""
        return self._steps[self.number]

    def text(self, language: str) -> str:
        """The step's text, its numbers computed; "" until they can be."""
        return in_language(self.progress.texts, language)

    def told(self, language: str) -> str:
        """What is told once the step has run."""
        return in_language(self.progress.told, language) if self.stage == "told" else ""

    @property
    def snippet(self) -> SnippetStand | None:
        """What the panels show of the step's snippet; None if it runs none."""
        if not any(run.kind == "snippet" for run in self.step.runs):
            return None
        return "snippet_shown" if self.stage == "told" else "snippet_not_run"

    def evidence(self) -> LessonEvidence:
        """What the lesson's expressions are over, as things stand."""
        session = self._session
        newest = session.shown.newest_recording
        kept = ((i, session.recording_of(i)) for i in range(1, newest.iteration + 1))
        return LessonEvidence(
            newest,
            {i: recording for i, recording in kept if recording is not None},
            session.shown.run.losses,
            self._answers,
            self._kept,
            self._refusal,
        )

    # -- what the student does ---------------------------------------------------------------

    def begin(self, lesson: Lesson, number: int = 0) -> None:
        """Begin a lesson at a step; the steps before are run first, without questions."""
        self.lesson = lesson
        self._steps = [_Progress() for _ in lesson.steps]
        self._replay(min(number, len(lesson.steps) - 1))

    def go_to(self, number: int) -> None:
        """Show another step."""
        assert self.lesson is not None
        if not 0 <= number < len(self.lesson.steps) or self.stage == "running":
            return
        if number == self.number + 1 and self.stage == "told" and self._stand == self._stands():
            self.number = number
            self._enter(number)
        else:
            # Back, or the student has tried something: what was run is run again.
            self._replay(number)

    def predict(self, predicted: float, other: float | None = None) -> None:
        """Take a prediction and run the step, to see whether it is right.

        ``other`` is what it can also mean, which counts where it is right.
        """
        if self.stage == "asking":
            self.progress.predicted, self.progress.other = predicted, other
            self._run(self.number)

    def leave(self) -> None:
        """Leave the lesson; the user's own run comes back as it was."""
        self.lesson = None
        self._session.take_run_back()

    def forget(self) -> None:
        """The lesson's run is gone."""
        self.lesson = None

    # -- running -----------------------------------------------------------------------------

    def _replay(self, number: int) -> None:
        """Begin the lesson's run and run all up to a step."""
        assert self.lesson is not None
        self.number, self._settings = number, self.lesson.settings
        self._answers, self._kept, self._refusal = {}, {}, ""
        self._session.put_run_aside(self._settings)
        self._running, self._ahead = None, list(range(number + 1))
        self._wait()

    def _wait(self) -> None:
        self.stage = "running"
        self.changed.emit()
        self._turn.start()

    def _look(self) -> None:
        # Not at once: the panels are still being shown the view state that tells of it.
        if self.lesson is not None and self.stage == "running":
            self._turn.start()

    def _advance(self) -> None:
        """Go on once all that was sent is carried out."""
        if self.lesson is None or self.stage != "running" or not self._session.idle:
            return
        if self._running is not None:
            self._finish(self._running)
            self._running = None
        if self._ahead:
            self._enter(self._ahead.pop(0))
            return
        self.stage = "told"
        self._stand = self._stands()
        self._show_cursor()
        self.changed.emit()
        self.step_told.emit()

    def _enter(self, number: int) -> None:
        """Come to a step: it asks, or it runs."""
        assert self.lesson is not None
        progress = self._steps[number]
        if self.lesson.steps[number].question is not None:
            self._fill_text(number)
            if number == self.number and progress.predicted is None:
                self.stage = "asking"
                self._stand = self._stands()
                self.changed.emit()
                return
        self._run(number)

    def _run(self, number: int) -> None:
        assert self.lesson is not None
        self._running = number
        runs = self.lesson.steps[number].runs
        if runs:
            self._refusal = ""
        for command in (command for run in runs for command in self._commands(run)):
            self._session.send(command)
        self._wait()

    def _stands(self) -> tuple[object, ...]:
        """A value that changes when something is run."""
        view_state = self._session.view_state
        settings = None if view_state is None else view_state.settings
        return self._session.shown.newest_recording, self._session.iteration, settings

    def _commands(self, run: LessonRun) -> list[Command]:
        """What the session is sent; another run is begun at once."""
        value = run.value
        match run.kind:
            case "step":
                return [Step()] * value
            case "iterate":
                return [Iterate()] * value
            case "begin":
                assert self.lesson is not None
                self._settings = replace(self.lesson.settings, **value)
                self._session.put_run_aside(self._settings)
                return []
            case "configure":
                self._settings = replace(self._settings, **value)
                return [Configure(self._settings)]
            case "backward_twice":
                return [BackwardTwice(value)]
            case "alter_gradient":
                return [AlterGradient(GradientIntervention(**value))]
            case "snippet":
                return [RunSnippet(value, snippets()[value])]

    # -- what comes out ----------------------------------------------------------------------

    def _take_answers(self, ran: SnippetRan) -> None:
        self._answers.update(ran.answers)

    def _hear(self, notice: Notice) -> None:
        """Remember what torch refused."""
        if self.lesson is None or self.stage != "running":
            return
        if notice.subject and notice.code not in ("withdrawn", "noted"):
            self.faults.add(notice.subject)
        if notice.code in (
            "explained",
            "explained_undone",
        ):  # its first value has torch's own words
            self._refusal = notice.values[0].partition(": ")[2]
        elif len(notice.values) == 3:
            self._refusal = notice.values[2]

    def _fill_text(self, number: int) -> None:
        assert self.lesson is not None
        step, progress = self.lesson.steps[number], self._steps[number]
        if not progress.texts:
            progress.texts = self._filled(step.text, number, "text")
            if step.question is not None:
                progress.question = self._filled(step.question.text, number, "predict.text")

    def _finish(self, number: int) -> None:
        """Compute what a step that has run tells, keeps and checks."""
        assert self.lesson is not None
        step, progress = self.lesson.steps[number], self._steps[number]
        progress.problems = []
        names = self.evidence().functions()
        for name, expression in step.keep.items():
            with self._noted(number, f"keep.{name}"):
                self._kept[name] = expression.value(names)
        for i, check in enumerate(step.checks, 1):
            with self._noted(number, f"check {i}"):
                if not check.value(names):
                    raise BadExpression(f"{check.text} does not hold")
        self._fill_text(number)
        if step.question is not None:
            with self._noted(number, "predict.answer"):
                progress.value = float(step.question.answer.value(names))
                if progress.predicted is not None:
                    other = progress.other
                    if other is not None and is_right(step.question, other, progress.value):
                        progress.predicted = other
                    progress.right = is_right(step.question, progress.predicted, progress.value)
        progress.told = self._filled(step.told, number, "told")

    def _filled(self, texts: Any, number: int, what: str) -> dict[str, str]:
        evidence, found = self.evidence(), {}
        for language, text in texts.items():
            with self._noted(number, f"{what}.{language}"):
                found[language] = filled(text, evidence)
        return found

    def _noted(self, number: int, place: str) -> "_Noted":
        assert self.lesson is not None
        where = f"{self.lesson.id}.toml, step {number + 1}, {place}"
        return _Noted(where, self._steps[number].problems)

    def _show_cursor(self) -> None:
        """Move the cursor to what the step is about."""
        view = self.step.view
        if view is None:
            return
        if view.iteration is not None:
            self._session.shown.show_iteration(view.iteration)
        view_state = self._session.view_state
        if view_state is not None:
            cursor = cursor_of(view, view_state.cursor)
            if cursor is not None:
                self._session.shown.move_cursor(cursor.position)


class _Noted:
    """Notes an expression that cannot be computed, with its place; the lesson goes on."""

    def __init__(self, where: str, problems: list[str]) -> None:
        self._where, self._problems = where, problems

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> bool:
        if isinstance(error, BadExpression):
            self._problems.append(f"{self._where}: {error}")
            return True
        return False


def chosen_language(wanted: str) -> str:
    """A language that lessons are written in: the one that is wanted, or the first."""
    return wanted if wanted in LANGUAGES else LANGUAGES[0]
