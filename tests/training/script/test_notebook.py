"""A notebook runs with torch alone, by the tutorial's parts, and prints the run's losses."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

import backprop_viz as bv
from backprop_viz.analysis.notebook_texts import NOTEBOOK_TEXTS
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.training.script.notebook import notebook
from backprop_viz.training.script.run_journal import RunJournal
from backprop_viz.training.script.script_data import run_data
from backprop_viz.training.script.standalone_script import Run, samples_taken, script
from tests.alone import losses_of_notebook

TUTORIAL = Settings(data="random", loss="mse", lr=0.01, batch_size=1)


def run_of(trainer: bv.Trainer, settings: Settings, iterations: int) -> Run:
    journal = RunJournal({0: settings})
    taken = samples_taken(journal, iterations, {}, len(trainer.samples("train")))
    data = run_data(settings, trainer.source, taken)
    return Run(trainer.model, journal, iterations, {}, data, torch.get_num_threads())


@pytest.mark.parametrize(
    "settings",
    [
        TUTORIAL,
        replace(TUTORIAL, optimizer="manual", schedule="cosine", batch_size=3),
        Settings(optimizer="adam", lr=0.001, batch_size=7, seed=4),
    ],
    ids=lambda s: f"{s.data}-{s.optimizer}",
)
def test_its_cells_print_the_losses(settings: Settings, tmp_path: Path) -> None:
    trainer = bv.Trainer.from_settings(settings)
    (tmp_path / "run.ipynb").write_text(notebook(run_of(trainer, settings, 8), None, {}))
    plain = [trainer.iterate().loss.hex() for _ in range(8)]
    assert losses_of_notebook(tmp_path / "run.ipynb") == plain


def test_samples_lie_beside_it_where_they_are_many(tmp_path: Path) -> None:
    settings = Settings(batch_size=40)
    trainer = bv.Trainer.from_settings(settings)
    run = run_of(trainer, settings, 3)
    (tmp_path / "it's mine.ipynb").write_text(notebook(run, "it's mine.data", {}))
    assert run.data.carried is not None
    (tmp_path / "it's mine.data").write_bytes(run.data.carried.packed)
    plain = [trainer.iterate().loss.hex() for _ in range(3)]
    assert losses_of_notebook(tmp_path / "it's mine.ipynb") == plain


def test_a_sentence_stands_above_each_of_the_tutorials_parts() -> None:
    trainer = bv.Trainer.from_settings(TUTORIAL)
    run = run_of(trainer, TUTORIAL, 1200)
    cells = json.loads(notebook(run, None, {"network": "그물"}))["cells"]
    assert [cell["cell_type"] for cell in cells] == ["markdown"] + ["markdown", "code"] * 6
    assert "".join(cells[0]["source"]).startswith("# LeNet: 1,200 iterations\n")
    names = [cell["id"] for cell in cells if cell["cell_type"] == "code"]
    assert ["title", *names] == list(NOTEBOOK_TEXTS)
    assert cells[names.index("network") * 2 + 1]["source"] == ["그물"]
    assert len({cell["id"] for cell in cells}) == len(cells)


def test_its_code_is_the_scripts() -> None:
    trainer = bv.Trainer.from_settings(TUTORIAL)
    run = run_of(trainer, TUTORIAL, 5)
    cells = json.loads(notebook(run, None, {}))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    assert script(run, beside=False).endswith("\n\n\n".join(code) + "\n")
