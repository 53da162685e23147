"""Weights in files: what fits is loaded, bit for bit; what does not changes nothing."""

import io
import os
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch

import backprop_viz as bv
from backprop_viz.recording.errors import UserError
from backprop_viz.worker.files.weights import SUFFIXES, load_weights, save_weights


def net(seed: int) -> bv.LeNet:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return bv.LeNet()


def same(one: torch.nn.Module, other: torch.nn.Module) -> bool:
    return all(map(torch.equal, one.state_dict().values(), other.state_dict().values()))


def write(path: Path, state: dict[str, Any]) -> None:
    """As torch and safetensors do it."""
    if path.suffix == ".pt":
        torch.save(state, path)
    else:
        safetensors.torch.save_file(state, path)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_saved_weights_come_back_here_and_elsewhere(tmp_path: Path, suffix: str) -> None:
    trained, path = net(1), tmp_path / f"net{suffix}"
    save_weights(path, trained)
    fresh = net(2)
    load_weights(path, fresh)
    assert same(trained, fresh)
    if suffix == ".pt":
        state = torch.load(path, weights_only=True)
    else:
        state = safetensors.torch.load_file(path)
    plain = net(3)
    plain.load_state_dict(state)
    assert same(trained, plain)
    assert os.listdir(tmp_path) == [path.name]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_weights_of_others_and_of_data_parallel(tmp_path: Path, suffix: str) -> None:
    trained, path = net(1), tmp_path / f"net{suffix}"
    for prefix in ("", "module."):
        write(path, {prefix + name: t for name, t in trained.state_dict().items()})
        fresh = net(2)
        load_weights(path, fresh)
        assert same(trained, fresh)


Change = Callable[[dict[str, Any]], None]
CHANGES: list[tuple[Change, str]] = [
    (lambda s: s.pop("fc3.bias"), r"another network .*fc3\.bias"),
    (lambda s: s.update(extra=torch.zeros(3)), r"another network .*extra"),
    (lambda s: s.clear(), r"another network .* and 7 more"),
    (lambda s: s.update({"fc3.bias": torch.zeros(11)}), r"fc3\.bias .* is 11 float32, .* 10 float"),
    (lambda s: s.update({"fc3.bias": torch.zeros(10).double()}), r"is 10 float64"),
    (lambda s: s.update({"fc3.bias": torch.zeros(10, dtype=torch.int64)}), r"is 10 int64"),
    (lambda s: s.update({"fc3.bias": torch.tensor(1.0)}), r"is a number float32"),
]


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(("change", "words"), CHANGES)
def test_weights_that_do_not_fit(tmp_path: Path, change: Change, words: str, suffix: str) -> None:
    model, path = net(1), tmp_path / f"net{suffix}"
    state = dict(net(2).state_dict())
    change(state)
    write(path, state)
    with pytest.raises(UserError, match=words) as refused:
        load_weights(path, model)
    assert "choose weights of this" in str(refused.value)
    assert same(model, net(1))


@pytest.mark.parametrize(
    "value",
    [3, "text", [1, 2], torch.zeros(10).to_sparse(), torch.zeros(10, device="meta")],
    ids=["int", "str", "list", "sparse", "meta"],
)
def test_what_is_no_tensor_of_numbers(tmp_path: Path, value: object) -> None:
    model, path = net(1), tmp_path / "net.pt"
    torch.save({**net(2).state_dict(), "fc3.bias": value}, path)
    with pytest.raises(UserError, match=r"fc3\.bias in net\.pt is not a tensor"):
        load_weights(path, model)
    assert same(model, net(1))


class Bomb:
    """Unpickled, it makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (os.mkdir, (str(self.path),))


def test_code_in_a_file_is_not_run(tmp_path: Path) -> None:
    model, path, trace = net(1), tmp_path / "net.pt", tmp_path / "it ran"
    torch.save({**net(2).state_dict(), "fc3.bias": Bomb(trace)}, path)
    plain = io.BytesIO()
    pickle.dump(Bomb(trace), plain)
    for content in (path.read_bytes(), plain.getvalue()):
        path.write_bytes(content)
        with pytest.raises(UserError, match="no weights that can be read safely"):
            load_weights(path, model)
        assert not trace.exists()
    assert same(model, net(1))


def test_what_would_unpack_to_more_than_the_file_is(tmp_path: Path) -> None:
    model, path = net(1), tmp_path / "net.pt"
    save_weights(path, net(2))
    with zipfile.ZipFile(path) as archive:
        parts = {m.filename: archive.read(m) for m in archive.infolist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content if "/data/" not in name else bytes(10**7))
    with pytest.raises(UserError, match="no weights that can be read"):
        load_weights(path, model)
    assert same(model, net(1))


@pytest.mark.parametrize("member", ["data/0", "data.pkl"])
def test_a_compressed_member_is_refused_though_it_is_no_larger(tmp_path: Path, member: str) -> None:
    """torch would take the compressed bytes themselves for weights, as it maps the file."""
    model, path = net(1), tmp_path / "net.pt"
    save_weights(path, net(2))
    with zipfile.ZipFile(path) as archive:
        parts = {m.filename: archive.read(m) for m in archive.infolist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            how = zipfile.ZIP_DEFLATED if name.endswith(f"/{member}") else zipfile.ZIP_STORED
            archive.writestr(name, content, compress_type=how)
        packed = [m for m in archive.infolist() if m.compress_type == zipfile.ZIP_DEFLATED]
        assert len(packed) == 1
        inside = sum(m.file_size for m in archive.infolist())
    assert inside <= path.stat().st_size
    with pytest.raises(UserError, match="no weights that can be read"):
        load_weights(path, model)
    assert same(model, net(1))


def test_a_tensor_that_claims_more_than_there_is(tmp_path: Path) -> None:
    """Its pickle says 65,536 numbers where the file holds 10; the checksums are right."""
    model, path = net(1), tmp_path / "net.pt"
    torch.save(OrderedDict({"a": torch.zeros(10)}), path)
    with zipfile.ZipFile(path) as archive:
        parts = {m.filename: archive.read(m) for m in archive.infolist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            if name.endswith("data.pkl"):
                assert content.count(b"K\x0a") == 2
                content = content.replace(b"K\x0a", b"J\x00\x00\x01\x00")
            archive.writestr(name, content)
    with pytest.raises(UserError, match="no weights that can be read"):
        load_weights(path, model)
    assert same(model, net(1))


@pytest.mark.parametrize("name", ["net.onnx", "net", "net.pt.zip"])
def test_an_unknown_suffix_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    for work in (load_weights, save_weights):
        with pytest.raises(UserError, match=r"choose \.safetensors or \.pt"):
            work(tmp_path / name, net(1))


def test_files_that_are_none(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "gone.pt"):
        with pytest.raises(UserError, match="choose"):
            load_weights(path, net(1))
