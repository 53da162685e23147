"""bv.show of a model whose loop is recorded or watched: the recording of the loop is its own."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import backprop_viz as bv
from backprop_viz.capture.graph.graph_ages import graph_ages
from backprop_viz.capture.live import show as show_module
from backprop_viz.recording.iteration import Recording


@pytest.fixture
def no_window(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> tuple[None, object, object]:
        return None, open(os.devnull, "rb"), open(os.devnull, "wb")

    monkeypatch.setattr(show_module, "start_window", nowhere)


class Loop:
    """A plain loop; before each phase, and after the last, ``between`` is called with its name."""

    def __init__(self) -> None:
        torch.manual_seed(8)
        self.net = nn.Sequential(nn.Linear(5, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Linear(6, 3))
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=0.1)
        self.x, self.y = torch.randn(7, 5), torch.randint(0, 3, (7,))
        self.losses: list[float] = []

    def iterate(self, between: Callable[[str], object]) -> None:
        between("zero_grad")
        self.optimizer.zero_grad()
        between("forward")
        output = self.net(self.x)
        between("loss")
        loss = functional.cross_entropy(output, self.y)
        between("backward")
        loss.backward()
        between("update")
        self.optimizer.step()
        between("end")
        self.losses.append(loss.item())

    def show(self, *, steps: bool) -> Recording:
        optimizer = self.optimizer if steps else None
        given = self.net, self.x, functional.cross_entropy, self.y, optimizer
        shown = bv.show(*given)
        shown.sent()
        return shown.recording

    def tensors(self) -> list[Tensor]:
        return [*self.net.state_dict().values(), *(p.grad for p in self.net.parameters())]


def same(one: Recording, other: Recording) -> None:
    assert [e.op for e in one.events] == [e.op for e in other.events]
    assert [s.phase for s in one.spans] == [s.phase for s in other.spans]
    assert (one.loss, one.cleared, one.backwards) == (other.loss, other.cleared, other.backwards)
    for mine, theirs in zip(one.events, other.events, strict=True):
        assert (mine.phase, mine.parameter, mine.module) == (
            theirs.phase,
            theirs.parameter,
            theirs.module,
        )
        for ours, plain in zip(
            (*mine.inputs, *mine.outputs), (*theirs.inputs, *theirs.outputs), strict=True
        ):
            np.testing.assert_array_equal(ours, plain)


PLACES = ["zero_grad", "forward", "loss", "backward", "update", "end"]


@pytest.mark.usefixtures("no_window")
@pytest.mark.parametrize("steps", [True, False])
@pytest.mark.parametrize("place", PLACES)
def test_a_watched_loops_iterations_are_its_own(tmp_path: Path, place: str, steps: bool) -> None:
    files, loops = [], []
    for shown in (True, False):
        loop, path = Loop(), tmp_path / f"{shown}.bprec"

        def between(name: str, loop: Loop = loop, shown: bool = shown) -> None:
            if shown and name == place and len(loop.losses) == 1:
                assert {e.phase.value for e in loop.show(steps=steps).events} >= {"loss", "forward"}

        with bv.watch(loop.net, loop.optimizer, to=path):
            for _ in range(3):
                loop.iterate(between)
        loops.append(loop)
        files.append(bv.load(path))
    assert all(map(torch.equal, loops[0].tensors(), loops[1].tensors()))
    assert [file.losses[1].tolist() for file in files] == [loops[1].losses] * 2
    for one, other in zip(*files, strict=True):
        same(one, other)


@pytest.mark.usefixtures("no_window")
@pytest.mark.parametrize("place", PLACES)
def test_a_recorded_loops_iteration_is_its_own(place: str) -> None:
    recordings = []
    for shown_at in (place, ""):
        loop = Loop()

        def between(name: str, loop: Loop = loop, shown_at: str = shown_at) -> None:
            if name == shown_at:
                loop.show(steps=True)

        with bv.record(loop.net, loop.optimizer) as recorded:
            loop.iterate(between)
        recordings.append(recorded.recording)
    same(*recordings)


@pytest.mark.usefixtures("no_window")
def test_unrecorded_iterations_are_counted_as_without(tmp_path: Path) -> None:
    loop, path = Loop(), tmp_path / "run.bprec"
    with bv.watch(loop.net, to=path, every=4):
        for _ in range(4):
            loop.iterate(lambda name: name == "loss" and loop.show(steps=True))
    file = bv.load(path)
    assert file.losses[1].tolist() == loop.losses
    assert [place.iteration for place in file.places] == [4]


@pytest.mark.usefixtures("no_window")
def test_what_is_shown_is_the_plain_iteration(tmp_path: Path) -> None:
    loop, plain = Loop(), Loop()
    with bv.watch(loop.net, loop.optimizer, to=tmp_path / "run.bprec"):
        loop.iterate(lambda name: None)
        shown = loop.show(steps=True)
    for _ in range(2):
        plain.iterate(lambda name: None)
    assert shown.loss == plain.losses[1]
    end = shown.at(len(shown.events))
    for name, parameter in plain.net.named_parameters():
        np.testing.assert_array_equal(end.value(name), parameter.detach().numpy())
        np.testing.assert_array_equal(end.grad(name), parameter.grad.numpy())


@pytest.mark.usefixtures("no_window")
def test_a_graph_of_the_iteration_under_way_is_of_no_earlier_one(tmp_path: Path) -> None:
    loop, path = Loop(), tmp_path / "run.bprec"

    def twice() -> None:
        with bv.watch(loop.net, to=path):
            loss = functional.cross_entropy(loop.net(loop.x), loop.y)
            loop.show(steps=True)
            loss.backward()
            loss.backward()

    with pytest.raises(RuntimeError, match="a second time"):
        twice()
    error = bv.load(path)[-1].error
    assert error is not None
    assert error.iterations_ago == 0


@pytest.mark.usefixtures("no_window")
def test_nothing_of_the_next_iteration_has_run_by_it() -> None:
    loop = Loop()
    ages = graph_ages(loop.net)
    ages.begin()
    loop.show(steps=False)
    assert not ages.grown
    loop.net(loop.x)
    assert ages.grown
    loop.show(steps=False)
    assert ages.grown
