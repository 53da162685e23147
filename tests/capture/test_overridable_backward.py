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


torchs = torch.autograd.backward


def unseen(tensors: Tensor | Sequence[Tensor], retain_graph: bool | None = None) -> None:
    with torch._C.DisableTorchFunction():
        torchs(tensors, retain_graph=retain_graph)


@pytest.fixture
def older_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.autograd, "backward", unseen)
    monkeypatch.setattr(overridable_backward, "BACKWARD", unseen)
    monkeypatch.setattr(overridable_backward, "BACKWARD_ASKS", False)


@pytest.mark.usefixtures("older_torch")
@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize("imported_before", [False, True])
def test_older_torch_is_seen_too(several: bool, imported_before: bool) -> None:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    loss = x.square().sum()
    given = [loss] if several else loss
    code = unseen.__code__
    with Seen() as seen, backward_overridable(), backward_overridable():
        if imported_before:
            unseen(given, retain_graph=True)
        else:
            torch.autograd.backward(given, retain_graph=True)
    assert seen.functions.count(unseen) == 1
    torch.autograd.backward(loss)
    assert torch.autograd.backward is unseen
    assert unseen.__code__ is code
    assert x.grad is not None
    assert x.grad.tolist() == [4.0, 8.0]


def test_torch_is_as_it_was_after_an_error() -> None:
    before, code = torch.autograd.backward, torch.autograd.backward.__code__
    with pytest.raises(RuntimeError, match="does not require grad"), backward_overridable():
        torch.autograd.backward(torch.ones(()))
    assert torch.autograd.backward is before
    assert before.__code__ is code
