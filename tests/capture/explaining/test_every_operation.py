"""By night: every differentiable operation that torch itself tests, on torch's own samples.

An explanation has to sum to what torch has, or to say why there is none.
"""

import random
import sys
import unittest
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_flatten, tree_unflatten

import backprop_viz as bv
from backprop_viz.capture.explaining.explainer import Explainer
from tests.capture.explaining.checks import faults, numbers_of
from tests.nightly import by_night

PARTS, SAMPLES, MOST_ELEMENTS = 24, 2, 20_000
# What is no sum, and says so.
REASONS = {"constant", "no_derivative", "drawn"}
# Operations that have no terms yet, and why.
UNKNOWN = {
    **dict.fromkeys(("half", "bfloat16", "chalf"), "tests of half precision have them"),
    **dict.fromkeys(("_unsafe_masked_index", "_unsafe_masked_index_put_accumulate"), "torch's own"),
    "_native_batch_norm_legit": "torch's own",
    "as_strided": "what it reads lies beyond the tensor that is recorded",
    "nn.functional.binary_cross_entropy": "differentiated twice, torch adds 1e-12",
    "corrcoef": "its clamp stops at 1 where float64 comes to 1 less a rounding",
    "nn.functional.linear_cross_entropy": "its options are no plain data",
    "linalg.pinv": "its samples are hermitian but for rounding",
    "sparse.mm": "which numbers are stored is not recorded",
    "sparse.sampled_addmm": "which numbers are stored is not recorded",
}


def operations() -> list[Any]:
    """What torch tests with gradients, with samples of each."""
    if "expecttest" not in sys.modules:  # torch's tests alone need it
        stands_in = ModuleType("expecttest")
        stands_in.TestCase = unittest.TestCase  # type: ignore[attr-defined]
        sys.modules["expecttest"] = stands_in
    from torch.testing._internal.common_methods_invocations import op_db

    known = [op for op in op_db if op.supports_autograd and op.name not in UNKNOWN]
    return [op for op in known if torch.float64 in op.supported_dtypes("cpu")]


class Sampled(nn.Module):
    """An operation whose parameters are the tensors of a sample that require a gradient."""

    def __init__(self, function: Callable[..., Any], sample: Any) -> None:
        super().__init__()
        self.function = function
        self.leaves, self.spec = tree_flatten(((sample.input, *sample.args), sample.kwargs))
        for i, leaf in enumerate(self.leaves):
            if isinstance(leaf, Tensor) and leaf.requires_grad:
                self.register_parameter(f"p{i}", nn.Parameter(leaf.detach().clone()))

    def forward(self) -> Any:
        own = dict(self.named_parameters())
        leaves = [own.get(f"p{i}", leaf) for i, leaf in enumerate(self.leaves)]
        args, kwargs = tree_unflatten(leaves, self.spec)
        return self.function(*args, **kwargs)


def backward(net: nn.Module) -> bool:
    """Add up what it makes, weighted; whether there is anything to differentiate."""
    torch.manual_seed(1)
    made = [each for each in tree_flatten(net())[0] if isinstance(each, Tensor)]
    made = [each for each in made if each.requires_grad]
    if not made:
        return False
    real = [torch.view_as_real(each) if each.is_complex() else each for each in made]
    weights = [torch.linspace(0.5, 1.5, each.numel()).reshape(each.shape) for each in real]
    loss = sum((each * w.to(each.dtype)).sum() for each, w in zip(real, weights, strict=True))
    assert isinstance(loss, Tensor)
    loss.backward()
    return True


def wrong(net: nn.Module) -> Iterator[str]:
    with bv.record(net) as record:
        backward(net)
    recording = record.recording
    explainer = Explainer(recording)
    for number in numbers_of(recording, random.Random(0)):
        assert number.event is not None
        found = explainer.explain(number)
        where = f"{recording.events[number.event].op} {number}"
        if found.reason is not None and found.reason.code not in REASONS:
            yield f"{where}: {found.reason.code}"
        yield from (f"{where}: {fault}" for fault in faults(recording, found))


def runs(net: nn.Module) -> bool:
    """Whether torch itself runs it: some samples are only for forward."""
    try:
        return backward(net)
    except (RuntimeError, NotImplementedError):
        return False
    finally:
        net.zero_grad()


@by_night
@pytest.mark.filterwarnings("ignore")  # of what is deprecated, or beta
@pytest.mark.parametrize("part", range(PARTS))
def test_every_operation_has_terms_that_sum(part: int) -> None:
    found = []
    for op in operations()[part::PARTS]:
        samples = list(op.sample_inputs("cpu", torch.float64, requires_grad=True))
        for sample in samples[:: max(1, len(samples) // SAMPLES)][:SAMPLES]:
            net = Sampled(op.op, sample)
            size = sum(parameter.numel() for parameter in net.parameters())
            if 0 < size <= MOST_ELEMENTS and runs(net):
                found += [f"{op.formatted_name}: {each}" for each in wrong(net)]
    assert found == []
