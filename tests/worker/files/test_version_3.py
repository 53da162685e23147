"""A session that the version before wrote opens as what it was: its names are told here once."""

from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from backprop_viz.recording.files.raw import Raw
from backprop_viz.recording.kept import Kept
from backprop_viz.recording.run.history import Curves
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.events import GradientIntervention
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.training.script.run_journal import RunJournal
from backprop_viz.training.trainer import Trainer
from backprop_viz.worker.files import container
from backprop_viz.worker.files.session_file import load_session
from backprop_viz.worker.files.stored_run import StoredRun

RECORDS = {"GradientIntervention": "Alteration", "RunJournal": "Journal"}
FIELDS = {
    "intervention": "altered",
    "given_batches": "lessons",
    "given_batch": "lesson",
    "validation_iteration": "held_out_iteration",
    "validation_loss": "held_out_loss",
    "validation_accuracy": "held_out_accuracy",
}


def as_version_3(value: Any) -> Any:
    """A value with the names that version 3 gave to records, fields and a journal's entries."""
    if isinstance(value, Settings):
        names = [f.name for f in fields(value) if f.name != "roots"]
        old = {name: as_version_3(getattr(value, name)) for name in names}
        roots = {f"{name}_root": value.roots.get(name) for name in ("mnist", "folder")}
        return Raw("Settings", {**old, **roots})
    if is_dataclass(value) and not isinstance(value, type):
        name = type(value).__name__
        found = {FIELDS.get(f.name, f.name): getattr(value, f.name) for f in fields(value)}
        old = {k: as_version_3(v) for k, v in found.items()}
        if isinstance(value, RunJournal):
            old["foreign"] = dict.fromkeys(value.foreign, "altered")
        return Raw(RECORDS.get(name, name), old)
    if isinstance(value, list | tuple):
        return type(value)(as_version_3(item) for item in value)
    if isinstance(value, dict):
        return {key: as_version_3(item) for key, item in value.items()}
    return value


def test_all_that_version_3_named_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(batch_size=4)
    trainer = Trainer.from_settings(settings)
    before = trainer.checkpoint()
    trainer.iterate()
    given = {0: (torch.rand(4, 1, 32, 32), torch.arange(4))}
    checkpoint = replace(trainer.checkpoint(), given_batch=given[0])
    curves = Curves(
        np.array([2.5]), np.array([0.25]), np.array([1.0]), np.array([2.25]), np.array([0.5])
    )
    scaled = GradientIntervention(2, "scale", 3.0)
    journal = RunJournal({0: settings}, foreign={0: "intervention"})
    run = StoredRun(
        settings,
        Phase.ZERO_GRAD,
        checkpoint,
        before,
        curves,
        scaled,
        1,
        (("before", curves),),
        {},
        (Kept(1, None, scaled, 1),),
        (before,),
        given,
        journal,
    )
    path = tmp_path / "old.bpviz"
    old = {FIELDS.get(f.name, f.name): as_version_3(getattr(run, f.name)) for f in fields(run)}
    monkeypatch.setattr(container, "VERSION", 3)
    container.write_container(path, "session", old)
    monkeypatch.undo()
    assert b"held_out_loss" in path.read_bytes()
    assert b"validation_loss" not in path.read_bytes()

    found = load_session(path)
    assert found.settings == settings
    assert found.intervention == scaled
    assert found.kept == run.kept
    assert found.journal == journal
    for one, other in ((found.curves, curves), (found.earlier[0][1], curves)):
        for name in Curves.__slots__:
            assert np.array_equal(getattr(one, name), getattr(other, name))
    assert torch.equal(found.given_batches[0][0], given[0][0])
    assert found.checkpoint.given_batch is not None
    assert torch.equal(found.checkpoint.given_batch[0], given[0][0])
