"""A recording as a web page: its size, what it says is missing, and every number's bits."""

import base64
import json
import re
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import backprop_viz as bv
from backprop_viz.analysis.web_page.page import MOST_BYTES, html_of, save_page
from backprop_viz.analysis.web_page.page_texts import PAGE_TEXTS
from backprop_viz.desktop.style.theme import DARK, LIGHT, Theme
from backprop_viz.recording.errors import UserError
from backprop_viz.recording.trace.tensors import Array


def part(page: str, name: str) -> str:
    found = re.search(rf'<script type="[a-z/]+" id="{name}">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return found[1]


def stored(content: Mapping[str, Any], numbers: bytes, tensor: int) -> Array | None:
    """A tensor of a page, unpacked as its format is described, by plain loops over the bytes."""
    told = content["tensors"][tensor]
    if told["at"] is None:
        return None
    dtype = np.dtype("<" + told["kind"])
    count = int(np.prod(told["stored"], dtype=np.int64))
    raw = bytearray(count * dtype.itemsize)
    for byte in range(dtype.itemsize):
        start = told["at"] + byte * count
        raw[byte :: dtype.itemsize] = numbers[start : start + count]
    return np.frombuffer(bytes(raw), dtype).reshape(told["stored"])


def read(page: str) -> tuple[dict[str, Any], bytes]:
    return json.loads(part(page, "recording")), zlib.decompress(
        base64.b64decode(part(page, "numbers"))
    )


def same_bits(one: Array, other: Array) -> bool:
    return one.shape == other.shape and one.tobytes() == other.tobytes()


@pytest.fixture(scope="module")
def lenet() -> bv.Recording:
    trainer = bv.Trainer(optimizer="sgd", optimizer_options={"momentum": 0.9})
    trainer.iterate()
    return trainer.record()


def test_lenet_fits_with_its_numbers_as_they_were_recorded(lenet: bv.Recording) -> None:
    page = html_of(lenet)
    assert len(page.encode()) < MOST_BYTES == 5_000_000
    content, numbers = read(page)
    chosen = content["samples"]
    assert 8 <= len(chosen) <= 64
    for i, array in enumerate(lenet.tensors.since(0)):
        found = stored(content, numbers, i)
        assert found is not None
        batch = content["tensors"][i]["batch"]
        expected = array[chosen] if batch else array
        if array.dtype == np.int64:
            assert found.tolist() == expected.tolist()
        else:
            assert same_bits(found, expected)


def test_the_sample_that_was_looked_at_is_in_it(lenet: bv.Recording) -> None:
    content, numbers = read(html_of(lenet, sample=63, most_bytes=2_500_000))
    assert content["sample"] == 63
    assert content["samples"][-1] == 63
    assert len(content["samples"]) < 63
    images = stored(content, numbers, content["input"])
    assert lenet.input is not None
    assert images is not None
    assert same_bits(images[-1], lenet.input[63])


def test_a_weight_as_long_as_the_batch_is_no_batch() -> None:
    net = nn.Linear(4, 64)
    optimizer = torch.optim.Adam(net.parameters())
    for _ in range(2):
        with bv.record(net, optimizer) as recording:
            optimizer.zero_grad()
            net(torch.randn(64, 4)).square().mean().backward()
            optimizer.step()
    content, _ = read(html_of(recording))
    weights = {i for name, i, _ in content["parameters"]}
    moved = {i for e in recording.events for pair in e.state_ids.values() for i in pair if i}
    assert len(weights) == 2
    assert not any(content["tensors"][i]["batch"] for i in weights | moved)
    assert content["tensors"][content["input"]]["batch"]


def test_what_is_too_large_is_described_and_left_out() -> None:
    net = nn.Sequential(nn.Embedding(3000, 64), nn.Linear(64, 2))
    with bv.record(net) as recording:
        net(torch.randint(0, 3000, (4, 7))).sum().backward()
    page = html_of(recording, most_bytes=300_000)
    assert len(page.encode()) <= 300_000
    content, numbers = read(page)
    (table,) = [i for name, i, _ in content["parameters"] if name == "0.weight"]
    (weight,) = [i for name, i, _ in content["parameters"] if name == "1.weight"]
    told = content["tensors"][table]
    numpy = recording.by_parameter["0.weight"].value
    assert told["at"] is None
    assert told["shape"] == [3000, 64]
    assert (told["low"], told["high"]) == (numpy.min(), numpy.max())
    assert told["norm"] == pytest.approx(float(np.linalg.norm(numpy.astype(np.float64))))
    found = stored(content, numbers, weight)
    assert found is not None
    assert same_bits(found, recording.by_parameter["1.weight"].value)


class Types(nn.Module):
    """Numbers of many types, among them those that JSON has no text for."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 2).double()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self.layer(x)
        count = torch.arange(3) * 2**40
        small = (out > 0).half() + count[0].to(torch.int16)
        return torch.complex(out, out).abs() + small.double()


def test_any_type_and_number_survives() -> None:
    odd = torch.tensor([[float("nan"), float("-inf"), -0.0]], dtype=torch.float64)
    net = Types()
    with bv.record(net) as recording:
        net(odd).sum().backward()
    content, numbers = read(html_of(recording))
    kinds = set()
    for i, array in enumerate(recording.tensors.since(0)):
        found = stored(content, numbers, i)
        assert found is not None
        kinds.add(array.dtype.name)
        if np.iscomplexobj(array):
            assert same_bits(found, np.stack([array.real, array.imag], -1))
        elif array.dtype in (np.float64, np.float32):
            assert same_bits(found, array)
        else:
            assert np.array_equal(found, array, equal_nan=array.dtype.kind == "f")
    assert {"float64", "complex128", "int64", "int16", "float16", "bool"} <= kinds


def test_a_text_in_it_ends_no_script() -> None:
    class Odd(nn.Linear):
        pass

    Odd.__name__ = "</script><b>&"
    net = Odd(2, 2)
    with bv.record(net) as recording:
        net(torch.ones(1, 2)).sum().backward()
    page = html_of(recording)
    content, _ = read(page)
    assert content["model"] == "</script><b>&"
    assert page.count("</script>") == 3
    assert "<title>&lt;/script&gt;&lt;b&gt;&amp; · iteration 1</title>" in page


def test_it_names_no_address_and_forbids_any(lenet: bv.Recording) -> None:
    page = html_of(lenet)
    frame = page.replace(part(page, "numbers"), "").replace("http://www.w3.org/2000/svg", "")
    assert "default-src 'none'" in frame
    assert not re.search(r"https?://|//cdn|@import|<link [^>]*href=\"(?!data:)", frame)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_its_colours_are_the_windows(lenet: bv.Recording, theme: Theme) -> None:
    style = html_of(lenet).split("<style>")[1].split("* {")[0]
    dark, light = style.split('[data-theme="light"]')
    told = dict(re.findall(r"--(\w+): (#\w{6})", dark if theme is DARK else light))
    assert len(told) > 15
    assert told == {role: getattr(theme, role) for role in told}


def test_every_text_that_its_script_asks_for_is_there(lenet: bv.Recording) -> None:
    frame = html_of(lenet, texts={})
    asked = set(re.findall(r'\bt\("(\w+)"', frame)) | set(re.findall(r'data-text="(\w+)"', frame))
    assert len(asked) > 30
    assert asked <= set(PAGE_TEXTS)


def test_a_recording_writes_it_and_says_where_it_cannot(
    lenet: bv.Recording, tmp_path: Path
) -> None:
    lenet.to_html(tmp_path / "page.html")
    content, _ = read((tmp_path / "page.html").read_text(encoding="utf-8"))
    assert (content["model"], content["iteration"]) == ("LeNet", 2)
    assert content["version"] == bv.__version__
    assert content["loss"] == lenet.loss
    with pytest.raises(UserError, match="does not exist"):
        save_page(lenet, tmp_path / "no" / "page.html")
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]
