"""Whether somebody's kernels are loaded is read in their library, once, and not into memory."""

import builtins
import sys
import tracemalloc
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv
from tests.capture.borrowing import borrows

SIZE = 1 << 26


def library(folder: Path, names: bytes) -> str:
    path = folder / f"kernels{EXTENSION_SUFFIXES[0]}"
    with path.open("wb") as file:
        file.truncate(SIZE)
        file.seek(SIZE - 100)
        file.write(names)
    return str(path)


def imported(monkeypatch: pytest.MonkeyPatch, name: str, file: str) -> None:
    module = ModuleType(name)
    module.__file__ = file
    monkeypatch.setitem(sys.modules, name, module)


def told_of_files(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The files that are opened from now on."""
    opened: list[object] = []
    plain = builtins.open

    def told(path: Any, *args: Any, **kwargs: Any) -> Any:
        opened.append(path)
        return plain(path, *args, **kwargs)

    monkeypatch.setattr(builtins, "open", told)
    return opened


def is_borrowed() -> bool:
    """Whether a recording has read an output where it lies."""
    net = nn.Sequential(nn.Linear(40, 40), nn.Tanh(), nn.Linear(40, 1))
    with bv.record(net) as recorded:
        net(torch.ones(4, 40)).sum().backward()
    array = next(e for e in recorded.recording.events if e.op == "tanh").outputs[0]
    assert array is not None
    while isinstance(array.base, np.ndarray):
        array = array.base
    return isinstance(array.base, Tensor)


@borrows
@pytest.mark.parametrize("names", [b"libstdc++.so.6", b"libc10.so"])
def test_a_library_that_names_torchs_may_write_unseen(
    names: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert is_borrowed()
    imported(monkeypatch, "some_kernels", library(tmp_path, names))
    assert is_borrowed() == (b"libc10" not in names)


@borrows
def test_a_large_library_of_many_modules_is_looked_at_once_and_not_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = library(tmp_path, b"")
    is_borrowed()
    for i in range(5):
        imported(monkeypatch, f"many_kernels.part{i}", file)
    opened = told_of_files(monkeypatch)
    tracemalloc.start()
    try:
        is_borrowed()
        assert tracemalloc.get_traced_memory()[1] < SIZE // 4
    finally:
        tracemalloc.stop()
    assert opened.count(file) == 1


@borrows
def test_what_comes_with_torch_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = library(tmp_path, b"")
    opened = told_of_files(monkeypatch)
    imported(monkeypatch, "triton._C.libtriton.some_passes", file)
    is_borrowed()
    assert file not in opened
