"""What the settings show before torch is loaded: the values of the run that will be there."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QSettings
from PySide6.QtWidgets import QApplication, QComboBox

import backprop_viz as bv
from backprop_viz.app import create_window
from backprop_viz.desktop.panels.settings.settings_bar import SettingsBar
from backprop_viz.desktop.widgets.fields.number_field import NumberField
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.recording.run.history import History
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.training.session_files.peek import peek_settings
from backprop_viz.worker.files.container import write_container
from backprop_viz.worker.files.session_file import StoredRun, save_session

RUN = Settings(
    data="random",
    loss="mse",
    optimizer="adam",
    lr=0.003,
    batch_size=3,
    seed=11,
    optimizer_options={"betas": (0.8, 0.99)},
    schedule="step",
    schedule_options={"step_size": 7},
)


@pytest.fixture
def launch(tmp_path: Path, qtbot: object) -> Iterator[object]:
    """Makes a window as a launch does, and does not wait for torch."""
    QSettings.setPath(
        QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path / "settings")
    )
    windows: list[MainWindow] = []

    def launch(*argv: str) -> MainWindow:
        window = create_window(list(argv))
        windows.append(window)
        window.show()
        return window

    yield launch
    for window in windows:
        window.close()
        window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.instance().setStyleSheet("")


def shown(bar: SettingsBar) -> tuple[object, ...]:
    """What the settings bar shows: four choices, three numbers."""
    choices = ("data", "loss", "optimizer", "schedule")
    numbers = ("learningRate", "batchSize", "seed")
    return (
        *(bar.findChild(QComboBox, name).currentData() for name in choices),
        *(bar.findChild(NumberField, name).text() for name in numbers),
    )


def session_of(settings: Settings, path: Path) -> Path:
    trainer = bv.Trainer.from_settings(settings)
    points = [(trainer.iterate().loss, 0.0) for _ in range(2)]
    history = History()
    history.extend(points, [])
    run = StoredRun(
        settings=settings,
        due=Phase.ZERO_GRAD,
        checkpoint=trainer.checkpoint(),
        before=None,
        curves=history.curves(),
        intervention=None,
        backwards=1,
        earlier=(),
        window={},
    )
    save_session(path, run)
    return path


def test_a_presets_values_are_there_at_once(launch) -> None:  # type: ignore[no-untyped-def]
    window = launch("--preset", "tutorial", "--seed", "5")
    expected = ("random", "mse", "sgd", "none", "0.01", "1", "5")
    assert window.session.view_state is None
    assert shown(window.toolbar.settings) == expected
    assert window.session.wait_idle(60)
    assert shown(window.toolbar.settings) == expected


def test_so_are_those_of_a_session_that_is_opened(launch, tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = session_of(RUN, tmp_path / "run.bpviz")
    window = launch(str(path))
    bar = window.toolbar.settings
    expected = ("random", "mse", "adam", "step", "0.003", "3", "11")
    assert (shown(bar), bar.isEnabled()) == (expected, False)
    seen = []
    window.session.view_state_ready.connect(lambda _: seen.append(shown(bar)))
    assert window.session.wait_idle(60)
    assert set(seen) == {expected}
    assert bar.isEnabled()
    assert window.session.iteration == 2


def test_a_session_that_is_refused_leaves_the_presets_values(launch, tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = session_of(RUN, tmp_path / "run.bpviz")
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    window = launch("--preset", "tutorial", str(path))
    assert window.session.wait_idle(60)
    bar = window.toolbar.settings
    assert bar.isEnabled()
    assert shown(bar) == ("random", "mse", "sgd", "none", "0.01", "1", "0")
    assert "run.bpviz" in window.messages.text()


def test_the_settings_of_a_file_are_read_from_its_head(tmp_path: Path) -> None:
    assert peek_settings(str(session_of(RUN, tmp_path / "run.bpviz"))) == RUN


@pytest.mark.parametrize(
    "settings",
    [
        {"lr": "much"},
        {"data": 3},
        {"optimizer_options": {"momentum": "x"}},
        {"optimizer_options": [1]},
        {"unheard_of": 1},
    ],
    ids=str,
)
def test_wrong_settings_are_not_shown(tmp_path: Path, settings: dict[str, object]) -> None:
    path = tmp_path / "run.bpviz"
    write_container(path, "session", {"settings": RUN})
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    head = json.loads(data[8 : 8 + length])
    manifest = json.loads(head["__metadata__"]["manifest"])
    fields = dict(manifest["value"]["dict"])["settings"]["fields"]
    for name, value in settings.items():
        plain = {"dict": [[k, v] for k, v in value.items()]} if isinstance(value, dict) else value
        fields[name] = plain
    head["__metadata__"]["manifest"] = json.dumps(manifest)
    text = json.dumps(head).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text)
    assert peek_settings(str(path)) is None


@pytest.mark.parametrize("data", [b"", b"PK", b"\xff" * 64, b"\x02" + b"\0" * 7 + b"{}"])
def test_what_is_no_session_has_no_settings(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "run.bpviz"
    path.write_bytes(data)
    assert peek_settings(str(path)) is None
    assert peek_settings(str(tmp_path / "nothing.bpviz")) is None
