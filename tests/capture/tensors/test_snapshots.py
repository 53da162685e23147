import sys
from types import SimpleNamespace

import pytest
import torch

from backprop_viz.capture.tensors import memory
from backprop_viz.capture.tensors.state_copies import cloned, packed


def state() -> dict[str, object]:
    """A state dict of all that an optimizer or a network may keep."""
    return {
        "state": {
            0: {"step": torch.tensor(3.0), "momentum_buffer": torch.randn(2, 3)},
            1: {"step": torch.tensor(4.0), "momentum_buffer": torch.randn(5).double()},
        },
        "counts": torch.arange(4),
        "turned": torch.randn(3, 4).t(),
        "few": torch.empty(0, 7),
        "sparse": torch.eye(3).to_sparse(),
        "none": None,
        "param_groups": [{"lr": 0.1, "params": [0, 1]}],
        "weight": torch.nn.Parameter(torch.randn(2, 2)),
    }


def the_same(copy: object, original: object) -> bool:
    if isinstance(original, torch.Tensor):
        assert isinstance(copy, torch.Tensor)
        assert not copy.requires_grad
        if original.layout is torch.strided:
            assert copy.stride() == original.stride()
        alike = copy.dtype == original.dtype and copy.shape == original.shape
        return alike and torch.equal(copy.to_dense(), original.to_dense())
    if isinstance(original, dict):
        assert isinstance(copy, dict)
        assert list(copy) == list(original)
        return all(the_same(copy[key], original[key]) for key in original)
    return copy == original


def test_both_copies_are_the_same_and_stay_so() -> None:
    original = state()
    copies = [cloned(original), packed(original)]
    before = cloned(original)
    for copy in copies:
        assert the_same(copy, original)
    original["state"][0]["momentum_buffer"].zero_()
    original["counts"].add_(1)
    original["param_groups"][0]["lr"] = 1.0
    for copy in copies:
        assert the_same(copy, before)


def test_packed_tensors_of_a_type_lie_side_by_side_in_one_piece_of_memory() -> None:
    net = torch.nn.Sequential(torch.nn.Conv2d(1, 6, 3), torch.nn.Linear(5, 7))
    copy = packed(net.state_dict())
    starts = [tensor.data_ptr() for tensor in copy.values()]
    sizes = [tensor.nbytes for tensor in copy.values()]
    assert starts == [starts[0] + sum(sizes[:i]) for i in range(len(sizes))]
    assert {tensor.untyped_storage().nbytes() for tensor in copy.values()} == {sum(sizes)}


def test_what_is_put_into_a_packed_tensor_changes_no_other() -> None:
    copy = packed({"a": torch.ones(3), "b": torch.ones(4)})
    copy["a"].fill_(2)
    assert copy["b"].tolist() == [1] * 4


@pytest.mark.parametrize("cloned_first", [False, True])
def test_a_view_with_gaps_is_known_again(
    monkeypatch: pytest.MonkeyPatch, cloned_first: bool
) -> None:
    """A part of each row, as the query of attention is: what it was copied from still has gaps."""
    states = SimpleNamespace(_module_state_mapping=SimpleNamespace(data=cloned_first))
    monkeypatch.setitem(sys.modules, "torch.distributed._composable_state", states)
    whole = torch.randn(6, 16, 24)
    for view in (*whole.split(8, dim=2), whole.view(6, 16, 3, 8).transpose(1, 2), whole[:, ::2]):
        copied = memory.Copied(view)
        assert copied.is_of(view)
        whole += 1
        assert not copied.is_of(view)
