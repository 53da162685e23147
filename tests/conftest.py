"""What every test needs: an offscreen Qt, a quiet torch, and view states made by real training."""

import gc
import os
import random
import signal
import subprocess
import threading

from backprop_viz.desktop.system import system_libraries

# Until all is collected: what is imported stays, and the collector would go through it every time.
gc.disable()
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
system_libraries.ensure()

from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import count
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, settings
from pytestqt.qtbot import QtBot

import backprop_viz as bv
from backprop_viz.desktop.clients import worker_process
from backprop_viz.desktop.run.session import Session
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.requests.drawing_training import Prediction
from backprop_viz.recording.run.history import History
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.training.recorded_steps import RecordedSteps
from backprop_viz.training.script.program_text import program
from tests import drawn_digits
from tests.capture.live.script_runs import Scripts, shared_scripts
from tests.forked_workers import fork_workers
from tests.long_first import put_in_order
from tests.nightly import NIGHTLY
from tests.opened_windows import (  # noqa: F401
    OpenWindow,
    late_plots,
    open_window,
    opened_once,
    shared_window,
    window_arguments,
    window_size,
)
from tests.qt_leaks import collected_in_this_thread, nothing_left_in_qt  # noqa: F401

# By the first optimizer and by the first plot: most that the collector would have to go through.
_IMPORTED_LATE = ("torch._dynamo", "pyqtgraph")

# HYPOTHESIS_PROFILE=nightly feeds each property many more examples, new ones every night.
_CHECKS = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
for _name, _examples in (("ci", 60), ("nightly", 5000)):
    settings.register_profile(
        _name,
        max_examples=_examples,
        deadline=None,
        derandomize=_name == "ci",
        suppress_health_check=_CHECKS,
    )
_PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "ci")
settings.load_profile(_PROFILE)


def _hear_signals() -> None:
    """Undo what a shell does to what it starts in the background: programs inherit it."""
    for name in ("SIGINT", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)


@pytest.hookimpl(tryfirst=True)  # before Hypothesis reads the option
def pytest_configure(config: pytest.Config) -> None:
    """Have a night's examples come again: they have a seed, which the report's head tells."""
    _hear_signals()
    if _PROFILE == "nightly" and config.option.hypothesis_seed is None:
        config.option.hypothesis_seed = str(random.SystemRandom().getrandbits(32))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with what takes long, in each of the processes that share the tests."""
    processes = getattr(config, "workerinput", {}).get("workercount", 1)
    if processes > 1:
        put_in_order(items, processes)


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is imported by now stays: the collector need not go through it with every test."""
    if session.config.option.collectonly:
        gc.freeze()  # pytest collects several times at the end
        return
    for late in _IMPORTED_LATE:
        import_module(late)
    gc.enable()
    gc.collect()
    gc.freeze()


def pytest_report_header(config: pytest.Config) -> list[str]:
    """What to add to the command to have the same examples again."""
    seed = config.option.hypothesis_seed
    return [] if seed is None else [f"again: --hypothesis-seed={seed}"]


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(autouse=True, scope="session")
def few_digits() -> None:
    if not NIGHTLY:
        drawn_digits.leave_the_rest()


@pytest.fixture(autouse=True, scope="session")
def folder_of_autosaves(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


_states = count()


@pytest.fixture(autouse=True)
def own_autosaves(folder_of_autosaves: Path) -> None:
    """Windows of a test neither see nor leave runs in the user's own folder, or another test's."""
    os.environ["BACKPROP_VIZ_STATE"] = str(folder_of_autosaves / str(next(_states)))


@pytest.fixture(autouse=True, scope="session")
def forked_workers() -> None:
    """Workers are forked from a process that has imported torch, which saves most of their start.

    A test that is marked ``real_worker``, and by night every test, has them started as the program
    starts them.
    """
    fork_workers()


@pytest.fixture(autouse=True)
def started_workers(request: pytest.FixtureRequest) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        if request.node.get_closest_marker("real_worker") is not None:
            patch.setattr(worker_process, "subprocess", subprocess)
        yield


@pytest.fixture(scope="session")
def scripts() -> Scripts:
    return shared_scripts()


MakeViewState = Callable[..., ViewState]
OpenSession = Callable[..., Session]


@pytest.fixture
def open_session(qtbot: QtBot) -> Iterator[OpenSession]:
    """Opens sessions without a window; they are closed and gone when the test ends."""
    sessions: list[Session] = []

    def open_(settings: Settings) -> Session:
        session = Session(settings)
        sessions.append(session)
        assert session.wait_idle(60)
        return session

    yield open_
    for session in sessions:
        session.close()
        session.deleteLater()


@pytest.fixture
def make_view_state() -> MakeViewState:
    """View states of a real trainer: some finished iterations, then ``phases`` of the next one.

    ``position`` counts events of the recording (None: all of them).
    """

    def make(
        settings: Settings | None = None,
        *,
        iterations: int = 0,
        phases: int = 5,
        position: int | None = None,
        training: bool = False,
    ) -> ViewState:
        settings = settings or Settings(data="random", loss="mse", lr=0.01, batch_size=1)
        trainer = bv.Trainer.from_settings(settings)
        history = History()
        points, validation = [], []
        for i in range(iterations):
            done = trainer.iterate()
            points.append((done.loss, done.accuracy))
            if i % 10 == 9:
                evaluation = trainer.evaluate()
                validation.append((i + 1, evaluation.loss, evaluation.accuracy))
        recorder = RecordedSteps(trainer)
        for _ in range(phases):
            if recorder.step() is Phase.UPDATE:
                done = trainer.finished()
                points.append((done.loss, done.accuracy))
        recording = recorder.recording()
        history.extend(points, validation)
        image = trainer.batch[0][0, 0].numpy()
        return ViewState(
            settings=settings,
            cursor=recording.at(len(recording.events) if position is None else position),
            program=program(settings, trainer.model),
            curves=history.curves(),
            iteration=trainer.iteration,
            due=trainer.phase,
            training=training,
            rate=31.2 if training else 0.0,
            prediction=Prediction(
                tuple(float(p) for p in trainer.classify(np.abs(image))), np.abs(image)
            ),
        )

    return make


@pytest.fixture(autouse=True)
def no_leaked_threads() -> Iterator[None]:
    """A thread that outlives its test is a bug in what the test used.

    Of threads that may be left to themselves only ours count: libraries keep some.
    """
    before = set(threading.enumerate())
    yield
    left = [t for t in threading.enumerate() if t not in before and t.is_alive()]
    left = [t for t in left if not t.daemon or t.name.startswith("backprop_viz")]
    for thread in left:  # one that has been told to end may need a moment
        thread.join(10)
    left = [t for t in left if t.is_alive()]
    assert not left, f"threads left running: {left}"
