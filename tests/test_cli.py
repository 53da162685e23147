import subprocess
import sys
import time

import pytest

from backprop_viz.cli import parse


def test_presets_and_options() -> None:
    tutorial = parse(["--preset", "tutorial", "--seed", "5", "--light"])
    assert tutorial.theme == "light"
    assert tutorial.settings["data"] == "random"
    assert tutorial.settings["loss"] == "mse"
    assert tutorial.settings["seed"] == 5
    assert parse([]).settings["data"] == "strokes"
    assert parse(["--preset", "tutorial", "--data", "strokes"]).settings["data"] == "strokes"
    mnist = parse(["--mnist-root", "some/folder"]).settings
    assert (mnist["data"], mnist["roots"]) == ("mnist", {"mnist": "some/folder"})
    folder = parse(["--folder-root", "my/digits", "--preset", "tutorial"]).settings
    assert (folder["data"], folder["roots"]) == ("folder", {"folder": "my/digits"})
    both = parse(["--folder-root", "a", "--mnist-root", "b", "--data", "folder"]).settings
    assert (both["data"], both["roots"]) == ("folder", {"folder": "a", "mnist": "b"})


@pytest.mark.parametrize(
    "argv",
    [
        ["--no-such"],
        ["--preset", "cats"],
        ["--seed", "-1"],
        ["--seed", "one"],
        ["--light", "--dark"],
        ["--data", "mnist"],
        ["--data", "folder"],
        ["--data", "folder", "--mnist-root", "some/folder"],
        ["extra"],
    ],
)
def test_a_bad_argument_exits_with_2(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        parse(argv)
    assert exit_.value.code == 2
    assert "usage: backprop-viz" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_answer_without_torch_or_qt(option: str) -> None:
    script = (
        "import sys\n"
        "from backprop_viz.__main__ import main\n"
        f"try: main([{option!r}])\n"
        "except SystemExit as e: code = e.code\n"
        "print('loaded', 'torch' in sys.modules, 'PySide6' in sys.modules, code)"
    )
    run = [sys.executable, "-c", script]
    done = subprocess.run(run, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.endswith("loaded False False 0\n")
    assert "backprop-viz" in done.stdout


def test_help_costs_little_more_than_python_itself() -> None:
    """A ratio in one run: the bare interpreter with argparse is the peer."""

    def best(arguments: list[str]) -> float:
        times = []
        for _ in range(5):
            begun = time.perf_counter()
            subprocess.run([sys.executable, *arguments], capture_output=True, check=True)
            times.append(time.perf_counter() - begun)
        return min(times)

    bare = best(["-c", "import argparse"])
    assert best(["-m", "backprop_viz", "--help"]) < 5 * bare
