"""What a loop computes, cloned at the very moment, by hooks that know nothing of the recorder."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

_Backward = (torch.Tensor.backward, torch.autograd.backward, torch.autograd.grad)


class Cloning(TorchFunctionMode):
    """``made``: what each function made, in order; ``sent``: what each node of a backward sent.

    ``given``: what each node was given.
    """

    def __init__(self) -> None:
        super().__init__()
        self.made: list[bytes] = []
        self.sent: list[list[bytes | None]] = []
        self.given: list[list[bytes | None]] = []

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        if func in _Backward:
            roots = [args[0]] if isinstance(args[0], Tensor) else list(args[0])
            handles = [
                node.register_hook(self._node_ran)
                for node in _nodes([root.grad_fn for root in roots])
                if type(node).__name__ != "AccumulateGrad"
            ]
            try:
                return func(*args, **(kwargs or {}))
            finally:
                for handle in handles:
                    handle.remove()
        result = func(*args, **(kwargs or {}))
        name = getattr(func, "__name__", "")
        for tensor in _tensors(args[0] if name == "__setitem__" else result):
            self.made.append(bits(tensor))
        return result

    def _node_ran(self, sent: Sequence[Tensor | None], given: Sequence[Tensor | None]) -> None:
        self.given.append([None if grad is None else bits(grad) for grad in given])
        self.sent.append([None if grad is None else bits(grad) for grad in sent])


def bits(tensor: Tensor) -> bytes:
    """The bytes of a tensor in C order."""
    with torch._C.DisableTorchFunction():
        return bytes(tensor.detach().clone(memory_format=torch.contiguous_format).numpy().tobytes())


def _tensors(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _tensors(item)


def _nodes(roots: Sequence[Any]) -> list[Any]:
    seen = dict.fromkeys(root for root in roots if root is not None)
    found = list(seen)
    for node in found:
        for following, _ in node.next_functions:
            if following is not None and following not in seen:
                seen[following] = None
                found.append(following)
    return found
