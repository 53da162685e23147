"""What is installed in any folder where Python looks for modules is no file of the user's."""

import sys
from pathlib import Path

import pytest

from backprop_viz.capture.bare.made_leaves import makes_leaves
from backprop_viz.capture.code.user_lines import is_of_a_package, is_written_by_user

MAKES = "import torch\nw = torch.zeros(2, requires_grad=True)\n"


@pytest.mark.parametrize("installed", [True, False])
def test_a_package_beside_its_list_of_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, installed: bool
) -> None:
    """As ``pip install --target`` puts it there; without the list somebody has written it."""
    folder = tmp_path / "anywhere"
    package, beside, script = folder / "made", folder / "own.py", tmp_path / "train.py"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(MAKES)
    beside.write_text("")
    script.write_text("import made\n")
    if installed:
        (folder / "made-1.0.dist-info").mkdir()
        listed = "made/__init__.py,sha256=abc,10\nmade-1.0.dist-info/RECORD,,\n"
        (folder / "made-1.0.dist-info" / "RECORD").write_text(listed)
    monkeypatch.setattr(sys, "path", [*sys.path, str(folder)])
    assert is_of_a_package(str(package / "__init__.py")) == installed
    assert is_written_by_user(str(package / "__init__.py")) != installed
    assert is_written_by_user(str(beside))
    assert makes_leaves(str(script)) != installed
