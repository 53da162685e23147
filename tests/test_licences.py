"""The command that lists the licences of what is installed, and refuses some."""

import runpy
from email.message import Message
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any

import pytest

SCRIPT: dict[str, Any] = runpy.run_path(str(Path(__file__).parents[1] / ".ci" / "licences"))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("MIT", True),
        ("Apache-2.0 OR BSD-2-Clause", True),
        ("LGPL-3.0-only OR GPL-2.0-only OR GPL-3.0-only", True),
        ("MPL-2.0 AND (MIT OR GPL-3.0-only)", True),
        ("Apache-2.0 WITH LLVM-exception", True),
        ("GPL-3.0-or-later WITH GCC-exception-3.1 AND MIT", True),
        ("LicenseRef-NVIDIA-Proprietary", True),
        ("GPL-3.0-only", False),
        ("AGPL-3.0-or-later", False),
        ("MIT AND GPL-2.0-only", False),
        ("(MIT AND GPL-2.0-only) OR AGPL-3.0-only", False),
        ("MIT AND (", False),
        ("GPL-3.0-only WITH", False),
        ("", False),
        ("Proprietary", False),
        ("MIT MIT", False),
    ],
)
def test_what_may_be_shipped(expression: str, expected: bool) -> None:
    assert SCRIPT["will_do"](expression) is expected


def metadata(**fields: str) -> Message:
    message = Message()
    for name, value in fields.items():
        message[name.replace("_", "-")] = value
    return message


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (metadata(License_Expression="MIT", License="GPL"), "MIT"),
        (metadata(License="BSD License"), "BSD-3-Clause"),
        (metadata(Classifier="License :: OSI Approved :: MIT License"), "MIT"),
        (
            metadata(
                License="The whole\ntext of it",
                Classifier="License :: OSI Approved :: ISC License (ISCL)",
            ),
            "ISC",
        ),
        (metadata(Classifier="Typing :: Typed"), ""),
    ],
)
def test_what_a_package_says(told: Message, expected: str) -> None:
    assert SCRIPT["licence"](told) == expected


def test_all_that_is_installed_may_be_shipped(capsys: pytest.CaptureFixture[str]) -> None:
    assert SCRIPT["main"]() == 0
    listed = {line.split()[0].lower() for line in capsys.readouterr().out.splitlines()}
    assert {"backprop-viz", "torch", "numpy", "pyside6_essentials", "shiboken6"} <= listed


def test_a_package_that_may_not_be_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    info = tmp_path / "copyleft-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        "Metadata-Version: 2.4\nName: copyleft\nVersion: 1.0\nLicense-Expression: GPL-3.0-only\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setitem(SCRIPT["main"].__globals__, "PROGRAM", "copyleft")
    assert SCRIPT["main"]() == 1
    assert "copyleft 1.0" in capsys.readouterr().err


def test_each_package_is_listed_once() -> None:
    found: list[Distribution] = list(SCRIPT["needed"]("pytest"))
    names = [one.metadata["Name"] for one in found]
    assert len(names) == len(set(names))
    assert "pluggy" in names
