"""What runs within torch.vmap and the like is told, and torch is left as it was."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

import pytest
import torch

from backprop_viz.capture.watches.transforms import transforms_within


def told_to(names: list[str], name: str) -> Callable[[], AbstractContextManager[None]]:
    @contextmanager
    def around() -> Iterator[None]:
        names.append(name)
        yield

    return around


@pytest.mark.parametrize("first_ends_first", [False, True])
def test_the_one_that_began_last_is_told_whatever_ends_first(first_ends_first: bool) -> None:
    level = torch._functorch.vmap.vmap_increment_nesting
    told: list[str] = []
    first, second = ExitStack(), ExitStack()
    first.enter_context(transforms_within(told_to(told, "first")))
    torch.vmap(torch.exp)(torch.zeros(2))
    second.enter_context(transforms_within(told_to(told, "second")))
    torch.vmap(torch.exp)(torch.zeros(2))
    one, other = (first, second) if first_ends_first else (second, first)
    one.close()
    torch.vmap(torch.exp)(torch.zeros(2))
    other.close()
    assert told == ["first", "second", "second" if first_ends_first else "first"]
    assert torch._functorch.vmap.vmap_increment_nesting is level
    with transforms_within(told_to(told, "third")):
        torch.vmap(torch.exp)(torch.zeros(2))
    assert told[3:] == ["third"]
    assert torch._functorch.vmap.vmap_increment_nesting is level


def test_functionalize_is_told_and_ends_where_it_raises() -> None:
    level = torch._functorch.eager_transforms._func_increment_nesting
    told: list[str] = []

    @contextmanager
    def around() -> Iterator[None]:
        told.append("begins")
        try:
            yield
        finally:
            told.append("ends")

    def broken(x: torch.Tensor) -> torch.Tensor:
        raise ValueError(told.pop())

    with transforms_within(around):
        torch.func.functionalize(torch.exp)(torch.zeros(2))
        assert told == ["begins", "ends"]
        with pytest.raises(ValueError, match="begins"):
            torch.func.functionalize(broken)(torch.zeros(2))
        assert told == ["begins", "ends", "ends"]
    assert torch._functorch.eager_transforms._func_increment_nesting is level
    torch.func.functionalize(torch.exp)(torch.zeros(2))
    assert len(told) == 3
