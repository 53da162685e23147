"""What the window of a script is told of the command that runs it."""

from pathlib import Path
from typing import Any

import pytest

from backprop_viz.capture.live import command
from backprop_viz.capture.live.script_arguments import Script


class _ToldError(Exception):
    pass


def test_the_window_knows_what_the_run_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that a run again records the same."""
    told: list[Any] = []

    def start(*arguments: Any) -> None:
        told.extend(arguments)
        raise _ToldError

    monkeypatch.setattr(command, "start_window", start)
    script = tmp_path / "train.py"
    script.touch()
    with pytest.raises(_ToldError):
        command.run_beside_window(
            Script(str(script)), every=7, only=["a.*", "b"], theme="dark", language="ko"
        )
    assert told == ["dark", "ko", ("--every", "7", "--only", "a.*", "--only", "b")]
