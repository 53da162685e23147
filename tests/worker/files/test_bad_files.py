"""Mutated, cut and swapped files: each is refused in one sentence, or is what it says."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch
from hypothesis import given
from hypothesis import strategies as st

import backprop_viz as bv
from backprop_viz.recording.errors import UserError
from backprop_viz.recording.run.history import Curves
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.training.trainer import Trainer
from backprop_viz.worker.files import container
from backprop_viz.worker.files.session_file import StoredRun, load_session, resume, save_session
from backprop_viz.worker.files.weights import load_weights, save_weights
from tests.nightly import by_night
from tests.peak_memory import within

Mutate = Callable[[bytes], bytes]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a file of each format."""
    path = tmp_path_factory.mktemp("files")
    settings = Settings("random", "mse", "nesterov", 0.01, 1)
    trainer = Trainer.from_settings(settings)
    trainer.iterate()
    before = trainer.checkpoint()
    trainer.iterate()
    some = np.arange(4.0) / 4
    curves = Curves(some, some, np.arange(4.0), some, some)
    window = {"label": 3, "layout": {"rows": [300, 200]}}
    run = StoredRun(
        settings, trainer.phase, trainer.checkpoint(), before, curves, None, 1, (), window
    )
    save_session(path / "whole.bpviz", run)
    for suffix in (".pt", ".safetensors"):
        save_weights((path / "whole").with_suffix(suffix), trainer.model)
    return path


@st.composite
def mutations(draw: st.DrawFn) -> Mutate:
    """A change of some bytes: at the start, where formats keep their descriptions, or anywhere."""
    kind = draw(st.sampled_from(["flip", "cut", "insert", "remove", "move", "fill", "behead"]))
    near = draw(st.booleans())
    where = draw(st.floats(0, 1, exclude_max=True))
    other = draw(st.floats(0, 1, exclude_max=True))
    data = draw(st.binary(min_size=1, max_size=12))

    def mutate(content: bytes) -> bytes:
        if not content:
            return data
        reach = min(len(content), 3000) if near else len(content)
        at, end = int(where * reach), int(other * len(content))
        if kind == "flip":
            return content[:at] + bytes([content[at] ^ (data[0] or 1)]) + content[at + 1 :]
        if kind == "cut":
            return content[:at]
        if kind == "insert":
            return content[:at] + data + content[at:]
        if kind == "remove":
            return content[:at] + content[at + len(data) :]
        if kind == "move":
            return content[:at] + content[end : end + 64] + content[at + 64 :]
        if kind == "fill":
            return content[:at] + data * 5 + content[at + 5 * len(data) :]
        return content[at:]

    return mutate


@st.composite
def bad_contents(draw: st.DrawFn, suffix: str) -> Callable[[Path], bytes]:
    """What may be found under a name: a mutated file of its format or of another, or noise."""
    suffixes = st.sampled_from([suffix] * 6 + [".bpviz", ".pt", ".safetensors", "noise"])
    source, changes = draw(suffixes), draw(st.lists(mutations(), max_size=3))
    noise = draw(st.binary(max_size=200))

    def make(folder: Path) -> bytes:
        if source == "noise":
            return noise
        content = (folder / f"whole{source}").read_bytes()
        for change in changes:
            content = change(content)
        return content

    return make


DAMAGED = (": choose ", "; choose ", ": update ", ": open ")


def assert_sentence(error: UserError) -> None:
    text = str(error)
    assert text.endswith(".")
    assert "\n" not in text
    assert any(word in text for word in DAMAGED)
    assert ".bpviz" in text or ".pt" in text or ".safetensors" in text
    assert len(text) < 400


@given(make=bad_contents(".bpviz"))
def test_sessions(folder: Path, make: Callable[[Path], bytes]) -> None:
    path, content = folder / "bad.bpviz", make(folder)
    path.write_bytes(content)
    try:
        run = within(2 * len(content) + 2**20, lambda: load_session(path))
    except UserError as error:
        assert_sentence(error)
        return
    whole = load_session(folder / "whole.bpviz")
    assert run.settings == whole.settings
    assert run.window == whole.window
    for name, tensor in whole.checkpoint.model.items():
        assert torch.equal(run.checkpoint.model[name], tensor)


def read_plainly(path: Path) -> dict[str, torch.Tensor]:
    if path.suffix == ".pt":
        return torch.load(path, weights_only=True)
    return safetensors.torch.load_file(path)


def check_weights(folder: Path, content: bytes, suffix: str) -> None:
    path = folder / f"bad{suffix}"
    path.write_bytes(content)
    model = bv.LeNet()
    before = {name: t.clone() for name, t in model.state_dict().items()}
    try:
        within(2 * len(content) + 2**20, lambda: load_weights(path, model))
    except UserError as error:
        assert_sentence(error)
        expected = before
    else:
        expected = read_plainly(path)
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor.view(torch.int32), expected[name].view(torch.int32))


@given(make=bad_contents(".pt"))
def test_state_dicts(folder: Path, make: Callable[[Path], bytes]) -> None:
    check_weights(folder, make(folder), ".pt")


@given(make=bad_contents(".safetensors"))
def test_safetensors(folder: Path, make: Callable[[Path], bytes]) -> None:
    check_weights(folder, make(folder), ".safetensors")


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every item in nested lists and dicts, as (what holds it, its key)."""
    found: list[tuple[Any, Any]] = []
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in list(items):
        found.append((value, key))
        if isinstance(item, dict | list):
            found += places(item)
    return found


odd_values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**40), 2**40),
    st.floats(),
    st.text(max_size=5),
    st.just([]),
    st.just({"tuple": []}),
    st.just({"dict": [[[], 1]]}),
    st.builds(lambda i: {"tensor": i}, st.integers(-3, 60)),
    st.builds(lambda i: {"array": i}, st.integers(-3, 60)),
    st.sampled_from(["Settings", "Checkpoint", "Curves", "Event", "Nothing"]).map(
        lambda name: {"record": name, "fields": {}}
    ),
)


def crafted(folder: Path, change: Callable[[list[tuple[Any, Any]]], None]) -> Path:
    """A session with something else in a place, and the sum that goes with it."""
    path = folder / "crafted.bpviz"
    whole = (folder / "whole.bpviz").read_bytes()
    length = int.from_bytes(whole[:8], "little")
    manifest = json.loads(json.loads(whole[8 : 8 + length])["__metadata__"]["manifest"])
    tensors = safetensors.torch.load(whole)
    change(places(manifest["value"]))
    text = json.dumps(manifest)
    ordered = [tensors[str(i)] for i in range(len(tensors))]
    total = container.contents_sum(text, ordered)
    path.write_bytes(safetensors.torch.save(tensors, {"manifest": text, "sha256": total}))
    return path


@by_night
@given(where=st.floats(0, 1, exclude_max=True), value=odd_values)
def test_sessions_made_up_with_the_right_sum(folder: Path, where: float, value: Any) -> None:
    """Not damaged but wrong: such a run goes on or is refused."""

    def put(found: list[tuple[Any, Any]]) -> None:
        holder, key = found[int(where * len(found))]
        holder[key] = value

    path = crafted(folder, put)
    try:
        resumed = resume(load_session(path), path)
    except UserError as error:
        assert_sentence(error)
        return
    resumed.trainer.iterate()


@pytest.mark.parametrize("source", ["nobody", "  x = 1", "class Net(nn.Module): pass", "1 / 0"])
def test_a_network_that_does_not_run_is_refused(folder: Path, source: str) -> None:
    settings = load_session(folder / "whole.bpviz").settings
    assert settings.network is None

    def put(found: list[tuple[Any, Any]]) -> None:
        holder, key = next(place for place in found if place[1] == "network")
        holder[key] = source

    path = crafted(folder, put)
    with pytest.raises(UserError) as refused:
        resume(load_session(path), path)
    assert_sentence(refused.value)


def state_with(groups: Any) -> dict[str, Any]:
    """An optimizer's state as the file has it."""
    return {"dict": [["state", {"dict": []}], ["param_groups", groups]]}


@pytest.mark.parametrize(
    ("beside", "name", "value"),
    [
        ("data", "lr", -1.0),
        ("model", "optimizer", {"tensor": 0}),
        ("model", "optimizer", state_with([{"tensor": 0}])),
        ("model", "optimizer", state_with(3)),
        ("model", "optimizer", {"dict": []}),
    ],
)
def test_a_rate_and_a_state_that_torch_would_complain_of(
    folder: Path, beside: str, name: str, value: Any
) -> None:
    def put(found: list[tuple[Any, Any]]) -> None:
        holder = next(h for h, key in found if key == name and beside in h)
        holder[name] = value

    path = crafted(folder, put)
    with pytest.raises(UserError) as refused:
        resume(load_session(path), path)
    assert_sentence(refused.value)


def test_every_length_of_a_small_file(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "small.bpviz"
    container.write_container(path, "session", {"a": torch.arange(3), "b": [1.5, "x"]})
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(UserError, match=r"not a backprop_viz session|damaged") as refused:
            container.read_container(path, "session")
        assert_sentence(refused.value)


def test_every_bit_that_matters_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "small.bpviz"
    value = {"a": torch.arange(3, dtype=torch.int16), "b": [1.5, "x", None]}
    container.write_container(path, "session", value)
    whole = path.read_bytes()
    refused = 0
    for at in range(len(whole)):
        for bit in range(8):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << bit]) + whole[at + 1 :])
            try:
                back = container.read_container(path, "session")
            except UserError as error:
                assert_sentence(error)
                refused += 1
            else:
                assert torch.equal(back[1]["a"], value["a"])
                assert back[1]["b"] == value["b"]
    assert refused > 0.95 * 8 * len(whole)


def test_a_header_that_claims_to_be_huge(folder: Path, tmp_path: Path) -> None:
    content = (folder / "whole.bpviz").read_bytes()
    for claimed in (2**63, 2**40, 2**31, len(content) - 7, 0, 1):
        lie = claimed.to_bytes(8, "little") + content[8:]
        for suffix, read in ((".bpviz", load_session), (".safetensors", load_into_fresh)):
            path = tmp_path / f"huge{suffix}"
            path.write_bytes(lie)
            with pytest.raises(UserError, match=": choose "):
                within(2**20, lambda read=read, path=path: read(path))


def load_into_fresh(path: Path) -> None:
    load_weights(path, bv.LeNet())


def test_too_much_json_is_refused_before_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "large.bpviz"
    with pytest.raises(UserError, match="too much for one file"):
        container.write_container(path, "session", "x" * container.MOST_JSON)
    assert not path.exists()
