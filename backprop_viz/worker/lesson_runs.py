"""The runs of lessons: the user's own run is put aside for them, and snippets are run."""

import ast
import linecache
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch

from backprop_viz.capture.recorded_loop import LoopRecording
from backprop_viz.capture.recorded_loop import record as record_loop
from backprop_viz.recording.run.history import Curves
from backprop_viz.recording.run.program import Line, Program
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.stream.messages import SnippetRan
from backprop_viz.training.surface.weight_path import WeightPath
from backprop_viz.worker.channel import WorkerChannel
from backprop_viz.worker.curve_log import CurveLog
from backprop_viz.worker.drawing_training import DrawingStep, DrawingTraining
from backprop_viz.worker.publisher import Publisher
from backprop_viz.worker.run_state import RunState, StoredState
from backprop_viz.worker.surface_service import SurfaceService


@dataclass(frozen=True, slots=True, eq=False)
class _Aside:
    """The user's own run, with everything that is forgotten when another run begins."""

    state: StoredState
    curves: Curves
    steps: tuple[DrawingStep, ...]
    drawing_is_batch: bool
    path: WeightPath


class LessonRuns:
    """Begins the runs of lessons, and keeps the user's own meanwhile."""

    def __init__(
        self,
        state: RunState,
        channel: WorkerChannel,
        drawing_training: DrawingTraining,
        publisher: Publisher,
        curves: CurveLog,
        surfaces: SurfaceService,
    ) -> None:
        self._state = state
        self._channel = channel
        self._drawing_training = drawing_training
        self._publisher = publisher
        self._curves = curves
        self._surfaces = surfaces
        self._aside: _Aside | None = None

    def put_aside(self, settings: Settings) -> None:
        """Begin a lesson's run; the user's own waits, at whichever phase it is."""
        state = self._state
        if self._aside is not None:
            state.begin(settings)
            return
        state.stop()
        # What is not told of it yet would be forgotten when another run begins.
        self._publisher.publish()
        aside = _Aside(
            state.stored(),
            self._curves.curves(),
            self._drawing_training.steps(),
            self._drawing_training.is_batch,
            self._surfaces.path,
        )
        state.trainer.random.be_apart()
        try:
            state.begin(settings)
        except Exception:
            state.trainer.random.be_torchs_own()
            raise
        self._aside = aside

    def take_back(self) -> None:
        """Go on with the user's own run, bit for bit as if no lesson had been."""
        aside, self._aside = self._aside, None
        if aside is None:
            return
        self._state.take_up(aside.state)
        self._surfaces.path = aside.path
        self._drawing_training.take_up_steps(aside.steps, aside.drawing_is_batch)
        self._publisher.show_history(aside.curves)

    def run_snippet(self, name: str, source: str) -> None:
        """Run a snippet, a module with a function ``snippet``, and show what it recorded last.

        That is the iteration of as many as it recorded of the same model.

        ``snippet(record)`` is given ``backprop_viz.record`` and returns values by name.
        """
        recorded: list[LoopRecording] = []
        models: list[Any] = []

        def record(model: Any, *others: Any) -> Any:
            models.append(model)
            return _Noting(record_loop(model, *others), recorded)

        file = f"{name}.py"
        lines = source.splitlines(keepends=True)
        # Where tracebacks and the recorder find its lines.
        linecache.cache[file] = (len(source), None, lines, file)
        module: dict[str, Any] = {"__name__": f"lesson_snippets.{name}", "__file__": file}
        with torch.random.fork_rng(devices=[]):
            exec(compile(source, file, "exec"), module)
            answers: Mapping[str, float | bool | str] = module["snippet"](record)
        state = self._state
        if recorded:
            ran = sum(model is models[-1] for model in models)
            state.recorder = None
            state.recording = replace(recorded[-1].recording, iteration=ran)
        state.program = Program(tuple(map(Line, lines_to_read(source))))
        self._channel.answer(SnippetRan(name, dict(answers)))


def lines_to_read(source: str) -> tuple[str, ...]:
    """What a snippet does, without what is around it for us and for type checkers.

    These are the body of its function ``snippet``, up to what it returns, and below it the other
    functions and classes, each and its methods without docstrings. A module without that function
    is shown whole.
    """
    lines, tree = source.splitlines(), ast.parse(source)
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    main = next((node for node in found if node.name == "snippet"), None)
    if main is None:
        return tuple(lines)
    shown = _body(lines, main)
    for other in found:
        if other is not main:
            head = lines[other.lineno - 1 : other.body[0].lineno - 1]
            shown += ["", *head, *_body(lines, other, indent="    ", answers=True)]
    return tuple(shown)


def _body(
    lines: list[str], of: ast.FunctionDef | ast.ClassDef, indent: str = "", answers: bool = False
) -> list[str]:
    """The lines of a body, dedented; without a return at its end but for ``answers``."""
    first, last = of.body[0].lineno - 1, of.body[-1].end_lineno or 0
    if ast.get_docstring(of) is not None:
        first = of.body[0].end_lineno or 0
    if isinstance(of.body[-1], ast.Return) and not answers:
        last = of.body[-1].lineno - 1
        while last > first and lines[last - 1].strip().startswith("assert "):
            last -= 1  # it tells a type checker that there is what is returned
    told = {
        line
        for inner in of.body
        if isinstance(inner, ast.FunctionDef) and ast.get_docstring(inner) is not None
        for line in range(inner.body[0].lineno - 1, inner.body[0].end_lineno or 0)
    }
    kept = (lines[i] for i in range(first, last) if i not in told)
    text = textwrap.dedent("\n".join(kept)).strip("\n")
    return textwrap.indent(text, indent).splitlines()


class _Noting:
    """``record`` as a context manager that notes what it gives."""

    def __init__(self, manager: Any, recorded: list[LoopRecording]) -> None:
        self._manager, self._recorded = manager, recorded

    def __enter__(self) -> LoopRecording:
        recording: LoopRecording = self._manager.__enter__()
        self._recorded.append(recording)
        return recording

    def __exit__(self, *given: Any) -> bool | None:
        ended: bool | None = self._manager.__exit__(*given)
        return ended
