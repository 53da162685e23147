"""A mode sees ``torch.autograd.backward`` also where torch does not ask it, as torch 2.6."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from backprop_viz.capture.watches import overridable_backward
from backprop_viz.capture.watches.overridable_backward import backward_overridable


class Seen(TorchFunctionMode):
    def __init__(self) -> None:
        super().__init__()
        self.functions: list[Callable[..., Any]] = []

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        self.functions.append(func)
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("several", [False, True])
def test_older_torch_is_seen_too(monkeypatch: pytest.MonkeyPatch, several: bool) -> None:
    torchs = torch.autograd.backward

    def unseen(tensors: Tensor | Sequence[Tensor]) -> None:
        with torch._C.DisableTorchFunction():
            torchs(tensors)

    monkeypatch.setattr(torch.autograd, "backward", unseen)
    monkeypatch.setattr(overridable_backward, "BACKWARD", unseen)
    monkeypatch.setattr(overridable_backward, "BACKWARD_ASKS", False)
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    loss = x.square().sum()
    with Seen() as seen, backward_overridable(), backward_overridable():
        torch.autograd.backward([loss] if several else loss)
    assert unseen in seen.functions
    assert torch.autograd.backward is unseen
    assert x.grad is not None
    assert x.grad.tolist() == [2.0, 4.0]


def test_torch_is_as_it_was_after_an_error() -> None:
    before = torch.autograd.backward
    with pytest.raises(RuntimeError, match="does not require grad"), backward_overridable():
        torch.autograd.backward(torch.ones(()))
    assert torch.autograd.backward is before
