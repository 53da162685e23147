"""A call on lists of tensors against the single calls that are recorded in its place."""

from collections.abc import Mapping
from typing import Any

import pytest
import torch
from torch import Tensor

from backprop_viz.capture.watches.foreach_calls import single_calls

NUMBERS = [0.5, 0.25]
# By the function, with the second and third lists, or numbers, that it takes.
CALLS: dict[str, tuple[Any, ...]] = {
    "add": ("list",),
    "sub": (0.5,),
    "mul": (NUMBERS,),
    "div": ("list",),
    "maximum": (0.1,),
    "minimum": (NUMBERS,),
    "clamp_min": (0.1,),
    "clamp_max": ("list",),
    "addcmul": ("list", "list", NUMBERS),
    "addcdiv": ("list", "list", 0.5),
    "lerp": ("list", 0.25),
    "pow": (2.0,),
    "sqrt": (),
    "neg": (),
    "sign": (),
    "reciprocal": (),
}


def tensors() -> list[Tensor]:
    return [torch.rand(2, 3), torch.rand(4)]


@pytest.mark.parametrize("in_place", ["", "_"])
@pytest.mark.parametrize("name", [*CALLS, "maximum of tensors"])
def test_single_calls_make_what_the_one_on_lists_makes(name: str, in_place: str) -> None:
    torch.manual_seed(0)
    given = CALLS.get(name, ("list",))
    rest = tuple(tensors() if one == "list" else one for one in given)
    first, function = tensors(), getattr(torch, f"_foreach_{name.split()[0]}{in_place}")
    singles = single_calls(function, ([one.clone() for one in first], *rest), {})
    assert len(singles) == len(first)
    made = function(first, *rest)
    for single, one in zip(singles, first if in_place else made, strict=True):
        assert torch.equal(single.method(*single.args, **single.kwargs), one)


@pytest.mark.parametrize("order", [1, 2, float("inf")])
def test_a_norm_of_each_takes_its_order_by_another_name(order: float) -> None:
    torch.manual_seed(0)
    own = tensors()
    singles = single_calls(torch._foreach_norm, (own,), {"ord": order})
    for single, norm in zip(singles, torch._foreach_norm(own, ord=order), strict=True):
        assert torch.equal(single.method(*single.args, **single.kwargs), norm)


@pytest.mark.parametrize(
    ("function", "args", "kwargs"),
    [(torch.add, (torch.ones(2), 1.0), {}), (torch._foreach_add, (), {"self": []})],
)
def test_of_what_is_given_no_list_there_is_none(
    function: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> None:
    assert single_calls(function, args, kwargs) == []
