"""Products of groups of rows: a mixture of experts' numbers are told as sums."""

import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.capture.grouped_mm import grouped_mm

pytestmark = pytest.mark.skipif(
    not hasattr(torch, "_grouped_mm"), reason="this torch has no grouped product"
)
# Each group's rows are those up to its end.
ENDS = [4, 9, 12]
GROUP_OF = [0] * 4 + [1] * 5 + [2] * 3


class Experts(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(
            torch.randn(3, 8, 16, generator=torch.Generator().manual_seed(1))
        )

    def forward(self, x: Tensor) -> Tensor:
        return torch._grouped_mm(x, self.weight, offs=torch.tensor(ENDS, dtype=torch.int32))


def test_each_number_is_the_sum_of_its_groups_products() -> None:
    model = Experts()
    x = torch.randn(12, 8, generator=torch.Generator().manual_seed(2), requires_grad=True)
    with bv.record(model) as recording:
        model(x).square().sum().backward()
    w, y = model.weight.detach(), model(x).detach()
    forward = next(i for i, e in enumerate(recording.events) if e.op == "_grouped_mm")
    back = next(i for i, e in enumerate(recording.events) if e.op == "GroupedMmBackward0")
    for n, k in ((0, 0), (6, 3), (11, 15)):
        found = recording.explain(forward, 0, (n, k))
        expected = x.detach()[n] * w[GROUP_OF[n], :, k]
        assert [term.value for term in found.terms] == pytest.approx(
            sorted(expected.tolist(), key=abs, reverse=True), rel=1e-5
        )
        assert abs(found.residual) < 1e-5
    for n, m in ((0, 0), (6, 3), (11, 7)):
        found = recording.explain(back, 0, (n, m))
        assert found.residual == pytest.approx(0, abs=1e-4)
        total = float((2 * y[n] * w[GROUP_OF[n], m]).sum())
        assert sum(term.value for term in found.terms) == pytest.approx(total, rel=1e-4)
    for g, m, k in ((0, 0, 0), (2, 7, 15)):
        found = recording.explain(back, 1, (g, m, k))
        rows = [n for n in range(12) if GROUP_OF[n] == g]
        assert len(found.terms) == len(rows)
        total = sum(float(2 * y[n, k] * x.detach()[n, m]) for n in rows)
        assert sum(term.value for term in found.terms) == pytest.approx(total, rel=1e-4)
        assert found.residual == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize(
    ("a", "b"), [((12, 8), (3, 8, 16)), ((3, 16, 8), (8, 12)), ((8, 12), (12, 16))]
)
def test_it_is_torchs_for_operands_of_any_rank(a: tuple[int, ...], b: tuple[int, ...]) -> None:
    left, right = torch.randn(a), torch.randn(b)
    ends = torch.tensor(ENDS, dtype=torch.int32)
    expected = torch._grouped_mm(left, right, offs=ends)
    torch.testing.assert_close(grouped_mm(left, right, offs=ends), expected)


def test_without_groups_it_is_a_batch_of_products() -> None:
    left, right = torch.randn(3, 4, 8), torch.randn(3, 8, 16)
    torch.testing.assert_close(grouped_mm(left, right), torch._grouped_mm(left, right))
