"""A script runs with torch alone and prints the losses of the run that it is of, bit for bit."""

import gzip
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import backprop_viz as bv
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.training.script.run_journal import RunJournal
from backprop_viz.training.script.script_data import run_data
from backprop_viz.training.script.standalone_script import Run, samples_taken, script
from tests.alone import losses_of, losses_of_text

TUTORIAL = Settings(data="random", loss="mse", lr=0.01, batch_size=1)


def run_of(trainer: bv.Trainer, settings: Settings, iterations: int, **more: Any) -> Run:
    journal = RunJournal({0: settings})
    size = len(trainer.samples("train"))
    taken = samples_taken(journal, iterations, {}, size)
    data = run_data(settings, trainer.source, taken)
    return Run(trainer.model, journal, iterations, {}, data, torch.get_num_threads(), **more)


def plain_losses(trainer: bv.Trainer, iterations: int) -> list[str]:
    return [trainer.iterate().loss.hex() for _ in range(iterations)]


@pytest.mark.parametrize(
    "settings",
    [
        TUTORIAL,
        replace(TUTORIAL, optimizer="manual", clear_gradients=False, lr=0.001),
        replace(TUTORIAL, loss="cross_entropy", optimizer="nesterov", seed=2, batch_size=5),
        replace(TUTORIAL, input_form="unsqueezed", batch_size=3),
        Settings(loss="mse", optimizer="adam", lr=0.001, batch_size=7, set_to_none=False),
        Settings(optimizer="rmsprop", lr=0.001, optimizer_options={"alpha": 0.9}, batch_size=33),
        replace(TUTORIAL, optimizer="nadam", optimizer_options={"betas": (0.8, 0.9)}, lr=0.001),
        Settings(optimizer="sgd", schedule="cosine", schedule_options={"iterations": 9}, seed=5),
        replace(TUTORIAL, schedule="step", schedule_options={"step_size": 4}),
        replace(TUTORIAL, schedule="step", optimizer="manual", schedule_options={"step_size": 4}),
        replace(TUTORIAL, schedule="cosine", optimizer="manual"),
    ],
    ids=lambda s: f"{s.data}-{s.loss}-{s.optimizer}-{s.schedule}-{s.input_form}",
)
def test_it_prints_the_losses(settings: Settings, tmp_path: Path) -> None:
    trainer = bv.Trainer.from_settings(settings)
    text = script(run_of(trainer, settings, 12), beside=False)
    assert losses_of_text(text, tmp_path) == plain_losses(trainer, 12)


def test_without_a_loss_it_runs_and_ends_with_the_same_weights(tmp_path: Path) -> None:
    settings = replace(TUTORIAL, loss="output_gradient")
    trainer = bv.Trainer.from_settings(settings)
    text = script(run_of(trainer, settings, 5), beside=False)
    text += "print(*(w.item() for w in net.conv1.bias), sep='\\n')\n"
    found = losses_of_text(text, tmp_path)
    for _ in range(5):
        trainer.iterate()
    assert found == [w.hex() for w in trainer.model.conv1.bias.tolist()]


def write_mnist(folder: Path, count: int, zipped: bool) -> None:
    random = np.random.default_rng(0)
    for part in ("train", "t10k"):
        images = random.integers(0, 256, (count, 28, 28), np.uint8)
        labels = random.integers(0, 10, count, np.uint8)
        for name, array in ((f"{part}-images-idx3", images), (f"{part}-labels-idx1", labels)):
            head = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
            data = head + array.tobytes()
            file = folder / f"{name}-ubyte{'.gz' if zipped else ''}"
            file.write_bytes(gzip.compress(data) if zipped else data)


@pytest.mark.parametrize("zipped", [False, True])
def test_mnist_is_read_from_the_users_own_files(tmp_path: Path, zipped: bool) -> None:
    """Through two epochs of 50 samples, the last batch of each a smaller one."""
    folder = tmp_path / "it's MNIST"
    folder.mkdir()
    write_mnist(folder, 50, zipped)
    settings = Settings(data="mnist", roots={"mnist": str(folder)}, batch_size=16, seed=3)
    trainer = bv.Trainer.from_settings(settings)
    text = script(run_of(trainer, settings, 9), beside=False)
    assert len(text) < 10_000
    assert losses_of_text(text, tmp_path) == plain_losses(trainer, 9)


@pytest.mark.parametrize("iterations", [2, 9])
@pytest.mark.parametrize("beside", [False, True])
def test_samples_of_a_folder_are_taken_along(tmp_path: Path, iterations: int, beside: bool) -> None:
    """Those that were used, in their order; of more than an epoch all, shuffled as they were."""
    from PIL import Image

    random = np.random.default_rng(1)
    for digit in range(10):
        (tmp_path / "digits" / str(digit)).mkdir(parents=True)
        for i in range(4):
            pixels = random.integers(0, 2, (20, 20), np.uint8) * 255
            Image.fromarray(pixels).save(tmp_path / "digits" / str(digit) / f"{i}.png")
    root = str(tmp_path / "digits")
    settings = Settings(data="folder", roots={"folder": root}, batch_size=16)
    trainer = bv.Trainer.from_settings(settings)
    run = run_of(trainer, settings, iterations)
    assert run.data.carried.in_use == (iterations == 2)
    file = tmp_path / "training.py"
    file.write_text(script(run, beside))
    if beside:
        (tmp_path / "training.data").write_bytes(run.data.carried.packed)
        assert len(file.read_text()) < 10_000
    assert losses_of(file) == plain_losses(trainer, iterations)


def test_what_the_loader_gives_is_counted_as_it_gives_it() -> None:
    journal = RunJournal({0: replace(TUTORIAL, batch_size=16)})
    assert samples_taken(journal, 3, {}, 40) == 40
    assert samples_taken(journal, 4, {}, 40) == 56
    drawn = {1: (torch.zeros(1, 1, 32, 32), torch.zeros(1))}
    assert samples_taken(journal, 4, drawn, 40) == 40
    changed = journal.changed(2, replace(TUTORIAL, batch_size=4), Phase.ZERO_GRAD)
    assert samples_taken(changed, 4, {}, 1000) == 16 + 16 + 4 + 4


@pytest.mark.parametrize("seed", range(20))
def test_long_runs_are_counted_as_short_ones_one_batch_at_a_time(seed: int) -> None:
    random = np.random.default_rng(seed)
    size, iterations = int(random.integers(1, 50)), int(random.integers(1, 200))
    journal = RunJournal({0: replace(TUTORIAL, batch_size=int(random.integers(1, 60)))})
    for at in sorted(random.integers(1, iterations + 1, 4).tolist()):
        changed = replace(TUTORIAL, batch_size=int(random.integers(1, 60)))
        journal = journal.changed(at, changed, Phase.ZERO_GRAD)
    drawn = (torch.zeros(1, 1, 32, 32), torch.zeros(1))
    given_batches = dict.fromkeys(random.integers(0, iterations, 3).tolist(), drawn)
    taken = 0
    for iteration in range(iterations):
        if iteration not in given_batches:
            taken += min(journal.at(iteration).batch_size, size - taken % size)
    assert samples_taken(journal, iterations, given_batches, size) == taken
    assert samples_taken(journal, 10**9, {}, size) > 10**8


def test_a_change_during_an_iteration_counts_for_what_of_it_is_still_to_come() -> None:
    other = replace(TUTORIAL, lr=0.5, set_to_none=False, input_form="single")
    journal = RunJournal({0: TUTORIAL}).changed(3, other, Phase.LOSS)
    assert [journal.at(i) for i in (2, 3, 4)] == [TUTORIAL, replace(TUTORIAL, lr=0.5), other]
    early = RunJournal({0: TUTORIAL}).changed(3, other, Phase.FORWARD)
    assert early.at(3) == replace(TUTORIAL, lr=0.5, input_form="single")
    assert journal.up_to(3, TUTORIAL).settings == {0: TUTORIAL}


def test_what_an_iteration_was_is_what_it_was_last() -> None:
    journal = RunJournal({0: TUTORIAL}).ran(2, intervention=True, twice=True)
    assert (journal.foreign, journal.twice) == ({2: "intervention"}, (2,))
    again = journal.ran(2, intervention=False, twice=False)
    assert again == RunJournal({0: TUTORIAL})
    assert journal.up_to(2, TUTORIAL) == again
    assert journal.up_to(3, TUTORIAL) == journal
