"""Tensors that are in no module may be given by any names: none of them is lost, or raises."""

from pathlib import Path

import numpy as np
import pytest
import torch

import backprop_viz as bv

# What is given for two of them, and what they are called.
NAMES: list[tuple[tuple[object, object], set[str]]] = [
    (("m.w", "b"), {"m.w", "b"}),
    (("layer.0.w", "layer.0.b"), {"layer.0.w", "layer.0.b"}),
    (("m.w", "m"), {"m_w", "m"}),
    (("m.w.x", "m.w"), {"m.w_x", "m.w"}),
    (("params['a.b']", "params['a_b']"), {"params['a_b']_", "params['a_b']"}),
    (("forward.w", "training.b"), {"forward_w", "training_b"}),
    (("a_.x", "a."), {"a_.x", "a__"}),
    (("", "."), {"", "_"}),
    ((3, "3"), {"3", "3_"}),
    (((1, 2), None), {"(1, 2)", "None"}),
    (("parameters", "_modules"), {"parameters", "_modules"}),
]


@pytest.mark.parametrize(("names", "expected"), NAMES)
def test_any_names_may_be_given(tmp_path: Path, names: tuple[str, str], expected: set[str]) -> None:
    def turn(w: torch.Tensor, b: torch.Tensor) -> None:
        loss = ((w * 2 + b) ** 2).sum()
        loss.backward()
        with torch.no_grad():
            for one in (w, b):
                assert one.grad is not None
                one -= 0.1 * one.grad
                one.grad = None

    def made() -> tuple[torch.Tensor, torch.Tensor]:
        return torch.ones(2, requires_grad=True), torch.full((1,), 0.5, requires_grad=True)

    plain = made()
    turn(*plain)
    w, b = made()
    with bv.watch(dict(zip(names, (w, b), strict=True)), to=tmp_path / "run.bprec"):
        turn(w, b)
    with bv.load(tmp_path / "run.bprec") as loaded:
        (recording,) = loaded
        assert {one.name for one in recording.parameters} == expected
        end = recording.at(len(recording.events))
        found = sorted(end.value(one.name).tolist() for one in recording.parameters)
        assert found == sorted(one.tolist() for one in plain)
        for one in recording.parameters:
            assert end.grad(one.name) is None
    w, b = made()
    with bv.record(dict(zip(names, (w, b), strict=True))) as recorded:
        turn(w, b)
    assert {one.name for one in recorded.recording.parameters} == expected
    np.testing.assert_array_equal(w.detach(), plain[0].detach())
