from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from backprop_viz.capture.tensors.array_memory import ArrayMemory
from backprop_viz.capture.tensors.copied_together import CopiedTogether, layout_of
from backprop_viz.recording.trace.events import Array

KINDS = torch.float32, torch.float64, torch.float16, torch.int64, torch.bool
SHAPES = (2, 3), (3, 2), (4,), (), (1, 1, 2), (130, 130), (7,), (300, 300), (5,), (64,), (128,)


def some() -> list[Tensor]:
    """Small and large tensors of all kinds in turn."""
    return [torch.randn(shape).mul(9).to(kind) for kind in KINDS for shape in SHAPES]


def copied(tensors: list[Tensor]) -> CopiedTogether:
    layout = layout_of(tensors)
    assert layout is not None
    return CopiedTogether(layout, ArrayMemory())


def lying_in_clones(tensors: list[Tensor]) -> CopiedTogether:
    layout = layout_of(tensors)
    assert layout is not None
    found = CopiedTogether.lying_in(layout, [tensor.clone() for tensor in tensors])
    assert found is not None
    return found


COPIES = copied, lying_in_clones


@pytest.mark.parametrize("made", COPIES)
def test_each_has_its_own_numbers_and_keeps_them(
    made: Callable[[list[Tensor]], CopiedTogether],
) -> None:
    tensors = some()
    before = [tensor.numpy().copy() for tensor in tensors]
    copies = made(tensors)
    assert all(copies.copied(i).is_of(tensor) for i, tensor in enumerate(tensors))
    for tensor in tensors:
        tensor.copy_(tensor == 0)
    for i, (was, tensor) in enumerate(zip(before, tensors, strict=True)):
        array = copies.array(i)
        assert (array.dtype, array.shape) == (was.dtype, was.shape)
        assert array.tobytes() == was.tobytes()
        assert array.flags.aligned
        assert not array.flags.writeable
        assert not copies.copied(i).is_of(tensor)


@pytest.mark.parametrize("made", COPIES)
def test_a_bit_that_differs_in_one_is_seen_in_that_one_alone(
    made: Callable[[list[Tensor]], CopiedTogether],
) -> None:
    tensors = some()
    copies = made(tensors)
    assert copies.differing() == []
    for number, tensor in enumerate(tensors):
        seen: Array = tensor.numpy().reshape(-1).view(np.uint8)
        seen[-1] ^= 1
        assert copies.differing() == [number]
        seen[-1] ^= 1
    assert copies.differing() == []


def test_no_number_is_as_another_of_the_same_value() -> None:
    tensors = [torch.tensor([0.0, float("nan")]), torch.ones(3)]
    copies = copied(tensors)
    tensors[0][0] = -0.0
    assert copies.differing() == [0]
    assert copies.array(0).tobytes() == np.array([0.0, float("nan")], np.float32).tobytes()


def test_clones_of_another_kind_are_none() -> None:
    tensors = [torch.randn(2, 3), torch.randn(4)]
    layout = layout_of(tensors)
    assert layout is not None
    others = torch.randn(3, 2), torch.randn(3, 2).t(), torch.randn(2, 3).double(), None
    for other in others:
        assert CopiedTogether.lying_in(layout, [other, torch.randn(4)]) is None


NOT_PLAIN = {
    "turned": lambda: torch.randn(2, 3).t(),
    "bfloat16": lambda: torch.randn(3).to(torch.bfloat16),
    "coo": lambda: torch.eye(2).to_sparse(),
    "csr": lambda: torch.eye(2).to_sparse_csr(),
    "csc": lambda: torch.eye(2).to_sparse_csc(),
    "bsr": lambda: torch.eye(2).to_sparse_bsr((1, 1)),
    "bsc": lambda: torch.eye(2).to_sparse_bsc((1, 1)),
    "mkldnn": lambda: torch.eye(2).to_mkldnn(),
    "nested": lambda: torch.nested.nested_tensor([torch.ones(2), torch.ones(3)]),
    "jagged": lambda: torch.nested.nested_tensor([torch.ones(2)], layout=torch.jagged),
    "meta": lambda: torch.empty(3, device="meta"),
    "complex": lambda: torch.randn(3, dtype=torch.complex64),
    "negated": lambda: torch.randn(2, dtype=torch.complex64).conj().imag,
    "empty": lambda: torch.empty(0, 3),
}


@pytest.mark.filterwarnings("ignore:.*(Sparse|nested).*:UserWarning")
@pytest.mark.parametrize("kind", NOT_PLAIN)
def test_what_numpy_does_not_have_as_it_is_is_left_to_others(kind: str) -> None:
    assert layout_of([torch.randn(3)]) is not None
    assert layout_of([torch.randn(3), NOT_PLAIN[kind]()]) is None


def within_grad(see: Callable[[Tensor], Tensor]) -> None:
    torch.func.grad(lambda x: see(x).sum())(torch.randn(2, 3))


def within_jvp(see: Callable[[Tensor], Tensor]) -> None:
    torch.func.jvp(see, (torch.randn(2, 3),), (torch.randn(2, 3),))


def within_both(see: Callable[[Tensor], Tensor]) -> None:
    torch.func.vmap(torch.func.grad(lambda x: see(x).sum()))(torch.randn(2, 3))


@pytest.mark.filterwarnings("ignore:.*torch.jit.script.*:DeprecationWarning")
@pytest.mark.parametrize(
    "run",
    [
        lambda see: torch.func.vmap(see)(torch.randn(2, 3)),
        within_grad,
        within_jvp,
        within_both,
        lambda see: torch.func.functionalize(see)(torch.randn(2, 3)),
    ],
    ids=["vmap", "grad", "jvp", "both", "functionalize"],
)
def test_what_a_transform_wraps_is_left_to_others(
    run: Callable[[Callable[[Tensor], Tensor]], object],
) -> None:
    seen: list[Tensor] = []

    def see(x: Tensor) -> Tensor:
        assert torch._C._functorch.is_functorch_wrapped_tensor(x)
        assert layout_of([x]) is None
        assert layout_of([x * 2]) is None
        seen.append(x)
        return x * 2

    run(see)
    assert layout_of(seen) is None  # nor once it is over


def test_what_is_alike_is_known_once_and_what_is_not_is_told_apart() -> None:
    """Models one after another have parameters of their own shapes, or of their own dtypes."""
    one, other = torch.ones(6, 2), torch.ones(3)
    pairs = [[one, other], [one.double(), other], [one, other.int()], [other, one], [one.t(), one]]
    alike = [[tensor.contiguous() for tensor in pair] for pair in pairs for _ in range(2)]
    layouts = [layout for pair in [*alike, *alike] if (layout := layout_of(pair)) is not None]
    kinds = [layout.kinds for layout in layouts]
    assert all(one is other for one, other in zip(kinds[::2], kinds[1::2], strict=True))
    told = [(tuple(found.shapes), tuple(found.dtypes)) for found in kinds]
    of_each = [(tuple(t.shape for t in pair), tuple(t.dtype for t in pair)) for pair in alike]
    assert told == [*of_each, *of_each]
    assert len(set(of_each)) == len(pairs)
    copies = [CopiedTogether(layout, ArrayMemory()) for layout in layouts]
    for pair, found in zip([*alike, *alike], copies, strict=True):
        for number, tensor in enumerate(pair):
            np.testing.assert_array_equal(found.array(number), tensor.numpy())
            assert found.array(number).dtype == tensor.numpy().dtype
