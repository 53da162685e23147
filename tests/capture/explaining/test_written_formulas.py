"""Formulas with the terms' own places: worked out as they are written, they give the number."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from backprop_viz.analysis.numbers.written_sums import letters_of, upstream_letters
from backprop_viz.capture.explaining.explainer import Explainer
from backprop_viz.recording.explanations.number import Number
from tests.analysis.operations.index_form_text import value_of
from tests.capture.recorded_nets import Applied, recorded_net

ROWS, MASK = torch.tensor([2, 0, 2]), torch.tensor([[True, False, True, True]] * 3)
WORDS = torch.tensor([[1, 2, 0], [2, 1, 1]])
Used = Callable[[Tensor, Tensor], Tensor]
OF_ROWS: dict[str, Used] = {
    "row": lambda w, x: (x * w)[-1, ::2],
    "rows": lambda w, x: (x * w)[ROWS],
    "masked": lambda w, x: (x * w)[MASK],
    "joined": lambda w, x: torch.cat([x * w, x], 1),
    "three joined": lambda w, x: torch.stack([x * w, x, w.expand(3, 4)], 1),
    "transposed": lambda w, x: (x * w).T,
    "reshaped": lambda w, x: (x * w).reshape(2, 6),
    "flipped": lambda w, x: (x * w).flip(1),
    "split": lambda w, x: (x * w).split(2, 1)[1],
    "repeated": lambda w, x: (x * w).repeat(2, 1),
    "added": lambda w, x: x.index_put((ROWS,), x * w, accumulate=True),
    "looked up": lambda w, x: F.embedding(WORDS, x * w),
    "the largest": lambda w, x: (x * w).max(1).values,
    "padded": lambda w, x: F.pad(x * w, (2, 1), mode="reflect"),
    "in two places": lambda w, x: F.interpolate((x * w)[None], size=6, mode="linear"),
    "written to": lambda w, x: (x * w).index_fill(0, ROWS[:1], 0.5),
    "pieces": lambda w, x: torch.einsum("ij,j->i", x, w),
    "scaled": lambda w, x: torch.lerp(x * w, x, 0.3),
    "of a batch": lambda w, x: torch.matmul(x[None], (x * w).T.expand(2, 4, 3)),
    "windows": lambda w, x: F.avg_pool1d(x * w, 2, 1, padding=1, count_include_pad=False),
    "windows with zeros": lambda w, x: F.avg_pool1d((x * w)[None], 3, 2, padding=1),
    "beyond the border": lambda w, x: F.avg_pool1d((x * w)[None], 3, 2, ceil_mode=True),
    "adaptive windows": lambda w, x: F.adaptive_avg_pool1d((x * w)[None], 3),
}
# Forms of their own, in letters that ``letters_of`` does not give.
OWN_LETTERS = {"looked up": ("x", "w")}
USUAL = {"mul", "pow", "sum", "MulBackward0", "PowBackward0", "SumBackward0", "AccumulateGrad"}


@pytest.mark.parametrize("name", OF_ROWS)
def test_a_written_formula_gives_the_number(name: str) -> None:
    torch.manual_seed(3)
    recording = recorded_net(Applied(torch.randn(4), OF_ROWS[name]), torch.randn(3, 4))
    explainer, checked = Explainer(recording), 0
    for i, event in enumerate(recording.events):
        if event.op in USUAL:
            continue
        for slot, tensor in enumerate(event.output_ids):
            if tensor is None or recording.tensors[tensor].dtype.kind != "f":
                continue
            for index in np.ndindex(recording.tensors[tensor].shape):
                found = explainer.explain(Number(tensor, index, i, slot))
                if event.node is not None and "Backward" in event.op:
                    if not found.formula.startswith(f"∂L/∂x[{', '.join(map(str, index))}] = "):
                        continue
                    names = {s: recording.tensors[t] for t, s in upstream_letters(event).items()}
                elif name in OWN_LETTERS and event.op == "embedding":
                    names = dict(zip(OWN_LETTERS[name], event.inputs, strict=True))
                else:
                    names = {s: recording.tensors[t] for t, s in letters_of(event).items()}
                if "mean" in found.formula or " : " in found.formula:
                    continue  # a slice, of which the tests of pooling are
                assert value_of(found.formula, names) == pytest.approx(
                    found.value, rel=1e-5, abs=1e-6
                ), found.formula
                checked += 1
    assert checked > 2
