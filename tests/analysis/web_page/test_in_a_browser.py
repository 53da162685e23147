"""The page in a real headless Chromium: no request, no error, and the recorded numbers."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import backprop_viz as bv
from tests.chromium import CHROMIUM, Chromium
from tests.nightly import NIGHTLY, by_night

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with Chromium(tmp_path_factory.mktemp("browser")) as browser:
        yield browser


@pytest.fixture(scope="module")
def lenet(tmp_path_factory: pytest.TempPathFactory) -> tuple[bv.Recording, str]:
    trainer = bv.Trainer(optimizer="sgd", optimizer_options={"momentum": 0.9})
    trainer.iterate()
    recording = trainer.record()
    path = tmp_path_factory.mktemp("pages") / "lenet.html"
    recording.to_html(path)
    return recording, path.as_uri()


def opened(browser: Chromium, address: str) -> None:
    browser.requests.clear()
    browser.said.clear()
    browser.open(address)


def nothing_else(browser: Chromium, address: str) -> None:
    assert {request for request in browser.requests if not request.startswith("data:")} == {address}
    assert browser.said == []


def text(browser: Chromium, selector: str) -> str:
    return browser.run(f"document.querySelector({selector!r}).innerText")


def test_no_request_leaves_it_and_nothing_fails_wherever_the_cursor_goes(
    browser: Chromium, lenet: tuple[bv.Recording, str]
) -> None:
    recording, address = lenet
    opened(browser, address)
    assert text(browser, "#run") == "LeNet · iteration 2"
    browser.press("Home")
    seen = []
    for number in range(1, len(recording.events) + 1):
        # By day the keyboard goes as far as the first five, a script the rest of the way.
        if NIGHTLY or number <= 5:
            browser.press("ArrowRight")
            seen.append(text(browser, "#what"))
        else:
            seen.append(browser.run(f"go({number}), document.querySelector('#what').innerText"))
    assert [said.split(" · ")[0] for said in seen] == [event.op for event in recording.events]
    assert text(browser, "#caption").startswith(f"event {len(seen)} of {len(seen)} · update")
    nothing_else(browser, address)


def test_phases_keys_and_clicks_move_the_cursor(
    browser: Chromium, lenet: tuple[bv.Recording, str]
) -> None:
    recording, address = lenet
    opened(browser, address)
    browser.press("Home")
    for span in recording.spans:
        browser.press("PageDown")
        assert browser.run("state.position") == span.stop
    browser.press("PageUp")
    assert browser.run("state.position") == recording.spans[-2].stop
    browser.click("#phases button:nth-child(2)")
    assert browser.run("state.position") == recording.spans[1].stop
    browser.press("Home")
    browser.click("#event-4")
    assert browser.run("state.position") == 5
    browser.run("go(99)")
    node = next(n for n in recording.graph.nodes if n.name == "ConvolutionBackward0")
    browser.run(f"boxes.get({node.id}).box.dispatchEvent(new MouseEvent('click'))")
    assert browser.run("state.position") == recording.runs[node.id][0] + 1
    assert browser.run(f"boxes.get({node.id}).box.classList.contains('now')")
    names = browser.run(
        "[...document.querySelectorAll('#graph .box:not(.leaf) text')].map("
        "(label) => label.textContent)"
    )
    assert {"Convolution", "MaxPool2D"} < set(names)
    assert not any(name.endswith("…") for name in names)
    nothing_else(browser, address)


class Deep(nn.Module):
    """Forty linear layers in a container, which is one box, and a head."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(*(nn.Linear(3, 3) for _ in range(40)))
        self.head = nn.Linear(3, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.body(x))


@by_night
def test_a_large_graph_is_in_boxes_until_its_nodes_are_wanted(
    browser: Chromium, tmp_path: Path
) -> None:
    with bv.record(net := Deep()) as recorded:
        net(torch.rand(4, 3)).square().mean().backward()
    recording = recorded.recording
    recording.to_html(tmp_path / "deep.html")
    address = (tmp_path / "deep.html").as_uri()
    opened(browser, address)
    count = len(recording.graph.nodes)
    texts = (
        "[...document.querySelectorAll('#graph .box text:not(.shape)')].map((t) => t.textContent)"
    )
    assert browser.run(texts) == ["loss", "head", "body"]
    for position in range(recording.spans[-1].start, len(recording.events) + 1, 7):
        browser.run(f"go({position})")
        ran = {event.node for event in recording.events[:position] if event.phase == "backward"}
        now = recording.events[position - 1].node if ran else None
        assert (
            text(browser, "#nodes")
            == f"loss.grad_fn → next_functions · {len(ran)} of {count} nodes ran"
        )
        inside = browser.run(
            "[...boxes.values()].filter((b) => b.box.matches('.now')).map((b) => b.members)"
        )
        assert [now in members for members in inside] == ([True] if now is not None else [])
    browser.run(f"go({len(recording.events)})")
    browser.click("#fold")
    assert browser.run("boxes.size") == count
    assert (
        text(browser, "#nodes") == f"loss.grad_fn → next_functions · {count} of {count} nodes ran"
    )
    browser.click("#fold")
    assert browser.run("boxes.size") == 3
    nothing_else(browser, address)


def test_the_numbers_it_shows_are_those_recorded(
    browser: Chromium, lenet: tuple[bv.Recording, str]
) -> None:
    """The value written beside the map, for every number of a gradient and a new weight."""
    recording, address = lenet
    opened(browser, address)
    loss = np.float32(text(browser, "#loss").removeprefix("loss "))
    assert loss == pytest.approx(recording.loss, abs=5e-4)
    for name in ("conv1.bias", "fc3.bias"):
        for i in recording.happened_to[name]:
            output = recording.events[i].outputs[0]
            browser.run(f"go({i + 1})")
            if output is None:
                continue
            for k, expected in enumerate(output):
                browser.run(f"choose([{k}])")
                shown = text(browser, "#readout b")
                assert np.float32(shown) == expected
                assert (
                    shown == text(browser, "td.chosen")
                    or browser.run("document.querySelector('td.chosen').title") == shown
                )
    (last,) = [i for i in recording.happened_to["fc1.weight"] if i > recording.spans[3].stop]
    browser.run(f"go({last + 1}); choose([119, 575])")
    assert text(browser, "#readout").startswith("fc1.weight[119, 575] = ")
    weight = recording.events[last].outputs[0]
    assert weight is not None
    assert np.float32(text(browser, "#readout b")) == weight[119, 575]
    assert float(text(browser, "td.chosen")) == pytest.approx(weight[119, 575], rel=1e-3)


@by_night
def test_the_colours_follow_the_system_and_the_button(
    browser: Chromium, lenet: tuple[bv.Recording, str]
) -> None:
    _, address = lenet
    for scheme, other in (("light", "dark"), ("dark", "light")):
        browser.prefer(scheme)
        opened(browser, address)
        assert browser.run("document.documentElement.dataset.theme") == scheme
        browser.click("#theme")
        assert browser.run("document.documentElement.dataset.theme") == other
        nothing_else(browser, address)


def test_another_sample_is_another_picture(
    browser: Chromium, lenet: tuple[bv.Recording, str]
) -> None:
    recording, address = lenet
    opened(browser, address)
    assert recording.labels is not None
    assert text(browser, "#sample") == f"sample 0 · label {recording.labels[0]}"
    first = "document.querySelector('#columns canvas').toDataURL()"
    before = browser.run(first)
    browser.click("#sample-on")
    assert text(browser, "#sample") == f"sample 1 · label {recording.labels[1]}"
    assert browser.run(first) != before


class Odd(nn.Module):
    """Shapes of every rank, an input of integers, a number that is not finite."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(11, 6)
        self.gru = nn.GRU(6, 5, batch_first=True)
        self.scale = nn.Parameter(torch.tensor(2.0, dtype=torch.float64))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = self.gru(self.table(x))[0][:, -1]
        spread = h.reshape(-1, 1, 5, 1, 1) * torch.ones(2, 1, 3, 2)
        return spread.double() * self.scale / torch.tensor([1.0, 0.0])


@by_night
def test_a_model_of_any_shapes_can_be_walked_through(browser: Chromium, tmp_path: Path) -> None:
    torch.manual_seed(0)
    net = Odd()
    optimizer = torch.optim.Adam(net.parameters())
    with bv.record(net, optimizer) as recording:
        optimizer.zero_grad()
        net(torch.randint(0, 11, (3, 4))).sum().backward()
        optimizer.step()
    recording.to_html(tmp_path / "odd.html")
    address = (tmp_path / "odd.html").as_uri()
    opened(browser, address)
    browser.press("Home")
    for number, event in enumerate(recording.events):
        browser.press("ArrowRight")
        assert text(browser, "#what").split(" · ")[0] == event.op
        if number % 12 and not NIGHTLY:
            continue
        browser.run("document.querySelectorAll('#entries button').forEach((e) => e.click())")
        browser.run(
            "document.querySelectorAll('.column').forEach((e) => { e.click(); e.click(); })"
        )
    browser.press("Home")
    nothing_else(browser, address)


def test_it_is_usable_on_a_telephone(browser: Chromium, lenet: tuple[bv.Recording, str]) -> None:
    _, address = lenet
    browser.resize(390, 800)
    try:
        opened(browser, address)
        assert browser.run("document.documentElement.scrollWidth") <= 390
        assert browser.run("document.querySelector('#slider').clientWidth") > 60
    finally:
        browser.resize(1280, 800)


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_the_layer_at_the_cursor_is_seen_whole_on_a_desk_and_on_a_phone(
    browser: Chromium, lenet: tuple[bv.Recording, str], width: int, height: int
) -> None:
    """The page itself is never wider than the screen; what is wide in it is scrolled."""
    browser.resize(width, height)
    opened(browser, lenet[1])
    for key in ("Home", "End"):
        browser.press(key)
        assert browser.run("document.documentElement.scrollWidth") <= width
    opened(browser, lenet[1])
    assert "cross_entropy" in text(browser, "#caption")  # it begins at the loss, the last column
    ends = browser.run(
        "['#network', '.column.now'].map((s) => document.querySelector(s).getBoundingClientRect())"
        ".flatMap((box) => [box.left, box.right])"
    )
    assert ends[0] <= ends[2] < ends[3] <= ends[1] + 0.5
    assert "<" not in text(browser, "#where")
    browser.resize(1280, 800)
