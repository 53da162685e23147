"""``backprop-viz export``: a recording file as a web page, without torch and without Qt."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import nn

import backprop_viz as bv
from backprop_viz.__main__ import main

_ALONE = """
import sys
sys.modules.update(dict.fromkeys(("torch", "PySide6")))  # whoever imports one is told it is not
from backprop_viz.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A file of three iterations."""
    net = nn.Linear(2, 1)
    with bv.RecordingFileWriter(tmp_path / "run.bprec") as file:
        for _ in range(3):
            with bv.record(net) as recording:
                net(torch.ones(1, 2)).sum().backward()
            file.add(recording)
    return tmp_path / "run.bprec"


def export(*arguments: object) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-c", _ALONE, "export", *map(str, arguments)]
    return subprocess.run(words, capture_output=True, text=True, check=False)


def test_the_last_iteration_or_another_one_becomes_a_page(run: Path) -> None:
    page = run.with_name("page.html")
    with bv.load(run) as file:
        last = file[-1].iteration
        first = file[0].iteration
    done = export(run, page)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert f"<title>Linear · iteration {last}</title>" in page.read_text(encoding="utf-8")
    assert main(["export", str(run), str(page), "--iteration", str(first)]) == 0
    assert f"<title>Linear · iteration {first}</title>" in page.read_text(encoding="utf-8")


def test_what_cannot_be_is_one_sentence(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = run.with_name("page.html")
    for arguments, said in (
        ([run, page, "--iteration", 99], "lacks iteration 99; of its"),
        ([run, run.parent / "no" / "page.html"], "does not exist"),
        ([page, page], "does not exist"),
    ):
        assert main(["export", *map(str, arguments)]) == 2
        printed = capsys.readouterr().err
        assert printed.startswith("backprop-viz export: ")
        assert said in printed
        assert printed.count("\n") == 1
    with pytest.raises(SystemExit):
        main(["export", str(run), str(run.with_suffix(".png"))])
    assert not page.exists()
