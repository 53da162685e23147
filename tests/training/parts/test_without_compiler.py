"""Without torch's compiler the numbers are the same, and it is not loaded by anything done."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.analysis.optimizers.plain_optimizer import unusual_options
from tests.nightly import NIGHTLY, by_night

ROOT = Path(__file__).resolve().parents[3]
RUNS = """
import hashlib, json, sys
import torch
import backprop_viz as bv
from backprop_viz.capture.checks.kinks import KinkWatch
from backprop_viz.training.parts.without_compiler import leave_out_compiler
from backprop_viz.training.recorded_steps import RecordedSteps
from backprop_viz.recording.settings.run_settings import Settings
torch.set_num_threads(1)
if sys.argv[1] == "without":
    leave_out_compiler()
    # What a gradient check does first.
    with KinkWatch():
        torch.relu(torch.ones(1))
found = {}
for name, options in json.loads(sys.argv[2]).items():
    trainer = bv.Trainer.from_settings(Settings(
        data="random", loss="mse", batch_size=1, optimizer=name, optimizer_options=options,
        schedule="step", schedule_options={"step_size": 3}, seed=5))
    start = trainer.checkpoint()
    for _ in range(7):
        trainer.iterate()
    recorder = RecordedSteps(trainer)
    for _ in range(5):
        recorder.step()
    far = trainer.checkpoint()
    trainer.restore(start)
    trainer.iterate()
    trainer.restore(far)
    trainer.evaluate()
    weights = b"".join(p.detach().numpy().tobytes() for p in trainer.model.parameters())
    found[name] = hashlib.sha256(weights).hexdigest()
    assert torch.is_grad_enabled()
print(json.dumps([found, "torch._dynamo" in sys.modules]))
"""


@pytest.fixture(scope="module")
def runs() -> dict[str, tuple[dict[str, str], bool]]:
    """What each optimizer's weights come to, and whether the compiler was loaded.

    By day of that without alone: to load the compiler takes longest.
    """
    found = {}
    for how in ("with", "without") if NIGHTLY else ("without",):
        done = subprocess.run(
            [sys.executable, "-c", RUNS, how, json.dumps(unusual_options())],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        found[how] = json.loads(done.stdout)
    return found


@pytest.mark.skipif(not NIGHTLY, reason="by night: loads the compiler")
def test_weights_are_the_same_to_the_last_bit(
    runs: dict[str, tuple[dict[str, str], bool]],
) -> None:
    assert runs["with"][0] == runs["without"][0]
    assert len(set(runs["with"][0].values())) == len(unusual_options())


@by_night
@pytest.mark.long
def test_the_compiler_is_not_loaded(runs: dict[str, tuple[dict[str, str], bool]]) -> None:
    assert [loaded for _, loaded in runs.values()] == [True, False][-len(runs) :]
