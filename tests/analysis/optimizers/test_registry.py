"""The optimizers are declared in their own files, and nowhere else."""

import ast
from pathlib import Path

import torch

import backprop_viz as bv
from backprop_viz.analysis import optimizers
from backprop_viz.analysis.optimizers import KNOWN, OPTIMIZERS, optimizer_of
from backprop_viz.analysis.update_breakdown import explain_update
from backprop_viz.recording.trace.phases import Phase
from tests.package_files import PACKAGE, trees_with

# Where a run is declared that somebody begins with.
CHOICES = {"run_settings.py", "presets.py", "race_presets.py", "trainer.py"}


def test_every_file_of_the_folder_is_an_optimizer() -> None:
    files = {path.stem for path in Path(optimizers.__file__).parent.glob("*.py")}
    assert set(KNOWN) == files - {"__init__"}
    scripts_alone = {"adadelta", "asgd", "lbfgs", "muon", "rprop", "sparse_adam"}
    assert set(KNOWN) - set(OPTIMIZERS) == scripts_alone
    assert list(OPTIMIZERS)[:3] == ["manual", "sgd", "nesterov"]


def test_those_of_one_torch_class_have_one_rule() -> None:
    for entry in KNOWN.values():
        found = optimizer_of(entry.op)
        assert found is not None
        assert found.torch_class == entry.torch_class
        assert found.rule is entry.rule


def test_nothing_else_names_an_optimizer() -> None:
    own = PACKAGE / "analysis" / "optimizers"
    named = [
        (path.name, node.value)
        for path, tree in trees_with(OPTIMIZERS)
        if not path.is_relative_to(own) and path.name not in CHOICES
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and node.value in OPTIMIZERS
    ]
    assert named == []


class Adam(torch.optim.Adam):
    """Somebody's own, that does something else."""

    def step(self, closure: None = None) -> None:
        with torch.no_grad():
            for parameter in self.param_groups[0]["params"]:
                parameter.add_(1)


def test_an_optimizer_of_ones_own_is_not_taken_for_torchs() -> None:
    trainer = bv.Trainer("random", "mse", "adam", 0.01, 1)
    trainer.optimizer = Adam(trainer.model.parameters(), lr=0.01)
    recording = trainer.record()
    event = next(e for e in recording.events if e.phase is Phase.UPDATE)
    assert event.op.endswith(".Adam")
    assert optimizer_of(event.op) is None
    assert explain_update(event, recording.options, 0).terms == ()
