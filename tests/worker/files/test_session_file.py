"""A run that is saved and opened must go on as if it had never stopped, bit for bit."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import backprop_viz as bv
from backprop_viz.analysis.losses import LOSSES
from backprop_viz.analysis.optimizers import OPTIMIZERS
from backprop_viz.recording.errors import UserError
from backprop_viz.recording.files.about import read_about
from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.run.history import Curves
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.events import GradientIntervention
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.training import trainer as trainer_module
from backprop_viz.training.data import data_sources
from backprop_viz.training.recorded_steps import RecordedSteps
from backprop_viz.training.state.checkpoints import Checkpoint
from backprop_viz.training.trainer import Trainer
from backprop_viz.worker.files import container
from backprop_viz.worker.files.session_file import (
    ResumedRun,
    StoredRun,
    load_session,
    resume,
    save_session,
)
from tests.analysis.optimizers.plain_optimizer import unusual_options
from tests.nightly import NIGHTLY, by_day_each

EMPTY = Curves(*(np.zeros(0),) * 5)


def stored(settings: Settings, trainer: Trainer, start: Checkpoint, **more: Any) -> StoredRun:
    fields: dict[str, Any] = {
        "before": None,
        "curves": EMPTY,
        "intervention": None,
        "backwards": 1,
        "earlier": (),
        "window": {},
        **more,
    }
    return StoredRun(settings, trainer.phase, start, **fields)


def reopened(path: Path, run: StoredRun) -> ResumedRun:
    save_session(path, run)
    return resume(load_session(path), path)


def go_on(trainer: Trainer, iterations: int) -> tuple[list[float], list[torch.Tensor]]:
    losses = [trainer.iterate().loss for _ in range(iterations)]
    return losses, [p.detach().clone() for p in trainer.model.parameters()]


def assert_same(one: Trainer, other: Trainer) -> None:
    iterations = 20 if NIGHTLY else 6
    (losses, weights), (others, other_weights) = go_on(one, iterations), go_on(other, iterations)
    assert np.array_equal(losses, others, equal_nan=True)
    assert all(map(torch.equal, weights, other_weights))


@pytest.mark.parametrize(("optimizer", "loss", "phases"), by_day_each(OPTIMIZERS, LOSSES, range(5)))
def test_twenty_more_iterations_are_those_without_a_stop(
    tmp_path: Path, optimizer: str, loss: str, phases: int
) -> None:
    options = unusual_options()[optimizer]
    settings = Settings("strokes", loss, optimizer, 1e-3, 4, 3, options)
    plain = Trainer.from_settings(settings)
    for _ in range(5):
        plain.iterate()
    start = plain.checkpoint()
    for _ in range(phases):
        plain.step()
    again = reopened(tmp_path / "run.bpviz", stored(settings, plain, start)).trainer
    assert again.phase is plain.phase
    assert again.iteration == plain.iteration
    while plain.phase is not Phase.ZERO_GRAD:
        assert again.step() is plain.step()
    assert_same(plain, again)


@pytest.mark.parametrize(
    "changes",
    [
        {"clear_gradients": False},
        {"set_to_none": False},
        {"data": "random", "loss": "mse", "batch_size": 1},
        {"schedule": "cosine", "schedule_options": {"iterations": 15}},
        {"schedule": "step", "schedule_options": {"step_size": 3, "gamma": 0.5}},
    ],
    ids=str,
)
def test_every_kind_of_run(tmp_path: Path, changes: dict[str, Any]) -> None:
    settings = replace(Settings(batch_size=8, lr=0.001), **changes)
    plain = Trainer.from_settings(settings)
    for _ in range(4):
        plain.iterate()
    run = stored(settings, plain, plain.checkpoint())
    assert_same(plain, reopened(tmp_path / "run.bpviz", run).trainer)


def test_an_epoch_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    images = torch.rand(23, 1, 32, 32, generator=torch.Generator().manual_seed(0))
    data = torch.utils.data.TensorDataset(images, torch.arange(23) % 10)
    monkeypatch.setattr(trainer_module, "open_source", lambda *_: data_sources.open_source(data))
    settings = Settings(batch_size=8)
    plain = Trainer.from_settings(settings)
    for _ in range(4):
        plain.iterate()
    again = reopened(tmp_path / "run.bpviz", stored(settings, plain, plain.checkpoint())).trainer
    for _ in range(7):
        for trainer in (plain, again):
            trainer.iterate()
        assert torch.equal(plain.labels, again.labels)
    assert_same(plain, again)


def test_a_setting_changed_within_the_iteration(tmp_path: Path) -> None:
    settings = Settings(batch_size=4)
    plain = Trainer.from_settings(settings)
    start = plain.checkpoint()
    plain.step()
    plain.lr = 0.5
    run = stored(replace(settings, lr=0.5), plain, start)
    again = reopened(tmp_path / "run.bpviz", run).trainer
    for trainer in (plain, again):
        while trainer.step() is not Phase.UPDATE:
            pass
    assert_same(plain, again)


@pytest.mark.parametrize("phases", [0, 2])
def test_a_lesson_is_taken_again(tmp_path: Path, phases: int) -> None:
    settings = Settings(batch_size=4)
    plain = Trainer.from_settings(settings)
    plain.iterate()
    plain.use_batch(torch.rand(1, 1, 32, 32), torch.tensor([7]))
    start = plain.checkpoint()
    for _ in range(phases):
        plain.step()
    again = reopened(tmp_path / "run.bpviz", stored(settings, plain, start)).trainer
    while phases and plain.phase is not Phase.ZERO_GRAD:
        assert again.step() is plain.step()
    assert_same(plain, again)


def test_an_altered_backward_and_one_that_ran_twice(tmp_path: Path) -> None:
    settings = Settings(batch_size=4)
    scaled = GradientIntervention(node=2, kind="scale", value=-3.0)
    for intervention, backwards in ((scaled, 1), (None, 2)):
        plain = Trainer.from_settings(settings)
        start = plain.checkpoint()
        recorder = RecordedSteps(plain, intervention=intervention)
        for _ in range(3):
            recorder.step()
        if backwards == 2:
            recorder.backward_twice(retain_graph=True)
        else:
            recorder.step()
        run = stored(settings, plain, start, intervention=intervention, backwards=backwards)
        again = reopened(tmp_path / "run.bpviz", run)
        assert again.recording.intervention == intervention
        assert again.recording.backwards == backwards
        for trainer in (plain, again.trainer):
            trainer.step()
        assert_same(plain, again.trainer)


def test_the_last_iteration_is_shown_again(tmp_path: Path) -> None:
    settings = Settings(batch_size=4)
    plain = Trainer.from_settings(settings)
    plain.iterate()
    before = plain.checkpoint()
    recording = plain.record()
    run = stored(settings, plain, plain.checkpoint(), before=before)
    again = reopened(tmp_path / "run.bpviz", run).recording
    assert (again.iteration, again.loss) == (2, recording.loss)
    assert [e.op for e in again.events] == [e.op for e in recording.events]
    alone = reopened(tmp_path / "run.bpviz", replace(run, before=None)).recording
    assert (alone.iteration, alone.preview) == (3, True)


def test_the_rest_comes_back_as_it_was(tmp_path: Path) -> None:
    settings = Settings(batch_size=2)
    plain = Trainer.from_settings(settings)
    random = np.random.default_rng(5)
    curves = Curves(*(random.uniform(size=n) for n in (9, 9)), np.arange(2.0), *[np.ones(2)] * 2)
    curves.loss[3:5] = np.nan, np.inf
    points = random.uniform(1, 99, size=(7, 3))
    window = {
        "strokes": [{"points": points, "erases": True}, {"greys": bytes(range(245)) * 320}],
        "label": 7,
        "breakpoints": (
            Breakpoint("line", 3),
            Breakpoint("parameter", "fc1.bias"),
            Breakpoint("norm_above", None, 2.5),
            Breakpoint("not_finite"),
        ),
        "layout": {"Zeichnung é 数": [3, 4], "rows": []},
        "pen": 2,
        "sample": 63,
    }
    run = stored(
        settings,
        plain,
        plain.checkpoint(),
        curves=curves,
        earlier=(("sgd", curves),),
        window=window,
    )
    path = tmp_path / "run.bpviz"
    save_session(path, run)
    back = load_session(path)
    assert back.settings == settings
    for one in (back.curves, back.earlier[0][1]):
        for name in Curves.__slots__:
            assert np.array_equal(getattr(one, name), getattr(curves, name), equal_nan=True)
    assert np.array_equal(back.window["strokes"][0].pop("points"), points)
    assert back.window["strokes"] == [{"erases": True}, window["strokes"][1]]
    for name in ("label", "breakpoints", "layout", "pen", "sample"):
        assert back.window[name] == window[name]


def test_missing_fields_get_their_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(batch_size=2, seed=4)
    plain = Trainer.from_settings(settings)
    run = stored(settings, plain, plain.checkpoint())
    encode = container.Encoder.encode

    def older(self: container.Encoder, value: Any) -> Any:
        data = encode(self, value)
        if value is settings:
            del data["fields"]["set_to_none"]
        return data

    monkeypatch.setattr(container.Encoder, "encode", older)
    path = tmp_path / "run.bpviz"
    save_session(path, run)
    assert load_session(path).settings == settings


@pytest.mark.parametrize(
    ("version", "sentence"), [(7, "by a newer .*: update"), (1, "by an older .*: open it with")]
)
def test_another_version_is_named(
    version: int, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(batch_size=2)
    plain = Trainer.from_settings(settings)
    path = tmp_path / "run.bpviz"
    monkeypatch.setattr(container, "VERSION", version)
    save_session(path, stored(settings, plain, plain.checkpoint()))
    monkeypatch.undo()
    with pytest.raises(UserError, match=rf"run\.bpviz was saved {sentence}"):
        load_session(path)


def test_a_run_whose_data_are_gone_is_refused_in_words(tmp_path: Path) -> None:
    settings = Settings(batch_size=2)
    plain = Trainer.from_settings(settings)
    run = stored(settings, plain, plain.checkpoint())
    gone = replace(
        run, settings=replace(settings, data="mnist", roots={"mnist": str(tmp_path / "no")})
    )
    path = tmp_path / "run.bpviz"
    save_session(path, gone)
    with pytest.raises(UserError, match=r"MNIST|folder"):
        resume(load_session(path), path)


def test_a_session_is_no_weights_and_the_other_way_round(tmp_path: Path) -> None:
    from backprop_viz.worker.files.weights import load_weights, save_weights

    settings = Settings(batch_size=2)
    plain = Trainer.from_settings(settings)
    session, weights = tmp_path / "run.bpviz", tmp_path / "net.safetensors"
    save_session(session, stored(settings, plain, plain.checkpoint()))
    save_weights(weights, plain.model)
    with pytest.raises(UserError, match="not a backprop_viz session"):
        load_session(weights)
    session.rename(tmp_path / "run.safetensors")
    with pytest.raises(UserError, match="another network"):
        load_weights(tmp_path / "run.safetensors", bv.LeNet())


@pytest.mark.parametrize("phases", [0, 1])
@pytest.mark.parametrize("form", ["single", "unsqueezed"])
def test_a_run_that_torch_refuses_is_opened_as_it_was(
    tmp_path: Path, form: str, phases: int
) -> None:
    """An input without its batch dimension is no fault of the file."""
    settings = Settings("random", "mse", lr=0.01, batch_size=2, seed=3, input_form=form)
    plain = Trainer.from_settings(replace(settings, input_form="unsqueezed"))
    plain.iterate()
    plain.take_over(settings)
    start = plain.checkpoint()
    for _ in range(phases):
        plain.step()
    opened = reopened(tmp_path / "run.bpviz", stored(settings, plain, start)).trainer
    assert (opened.iteration, opened.phase) == (plain.iteration, plain.phase)
    assert torch.equal(opened.batch[0], plain.batch[0])
    for trainer in (opened, plain):
        trainer.take_over(replace(settings, input_form="unsqueezed"))
    assert_same(opened, plain)


def test_random_data_of_before_it_took_any_batch_size_is_one_input(tmp_path: Path) -> None:
    """Then the batch size of the settings was not looked at."""
    plain = bv.Trainer("random", "mse", lr=0.01, batch_size=1, seed=3)
    plain.iterate()
    settings = Settings("random", "mse", lr=0.01, batch_size=64, seed=3)
    opened = reopened(tmp_path / "run.bpviz", stored(settings, plain, plain.checkpoint())).trainer
    assert opened.batch_size == 1
    assert_same(opened, plain)


def test_what_is_told_of_a_file_is_of_the_run_in_it(tmp_path: Path) -> None:
    settings = Settings(data="random", optimizer="adam", loss="mse")
    trainer = Trainer.from_settings(settings)
    for _ in range(3):
        trainer.iterate()
    # As of a window that shows how things stood a while ago.
    late = {"iterations": "2", "data": "mnist", "file": "run.bpviz"}
    run = stored(settings, trainer, trainer.checkpoint())
    save_session(tmp_path / "kept.bpviz", run, late)
    assert read_about(tmp_path / "kept.bpviz") == {
        "file": "run.bpviz",
        "data": "random",
        "loss": "mse",
        "optimizer": "adam",
        "iterations": "3",
    }
