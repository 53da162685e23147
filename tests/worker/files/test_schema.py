"""Sessions that are whole but wrong: each is refused in a sentence that names file and field."""

import math
import os
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PySide6.QtWidgets import QLabel, QSplitter
from pytestqt.qtbot import QtBot

from backprop_viz.analysis.optimizer_entry import NumberOption, TupleOption
from backprop_viz.analysis.optimizers import OPTIMIZERS
from backprop_viz.desktop.panels.breakpoints.breakpoints_dialog import (
    CONDITION_LIMITS as BREAKPOINT_QUANTITIES,
)
from backprop_viz.desktop.panels.settings.schedule_options import (
    SCHEDULE_QUANTITIES,
)
from backprop_viz.desktop.panels.settings.settings_bar import BATCH_SIZE, LEARNING_RATE, SEED
from backprop_viz.recording.errors import UserError
from backprop_viz.recording.files.about import read_about
from backprop_viz.recording.files.kinds import Flag, NumberKind, Whole, Wrong, described
from backprop_viz.recording.files.raw import Raw
from backprop_viz.recording.files.window_schema import BREAKPOINT
from backprop_viz.recording.limits import MOST_POINTS, MOST_STROKES
from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.run.history import Curves
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.settings.schedules import Schedule
from backprop_viz.recording.trace.events import GradientIntervention
from backprop_viz.training.session_files.peek import peek_settings
from backprop_viz.training.session_files.settings_schema import (
    OPTIONS_OF,
    SCHEDULE_OPTIONS,
    SETTINGS,
)
from backprop_viz.training.state.checkpoints import Checkpoint
from backprop_viz.training.trainer import Trainer
from backprop_viz.worker.files import container
from backprop_viz.worker.files.schema import SESSION
from backprop_viz.worker.files.session_file import StoredRun, load_session, resume, save_session
from backprop_viz.worker.files.tree import Encoder, decode_tensors

HUGE = 10**400
Change = Callable[[Any], Any]


def run_of(settings: Settings, window: Mapping[str, Any] | None = None) -> StoredRun:
    trainer = Trainer.from_settings(settings)
    trainer.iterate()
    before = trainer.checkpoint()
    trainer.iterate()
    some = np.full(2, 0.5)
    curves = Curves(some, some, np.arange(2.0), some, some)
    now = trainer.checkpoint()
    intervention = GradientIntervention(2, "scale", 3.0)
    earlier = (("sgd", curves),)
    return StoredRun(
        settings, trainer.phase, now, before, curves, intervention, 1, earlier, window or {}
    )


@pytest.fixture(scope="module")
def run() -> StoredRun:
    """One with something in every field."""
    settings = Settings(
        "random", "mse", "nesterov", 0.01, 1, schedule="step", schedule_options={"step_size": 3}
    )
    window = {
        "strokes": [
            {"points": np.ones((5, 3)), "erases": False},
            {"greys": bytes(280 * 280)},
        ],
        "label": 3,
        "breakpoints": (Breakpoint("line", 3), Breakpoint("norm_above", None, 2.5)),
        "layout": {"rows": [300, 200]},
        "pen": 1,
    }
    return run_of(settings, window)


def raw(run: StoredRun) -> dict[str, Any]:
    """What is in a run's file, to be changed."""
    encoder = Encoder()
    data = encoder.encode({f.name: getattr(run, f.name) for f in fields(run)})
    found: dict[str, Any] = decode_tensors(data, encoder.tensors)
    return found


def parts(value: Any) -> Any:
    return value.fields if isinstance(value, Raw) else value


def put(found: Any, place: str, value: Any) -> None:
    """Have something else at "checkpoint settings 0", or what a function makes of it."""
    *way, last = (int(w) if w.isdecimal() else w for w in place.split())
    for step in way:
        inner = parts(found)[step]
        if isinstance(inner, tuple):  # what is changed has to be changeable
            inner = list(inner)
            parts(found)[step] = inner
        found = inner
    held = parts(found)
    held[last] = value(held.get(last)) if callable(value) else value


def frozen_again(value: Any, like: Any) -> Any:
    """The lists that ``put`` made of tuples, as tuples."""
    if isinstance(value, Raw):
        return Raw(value.name, frozen_again(value.fields, like.fields))
    if isinstance(value, dict):
        return {k: frozen_again(v, like[k]) if k in like else v for k, v in value.items()}
    if isinstance(value, list) and isinstance(like, list | tuple) and len(value) == len(like):
        return type(like)(map(frozen_again, value, like))
    return value


def forged(run: StoredRun, path: Path, place: str, value: Any) -> Path:
    found = raw(run)
    put(found, place, value)
    container.write_container(path, "session", frozen_again(found, raw(run)))
    return path


def curve(value: float) -> Change:
    return lambda _: np.full(2, value)


CASES: list[tuple[str, Any, str, str]] = [
    # Those that crippled a window or made it stand still.
    ("checkpoint iteration", 2_000_000_000, "checkpoint.iteration", "is 2,000,000,000, not"),
    ("checkpoint iteration", -5, "checkpoint.iteration", "whole number from 0 to"),
    ("checkpoint iteration", 1e300, "checkpoint.iteration", "is 1e+300, not a whole number"),
    ("settings lr", HUGE, "settings.lr", "is a whole number of 400 digits, not a number from"),
    ("settings lr", -0.1, "settings.lr", "is -0.1, not a number from 0 to 1e+09"),
    ("settings lr", float("nan"), "settings.lr", "is nan"),
    ("settings batch_size", 0, "settings.batch_size", "is 0, not a whole number from 1 to 4,096"),
    ("settings batch_size", 2**62, "settings.batch_size", "4,611,686,018,427,387,904"),
    ("checkpoint settings 2", 0, "checkpoint.settings[2]", "from 1 to 4,096"),
    ("checkpoint settings 0", HUGE, "checkpoint.settings[0]", "400 digits"),
    ("checkpoint loader position", -1, "checkpoint.loader.position", "is -1, not"),
    ("curves loss", curve(1e308), "curves.loss", "holds 1e+308"),
    ("curves accuracy", curve(-1.0), "curves.accuracy", "holds -1"),
    ("curves validation_iteration", curve(1e308), "curves.validation_iteration", "holds 1e+308"),
    ("window breakpoints 0 key", [], "window.breakpoints[0].key", "is a list of 0, not "),
    ("window breakpoints 1 value", "2", "window.breakpoints[1].value", "is '2', not a number"),
    ("window breakpoints 1 value", HUGE, "window.breakpoints[1].value", "400 digits"),
    ("window breakpoints 0 kind", "here", "window.breakpoints[0].kind", "not one of line, layer"),
    ("window layout rows", [-7, 5], "window.layout.rows[0]", "is -7, not a whole number from 0"),
    ("window layout rows", [HUGE, 5], "window.layout.rows[0]", "400 digits"),
    (
        "window strokes",
        [{"points": np.ones((1, 3)), "erases": False}] * 20_000,
        "window.strokes",
        f"is a list of 20,000, not a list of 0 to {MOST_STROKES:,}",
    ),
    (
        "window strokes",
        [{"points": np.ones((200_000, 3)), "erases": False}],
        "window.strokes[0].points",
        "is a 200,000x3 array of float64",
    ),
    (
        "window strokes",
        [{"points": np.ones((MOST_POINTS - 1, 3)), "erases": False}] * 2,
        "window",
        f"holds strokes of 9,998 points, more than {MOST_POINTS:,}",
    ),
    ("window strokes 0 points", lambda p: p * np.inf, "window.strokes[0].points", "holds inf"),
    ("window strokes 0 points", lambda p: p * 0, "window", "a width that is not above 0"),
    ("window label", 10, "window.label", "is 10, not a whole number from 0 to 9 or nothing"),
    ("window pen", -1, "window.pen", "is -1, not"),
    ("window other", 1, "window", "holds 'other', which does not belong there"),
    # Their neighbours.
    ("settings seed", -1, "settings.seed", "from 0 to 2,147,483,647"),
    ("settings data", "digits", "settings.data", "not one of strokes, random"),
    ("settings optimizer_options", {"momentum": "x"}, "settings.optimizer_options.momentum", "'x'"),
    ("settings optimizer_options", {"alpha": 0.5}, "settings", "options that nesterov does not"),
    ("settings optimizer_options", {"momentum": 1.5}, "settings.optimizer_options.momentum", "1.5"),
    ("checkpoint optimizer param_groups 0 nesterov", False, "", "not of its optimizer, nesterov"),
    ("checkpoint optimizer param_groups 0 eps", 1e-8, "", "not of its optimizer, nesterov"),
    ("settings schedule_options", {"gamma": 0.5, "iterations": 3}, "settings", "does not take"),
    ("settings roots", {"mnist": "a\0b"}, "settings.roots.mnist", "not at most 4,096 characters"),
    ("due", "lunch", "due", "is 'lunch', not one of zero_grad, forward"),
    ("backwards", 2**40, "backwards", "from 1 to 2"),
    ("intervention kind", "explode", "intervention.kind", "not one of scale, clip"),
    ("intervention value", HUGE, "intervention.value", "400 digits"),
    ("earlier", (("x" * 900, None),), "earlier[0][0]", "not at most 200 characters"),
    ("before iteration", 7, "", "holds iteration 7 as the one before 2"),
    ("checkpoint optimizer", None, "", "not of its optimizer, nesterov"),
    ("checkpoint model conv1.bias", torch.ones(7), "checkpoint.model.conv1.bias", "not a 6 tensor"),
    ("checkpoint grads", [torch.ones(1)], "checkpoint.grads", "not a list of 10"),
    ("checkpoint random_state", torch.ones(3), "checkpoint.random_state", "the state of a gen"),
    ("checkpoint fetched 1 1", torch.tensor([10]), "checkpoint.fetched[1][1]", "holds 10, and is"),
    ("checkpoint fetched 1 1", torch.arange(2), "checkpoint.fetched[1]", "1 images and 2 labels"),
    (
        "checkpoint optimizer state 0 momentum_buffer",
        None,
        "",
        "no momentum_buffer of a parameter",
    ),
    ("checkpoint optimizer param_groups 0 lr", HUGE, "param_groups[0].lr", "400 digits"),
    (
        "checkpoint optimizer param_groups 0 differentiable",
        True,
        "param_groups[0].differentiable",
        "is true, not false",
    ),
]


@pytest.mark.parametrize(("place", "value", "named", "said"), CASES)
def test_what_is_wrong_is_said_in_one_sentence(
    run: StoredRun, tmp_path: Path, place: str, value: Any, named: str, said: str
) -> None:
    path = forged(run, tmp_path / "forged.bpviz", place, value)
    with pytest.raises(UserError, match=r"^forged\.bpviz cannot be opened: ") as refused:
        resume(load_session(path), path)
    text = str(refused.value)
    assert f"{named} {said}".strip() in text or (named in text and said in text)
    assert text.endswith("; choose another file.")
    assert "\n" not in text
    assert len(text) < 300


def test_what_was_not_changed_is_opened(run: StoredRun, tmp_path: Path) -> None:
    path = forged(run, tmp_path / "whole.bpviz", "window label", 4)
    assert load_session(path).window["label"] == 4
    resume(load_session(path), path).trainer.iterate()


@pytest.mark.parametrize("name", ["checkpoint", "curves", "window", "settings"])
def test_a_part_that_is_missing_is_named(run: StoredRun, tmp_path: Path, name: str) -> None:
    found = raw(run)
    del found[name]
    container.write_container(tmp_path / "half.bpviz", "session", found)
    with pytest.raises(UserError, match=f"half.bpviz cannot be opened: holds no {name};"):
        load_session(tmp_path / "half.bpviz")


@pytest.mark.parametrize("kind", BREAKPOINT.kinds)
def test_no_breakpoint_has_a_key_or_a_value_of_another_type(kind: str) -> None:
    for key, value in (([], None), (1.5, None), (None, "x"), ({}, {}), (b"", True)):
        with pytest.raises(Wrong):
            BREAKPOINT.read(Raw("Breakpoint", {"kind": kind, "key": key, "value": value}))


def test_what_could_not_be_opened_is_not_saved(tmp_path: Path) -> None:
    run = run_of(Settings(batch_size=2), {"pen": 40})
    with pytest.raises(UserError, match=r"cannot be saved: window.pen is 40, not"):
        save_session(tmp_path / "run.bpviz", run)
    assert not (tmp_path / "run.bpviz").exists()


def test_a_session_of_the_version_before_is_opened(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It kept what Qt gave for its splitters."""
    splitter = QSplitter()
    qtbot.addWidget(splitter)
    for text in "ab":
        splitter.addWidget(QLabel(text))
    splitter.resize(508, 100)
    splitter.setSizes([100, 400])
    state = bytes(splitter.saveState().data())
    found = raw(run_of(Settings("random", "mse", batch_size=1)))
    found["window"] = {"layout": {"rows": state, "left": b"\xff" * 40, "plots": b""}}
    del found["settings"].fields["roots"]
    found["settings"].fields["mnist_root"] = "some/folder"
    monkeypatch.setattr(container, "VERSION", 2)
    path = tmp_path / "old.bpviz"
    container.write_container(path, "session", found)
    monkeypatch.undo()
    run = load_session(path)
    assert run.window == {"layout": {"rows": [100, 400], "left": [], "plots": []}}
    assert run.settings.roots == {"mnist": "some/folder"}
    assert peek_settings(str(path)) == run.settings
    resume(run, path).trainer.iterate()


def test_a_splitter_of_old_that_is_forged_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = raw(run_of(Settings("random", "mse", batch_size=1)))
    state = b"\0\0\0\xff\0\0\0\1\0\0\0\2" + b"\x80\0\0\0" * 2
    found["window"] = {"layout": {"rows": state}}
    monkeypatch.setattr(container, "VERSION", 2)
    container.write_container(tmp_path / "old.bpviz", "session", found)
    monkeypatch.undo()
    with pytest.raises(UserError, match=r"window.layout.rows\[0\] is -2,147,483,648, not"):
        load_session(tmp_path / "old.bpviz")


def test_every_field_of_what_is_saved_is_declared() -> None:
    """A dataclass that is given another field cannot be saved before the schema has it too."""
    for kind in (
        Settings,
        Checkpoint,
        Curves,
        GradientIntervention,
        Breakpoint,
        Schedule,
        StoredRun,
    ):
        assert is_dataclass(kind)
    declared = {f.name for f in fields(StoredRun)}
    assert set(SESSION.kinds) == declared


@pytest.mark.parametrize("gamma", [0.1, 0.5, 0.999999, 1.0, 3.0, 0.0])
def test_the_rate_after_many_steps_is_that_of_a_loop(gamma: float) -> None:
    rate = 0.05
    schedule = Schedule("step", {"step_size": 2, "gamma": gamma})
    for step in range(200_001):
        if step in (0, 1, 7, 65_536, 65_537, 200_000):
            assert schedule.rate(0.05, 2 * step + 1) == rate
        rate *= gamma


def test_a_rate_after_a_billion_steps_takes_no_time() -> None:
    schedule = Schedule("step", {"step_size": 1, "gamma": 0.5})
    assert 0 <= schedule.rate(0.05, 1_000_000_000) < 1e-300


def test_large_numbers_are_described_shortly() -> None:
    for value in (HUGE, -HUGE, "x" * 10**6, [0] * 10**6, torch.ones(3, 4), Raw("x" * 999, {})):
        assert len(described(value)) < 60


def bounds(kind: Whole | NumberKind) -> tuple[float, float]:
    return kind.low, kind.high


def test_a_run_that_the_window_can_make_can_be_saved() -> None:
    """The ranges of the fields in the window are those of the schema."""
    for quantity, name in ((LEARNING_RATE, "lr"), (BATCH_SIZE, "batch_size"), (SEED, "seed")):
        assert bounds(SETTINGS.kinds[name]) == (quantity.low, quantity.high)
    for name, quantity in SCHEDULE_QUANTITIES.items():
        assert bounds(SCHEDULE_OPTIONS.kinds[name]) == (quantity.low, quantity.high)
    for optimizer in OPTIMIZERS.values():
        for option in optimizer.options:
            kind = OPTIONS_OF[optimizer.name].kinds[option.name]
            parts = option.parts if isinstance(option, TupleOption) else (option,)
            kinds = kind.kinds if isinstance(option, TupleOption) else (kind,)
            for part, each in zip(parts, kinds, strict=True):
                if isinstance(part, NumberOption):
                    quantity = part.quantity
                    assert each.low == quantity.low
                    assert quantity.holds(each.high)
                    assert not quantity.holds(math.nextafter(each.high, math.inf))
                else:
                    assert isinstance(each, Flag)
    for kind, quantity in BREAKPOINT_QUANTITIES.items():
        value = BREAKPOINT.kinds[kind].kinds["value"]
        assert value.low <= quantity.low
        assert value.high >= quantity.high


@pytest.mark.parametrize(("place", "value"), [c[:2] for c in CASES if c[0].startswith("settings")])
def test_wrong_settings_are_not_shown_before_the_file_is_read(
    run: StoredRun, tmp_path: Path, place: str, value: Any
) -> None:
    assert peek_settings(str(forged(run, tmp_path / "f.bpviz", "window label", 4))) == run.settings
    assert peek_settings(str(forged(run, tmp_path / "f.bpviz", place, value))) is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="has no pipes with names")
def test_what_never_ends_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.bpviz")
    assert peek_settings(str(tmp_path / "pipe.bpviz")) is None
    assert read_about(tmp_path / "pipe.bpviz") == {}
