import subprocess
import sys
from pathlib import Path

import pytest

from backprop_viz.cli import SUBCOMMANDS, parse, parse_run


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
        ["--language", "xx"],
        ["extra"],
    ],
)
def test_a_bad_argument_exits_with_2(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        parse(argv)
    assert exit_.value.code == 2
    said = capsys.readouterr().err
    assert "usage: backprop-viz" in said
    assert "invalid _" not in said  # no name of a function of ours


def test_a_recording_is_known_by_what_it_begins_with(tmp_path: Path) -> None:
    named, other = tmp_path / "run.txt", tmp_path / "other.txt"
    named.write_bytes(b"\x89BPVIZ\r\n" + bytes(4))
    other.write_text("no recording")
    assert parse([str(named)]).recordings == (str(named),)
    with pytest.raises(SystemExit):
        parse([str(other)])


def test_a_folder_is_no_script(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse_run([str(tmp_path)])
    assert f"{tmp_path} is a folder: give the path of a Python script" in capsys.readouterr().err


def test_the_window_of_a_script_has_its_look(tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.touch()
    told = parse_run(["--language", "ko", "--light", str(script), "--language", "xx"])
    assert (told.language, told.theme) == ("ko", "light")
    assert told.script.arguments == ("--language", "xx")
    plain = parse_run([str(script)])
    assert (plain.language, plain.theme) == (None, None)


@pytest.mark.parametrize("command", SUBCOMMANDS)
def test_a_command_after_options_is_told_where_it_belongs(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parse(["--language", "ko", command, "train.py"])
    assert f"{command} comes before its options: backprop-viz {command} --help" in (
        capsys.readouterr().err
    )


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


def test_help_loads_only_pythons_own_modules() -> None:
    """So it costs little more than Python itself."""
    script = (
        "import runpy, sys\n"
        "sys.argv = ['backprop-viz', '--help']\n"
        "before = set(sys.modules)\n"
        "try: runpy.run_module('backprop_viz', run_name='__main__')\n"
        "except SystemExit: pass\n"
        "names = {name.split('.')[0] for name in set(sys.modules) - before}\n"
        "print(*sorted(names - sys.stdlib_module_names), sep='\\n', file=sys.stderr)\n"
    )
    run = [sys.executable, "-c", script]
    done = subprocess.run(run, capture_output=True, text=True, check=True, timeout=60)
    assert done.stderr.split() == ["backprop_viz"]


@pytest.mark.parametrize(
    "launch", [("-m", "torch.distributed.run"), ("bin/torchrun",)], ids=["module", "program"]
)
def test_what_only_starts_other_processes_is_not_run(
    launch: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "torchrun").touch()
    with pytest.raises(SystemExit) as ended:
        parse_run([*launch, "--nproc-per-node", "2", "train.py"])
    assert ended.value.code == 2
    assert "torchrun --nproc-per-node 2 -m backprop_viz run train.py" in capsys.readouterr().err
