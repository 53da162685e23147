"""A copy knows whether a tensor is still what was copied, however that lies in memory."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from backprop_viz.capture.tensors.array_memory import ArrayMemory
from backprop_viz.capture.tensors.memory import Copied, NotCopied, why_not

# Compared as bytes, and where it lies.
SIDES = (3, 40)
Change = Callable[[Tensor], Tensor]
ZERO_DIM = torch.tensor(2.5)
# What lies at the same place in the same bytes, and yet has other numbers.
OTHERS: dict[str, Change] = {
    "another dtype": lambda t: t.view(torch.int32),
    "negated as it is read": lambda t: torch._neg_view(t),
    "another shape": lambda t: t.reshape(-1),
    "turned round": lambda t: t.t(),
    "a part": lambda t: t[:-1],
}


def numbers(side: int) -> Tensor:
    return torch.arange(1.0, 1 + side * side).reshape(side, side)


@pytest.mark.parametrize("held", [True, False])
@pytest.mark.parametrize("side", SIDES)
def test_a_tensor_is_what_was_copied_until_a_bit_changes(side: int, held: bool) -> None:
    tensor = numbers(side)
    copied = Copied(tensor, held=held)
    assert copied.is_of(tensor)
    assert copied.is_of(tensor.clone())
    tensor[-1, -1] = torch.nextafter(tensor[-1, -1], torch.tensor(0.0))
    assert not copied.is_of(tensor)
    assert copied.array[-1, -1] == side * side


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("held", [True, False])
@pytest.mark.parametrize("side", SIDES)
def test_other_numbers_in_the_same_memory_are_others(side: int, held: bool, other: str) -> None:
    tensor = numbers(side)
    copied = Copied(tensor, held=held)
    seen = OTHERS[other](tensor)
    assert seen.data_ptr() == tensor.data_ptr()
    assert not copied.is_of(seen)
    assert not copied.is_laid_out_as(seen)
    assert not copied.lies_in(seen)
    assert copied.is_of(tensor)
    assert copied.lies_in(tensor) == held
    # And the other way round: of what was copied as the other.
    was = Copied(seen, held=held)
    np.testing.assert_array_equal(was.array, seen.resolve_neg().numpy())
    assert was.is_of(seen)
    assert not was.is_of(tensor)


@pytest.mark.parametrize("side", SIDES)
def test_a_view_of_all_of_it_needs_no_copy(side: int) -> None:
    tensor = numbers(side)
    copied = Copied(tensor)
    for view in (tensor.t(), tensor.reshape(-1), tensor[None], tensor):
        found = copied.viewed_as(view)
        assert found is not None
        assert np.shares_memory(found.array, copied.array)
        np.testing.assert_array_equal(found.array, view.numpy())
        assert found.is_of(view)
    for no_view in (tensor[:-1], tensor[:, ::2], tensor.view(torch.int32), torch._neg_view(tensor)):
        assert copied.viewed_as(no_view) is None
    tensor[0, 0] = -1
    assert copied.viewed_as(tensor.t()) is None
    same = copied.viewed_as(tensor.t(), compared=True)
    assert same is not None
    assert same.array[0, 0] == 1


def test_a_view_has_the_layout_that_it_was_made_with() -> None:
    tensor = numbers(3)
    turned = Copied(tensor).viewed_as(tensor.t())
    assert turned is not None
    assert turned.is_laid_out_as(tensor.t())
    assert not turned.is_laid_out_as(tensor)
    assert not turned.is_of(tensor)


@pytest.mark.parametrize("side", SIDES)
def test_of_the_first_samples_only_these_count(side: int) -> None:
    tensor = numbers(side)
    copied = Copied(tensor, samples=2)
    np.testing.assert_array_equal(copied.array, tensor[:2].numpy())
    tensor[2] = 0
    assert copied.is_of(tensor)
    assert not copied.is_laid_out_as(tensor)
    assert copied.viewed_as(tensor) is None
    tensor[1, -1] = 0
    assert not copied.is_of(tensor)


@pytest.mark.parametrize("side", SIDES)
def test_a_turned_tensor_is_compared_as_it_lies(side: int) -> None:
    tensor = numbers(side)
    copied = Copied(tensor.t())
    np.testing.assert_array_equal(copied.array, tensor.t().numpy())
    assert copied.is_of(tensor.t())
    assert copied.is_of(tensor.t().contiguous())
    assert not copied.is_of(tensor)
    assert copied.is_laid_out_as(tensor.t())
    tensor[0, -1] = 0
    assert not copied.is_of(tensor.t())


def test_what_is_borrowed_is_what_torch_has_until_it_is_given_back() -> None:
    for tensor in (numbers(3), numbers(3).t(), ZERO_DIM.clone()):
        copied = Copied.borrowing(tensor)
        assert copied is not None
        assert copied.borrowed
        assert copied.lies_in(tensor)
        assert not copied.array.flags.writeable
        assert np.shares_memory(copied.array, tensor.numpy())
    with_gaps = numbers(4)[:, ::2]
    others = (with_gaps, torch._neg_view(numbers(3)), torch.ones(2, dtype=torch.bfloat16))
    assert [Copied.borrowing(one) for one in others] == [None, None, None]


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float8_e5m2])
def test_what_numpy_lacks_is_in_float32(dtype: torch.dtype) -> None:
    tensor = torch.tensor([1.5, -0.25, 3.0]).to(dtype)
    copied = Copied(tensor)
    np.testing.assert_array_equal(copied.array, np.array([1.5, -0.25, 3.0], np.float32))
    assert copied.is_of(tensor)
    changed = tensor.clone()
    changed[1:2] = changed[:1]
    assert not copied.is_of(changed)


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("side", [3, 200])
def test_what_is_given_back_is_a_copy_from_then_on(side: int, turned: bool) -> None:
    tensor = numbers(side).t() if turned else numbers(side)
    expected = tensor.clone().numpy()
    copied = Copied.borrowing(tensor)
    assert copied is not None
    lent = copied.give_back(ArrayMemory())
    assert np.shares_memory(lent, tensor.numpy())
    assert not copied.borrowed
    assert not copied.lies_in(tensor)
    assert copied.is_of(tensor)
    tensor.zero_()
    np.testing.assert_array_equal(copied.array, expected)
    assert copied.array.strides == lent.strides
    assert not copied.is_of(tensor)


def test_a_tensor_that_is_held_is_known_by_where_it_lies() -> None:
    tensor = numbers(3)
    copied = Copied(tensor.clone())
    assert not copied.lies_in(tensor)
    copied.hold(tensor)
    assert copied.lies_in(tensor)
    assert copied.is_of(tensor)
    tensor[0, 0] = 0
    assert not copied.is_of(tensor)
    for other in (Copied(numbers(3), samples=3), Copied(numbers(3).t())):
        other.hold(numbers(3))
        assert other.is_of(numbers(3)) == (other.array[0, 1] == 2)


def test_no_copy_can_be_written_to() -> None:
    copied = Copied(numbers(3))
    view, kept = copied.viewed_as(numbers(3).t()), Copied(numbers(3))
    assert view is not None
    kept.keep(np.ones((3, 3), np.float32))
    for one in (copied, view, kept, Copied(numbers(3).t()), Copied(numbers(3), samples=2)):
        assert not one.array.flags.writeable


@pytest.mark.filterwarnings("ignore:torch.quantize_per_tensor")
def test_what_is_not_laid_out_in_numbers_is_copied_as_the_numbers_it_stands_for() -> None:
    sparse = torch.eye(3).to_sparse()
    quantized = torch.quantize_per_tensor(torch.tensor([0.5, -1.0]), 0.5, 3, torch.quint8)
    for tensor, expected in ((sparse, torch.eye(3)), (quantized, torch.tensor([0.5, -1.0]))):
        copied = Copied(tensor)
        np.testing.assert_array_equal(copied.array, expected.numpy())
        assert copied.is_of(tensor)
    assert not Copied(sparse).is_of(2 * sparse)


class Silent(Tensor):
    """A subclass that hands out no numbers."""

    def numpy(self, *, force: bool = False) -> np.ndarray:
        raise RuntimeError("no numbers")


@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors is in prototype")
def test_why_there_are_no_numbers() -> None:
    found: list[str] = []

    def why(tensor: Tensor) -> Tensor:
        found.append(why_not(tensor))
        with pytest.raises(NotCopied, match=found[-1]):
            Copied(tensor)
        return tensor

    torch.vmap(lambda x: why(x + 1))(torch.ones(2, 2))
    why(torch.nn.parameter.UninitializedParameter())
    why(torch.nested.nested_tensor([torch.ones(2), torch.ones(3)], layout=torch.jagged))
    why(torch.nested.nested_tensor([torch.ones(2), torch.ones(3)]))
    why(torch.ones(2).as_subclass(Silent))
    why(torch.ones(2, device="meta"))
    assert found == ["functorch", "lazy", "nested", "nested", "fake", "no_numbers"]
