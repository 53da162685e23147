"""Leaves a model, its optimizer and torch's random numbers as they were before an iteration."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import chain
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd import _unsafe_preserve_version_counter
from torch.optim import Optimizer

from backprop_viz.capture.tensors.nested_tensors import nested_tensors


@contextmanager
def left_as_before(
    modules: Sequence[nn.Module], optimizer: Optimizer | None, given: Any
) -> Iterator[None]:
    """Leave the same objects with what they held, so that the program goes on as without this.

    A graph that was made before can still run backward: its tensors are at the versions that it
    saved. The optimizer keeps its groups and its state, which schedulers and the program hold, too.
    Of what the model is ``given`` the gradients are left; a forward that writes to it has written.
    """
    groups = [] if optimizer is None else optimizer.param_groups
    owned = [tensor for group in groups for tensor in group["params"]]
    parameters = [*chain.from_iterable(map(nn.Module.parameters, modules)), *owned]
    leaves = [*parameters, *(one for one in nested_tensors(given) if one.is_leaf)]
    grads = {id(tensor): (tensor, tensor.grad) for tensor in leaves if tensor.requires_grad}
    devices = list(range(torch.cuda.device_count())) if torch.cuda.is_available() else []
    with ExitStack() as versions:
        held = _Held(versions)
        held.remember(parameters)
        held.remember(list(chain.from_iterable(map(nn.Module.buffers, modules))))
        restore = held.remember(optimizer)
        for tensor, grad in grads.values():  # of its own: nobody else's is written to
            tensor.grad = None if grad is None else grad.clone()
        try:
            with torch.random.fork_rng(devices=devices):
                yield
        finally:
            restore()
            held.write_back()
            for tensor, grad in grads.values():
                tensor.grad = grad


class _Held:
    """What objects hold, however deep. ``versions`` sets those of the tensors back when it ends."""

    def __init__(self, versions: ExitStack) -> None:
        self._versions = versions
        self._copies: dict[int, tuple[Tensor, Tensor]] = {}
        self._begun: dict[int, object] = {}  # by id(); alive, so that no other gets it

    def remember(self, value: Any) -> Callable[[], object]:
        """Remember all of it; a function that makes lists, dicts and optimizers hold it again."""
        if isinstance(value, Tensor):
            self._remember_tensor(value)
        elif id(value) not in self._begun:
            self._begun[id(value)] = value
            if isinstance(value, Optimizer):
                return self.remember(vars(value))
            if isinstance(value, dict):
                return self._remember_dict(value)
            if isinstance(value, list | tuple | deque):
                return self._remember_list(value)
        return lambda: None

    def write_back(self) -> None:
        """Write to each tensor what it held."""
        with torch.no_grad():
            for tensor, copy in self._copies.values():
                tensor.copy_(copy)

    def _remember_tensor(self, tensor: Tensor) -> None:
        if id(tensor) in self._copies or tensor.is_inference():  # which nothing here can change
            return
        self._versions.enter_context(_unsafe_preserve_version_counter(tensor))
        self._copies[id(tensor)] = tensor, tensor.detach().clone()

    def _remember_dict(self, found: dict[Any, Any]) -> Callable[[], object]:
        items = dict(found)
        inner = [self.remember(item) for item in items.values()]

        def restore() -> None:
            found.clear()
            found.update(items)
            for one in inner:
                one()

        return restore

    def _remember_list(self, found: Any) -> Callable[[], object]:
        items = list(found)
        inner = [self.remember(item) for item in items]

        def restore() -> None:
            if not isinstance(found, tuple):
                found.clear()
                found.extend(items)
            for one in inner:
                one()

        return restore
