"""What a script adds to where Python looks for modules is its own code as well."""

from pathlib import Path

import pytest

import backprop_viz as bv
from tests.capture.live.script_runs import Scripts

LIBRARY = """
import torch
class Trainer:
    def __init__(self):
        self.w = torch.zeros(4, 3, requires_grad=True)
    def fit(self, batches, lr=0.1):
        for x, y in batches:
            out = x @ self.w
            loss = torch.nn.functional.cross_entropy(out, y)
            loss.backward()
            with torch.no_grad():
                self.w -= lr * self.w.grad
            self.w.grad = None
            print(loss.item())
"""
TRAINS = """
import torch
from mylib.train import Trainer
torch.manual_seed(0)
Trainer().fit([(torch.randn(6, 4), torch.randint(0, 3, (6,))) for _ in range(3)])
"""
ADDED = {
    "joined": "import os, sys\n"
    "sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'libs'))\n",
    "by name": "import os, sys\n"
    "ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))\n"
    "LIBS = os.path.join(ROOT, 'libs')\nsys.path.append(LIBS)\n",
    "by path": "import sys\nfrom pathlib import Path\n"
    "sys.path.append(str(Path(__file__).resolve().parents[1] / 'libs'))\n",
    "in front": "import sys\nfrom pathlib import Path\n"
    "sys.path = [str(Path(__file__).resolve().parents[1] / 'libs'), *sys.path]\n",
}


@pytest.mark.parametrize("how", ADDED)
def test_tensors_of_such_a_module_are_followed(scripts: Scripts, tmp_path: Path, how: str) -> None:
    library = tmp_path / "libs" / "mylib"
    library.mkdir(parents=True)
    (library / "__init__.py").touch()
    (library / "train.py").write_text(LIBRARY)
    script, file = tmp_path / "project" / "train.py", tmp_path / "run.bprec"
    script.parent.mkdir()
    script.write_text(ADDED[how] + TRAINS)
    ended = scripts.recorded("--to", str(file), str(script))
    assert ended.status == 0
    printed = ended.printed.splitlines()
    with bv.load(file) as loaded:
        assert [str(loss) for loss in loaded.losses[1].tolist()] == printed
        assert [[one.name for one in recording.parameters] for recording in loaded] == [["w"]] * 3
