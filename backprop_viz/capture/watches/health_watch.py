"""Looks at the tensors of an iteration without copying them: a few numbers of each are kept."""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.optimizer import (
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
)
from torch.utils.hooks import RemovableHandle

from backprop_viz.capture.code.own_faults import guarded
from backprop_viz.capture.graph.graphs import parameter_names
from backprop_viz.capture.listening_depth import heard
from backprop_viz.capture.module_choice import ModuleChoice
from backprop_viz.capture.tensors.bare_tensors import Tensors
from backprop_viz.capture.tensors.from_device import is_captured
from backprop_viz.capture.tensors.memory import why_not
from backprop_viz.capture.tensors.nested_tensors import nested_tensors
from backprop_viz.capture.tensors.unheard import unheard
from backprop_viz.capture.watches.module_hooks import called_after, copied_without_hooks
from backprop_viz.recording.trace.health import IterationHealth, Role, TensorHealth

_HALVES = (torch.float16, torch.bfloat16)
# While the watch reads tensors itself.
_UNSEEN = torch._C.DisableTorchFunction
# What has been found of a tensor: its row without the numbers, and those, as they were made.
_Sums = tuple[Tensor, Tensor, Tensor, Tensor, Tensor | int]
_Found = tuple[TensorHealth, _Sums | None]


class HealthWatch:
    """Watches what the modules of a model make, the gradients of that, and the parameters.

    It works by hooks of modules, of tensors and of optimizers alone; no operation becomes slower.
    What is computed between modules, as by ``F.relu``, shows in what the module around it makes.
    A forward pass under ``no_grad`` is not looked at. Of every optimizer that steps, or of those
    given, the parameters that are the model's are told of.
    """

    def __init__(
        self,
        model: nn.Module,
        optimizers: Sequence[Optimizer] | None = None,
        only: ModuleChoice | None = None,
    ) -> None:
        self._model, self._only = model, only
        self._optimizers = None if optimizers is None else {id(one) for one in optimizers}
        self._names = parameter_names(model)
        self._by_hand = isinstance(model, Tensors) and optimizers is None  # maybe by no optimizer
        self._found: list[_Found] = []
        # What modules have made since the last gradient came, by its id() and version: kept
        # alive, so that no other tensor gets that id().
        self._outputs: dict[tuple[int, int], Tensor] = {}

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Look at what runs in here."""
        steps = register_optimizer_step_pre_hook, self.optimizer_steps
        stepped = register_optimizer_step_post_hook, self.optimizer_stepped
        with self.watching_modules(), ExitStack() as hooks:
            hooks.callback(self._outputs.clear)
            for register, call in (steps, stepped):
                hooks.callback(register(heard(call)).remove)
            yield

    @contextmanager
    def watching_modules(self) -> Iterator[None]:
        """Look at what each module makes in here."""
        with copied_without_hooks(), ExitStack() as hooks:
            for handle in self._hook_modules():
                hooks.callback(handle.remove)
            yield

    def _hook_modules(self) -> Iterator[RemovableHandle]:
        for name, module in self._model.named_modules():
            wanted = self._only is None or self._only.has(name)
            if wanted and not isinstance(module, torch.jit.ScriptModule):
                yield called_after(module, partial(self._made, name), always=False)
        for name, tensor in self._model.named_parameters() if self._by_hand else ():
            accumulated = guarded(partial(self._accumulated, name))
            with _UNSEEN():
                handle = tensor.register_post_accumulate_grad_hook(accumulated)  # type: ignore[no-untyped-call]
            yield handle

    def health(self, iteration: int, loss: float | None = None) -> IterationHealth:
        """What has been seen so far. Waits for a GPU once, not for each tensor."""
        if self._by_hand and not any(row.role == "weight" for row, _ in self._found):
            with _UNSEEN():
                for name, tensor in self._model.named_parameters():
                    self._look("weight", name, tensor)
        numbers = iter(_read([sums for _, sums in self._found if sums is not None]))
        rows = [row if sums is None else _filled(row, next(numbers)) for row, sums in self._found]
        return IterationHealth(iteration, tuple(rows), loss)

    def _made(self, name: str, _: nn.Module, given: Any, output: Any) -> None:
        """A module has run. What one of its own modules made is known already."""
        if not torch.is_grad_enabled():
            return
        with _UNSEEN():
            for number, tensor in enumerate(nested_tensors(output)):
                key = id(tensor), 0 if tensor.is_inference() else tensor._version
                if key in self._outputs or not tensor.is_floating_point():
                    continue
                self._outputs[key] = tensor
                self._look("output", name, tensor, number)
                if tensor.requires_grad:
                    came = guarded(partial(self._came, name, number))
                    tensor.register_hook(came)  # type: ignore[no-untyped-call]

    def _came(self, name: str, number: int, grad: Tensor) -> None:
        """The gradient of what a module made has come."""
        self._outputs.clear()
        with _UNSEEN():
            self._look("output_grad", name, grad, number)

    def _accumulated(self, name: str, tensor: Tensor) -> None:
        if tensor.grad is not None:
            with _UNSEEN():
                self._look("grad", name, tensor.grad)

    def optimizer_steps(self, optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        """An optimizer is about to step. One with a closure has no gradients of its own yet."""
        if not (has_closure(args, kwargs) or self._by_hand):
            self._look_at_parameters(optimizer, "grad")

    def optimizer_stepped(self, optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        """It has stepped."""
        if has_closure(args, kwargs) and not self._by_hand:
            self._look_at_parameters(optimizer, "grad")
        self._look_at_parameters(optimizer, "weight")

    def _look_at_parameters(self, optimizer: Optimizer, role: Role) -> None:
        if self._optimizers is not None and id(optimizer) not in self._optimizers:
            return
        with _UNSEEN():
            for group in optimizer.param_groups:
                for parameter in group["params"]:
                    name = self._names.get(id(parameter))
                    tensor = parameter.grad if role == "grad" else parameter
                    if name is None or not (self._only is None or self._only.has_tensor(name)):
                        continue
                    if tensor is not None:
                        self._look(role, name, tensor)

    def _look(self, role: Role, name: str, tensor: Tensor, number: int = 0) -> None:
        dtype = str(tensor.dtype).removeprefix("torch.")
        shape = () if tensor.is_nested else tuple(map(int, tensor.shape))
        sums, missing = None, "" if tensor.numel() else "empty"
        if not missing:
            try:
                with unheard():
                    sums = None if is_captured(tensor.device) else _sums(tensor.detach())
                missing = "no_numbers" if sums is None else ""
            except (RuntimeError, TypeError, ValueError):
                missing = why_not(tensor)
        row = TensorHealth(role, name, shape, dtype, number, missing=missing)
        self._found.append((row, sums))


def has_closure(args: Sequence[Any], kwargs: Mapping[str, Any]) -> bool:
    """Whether ``step(*args, **kwargs)`` was given a closure, which runs the model within it."""
    return callable(kwargs.get("closure")) or any(map(callable, args[1:2]))


def _sums(tensor: Tensor) -> _Sums:
    """The least and the greatest element, the mean, the norm, and how many are 0."""
    sums = torch.float32 if tensor.dtype in _HALVES else tensor.dtype
    mean, norm = torch.mean(tensor, dtype=sums), torch.linalg.vector_norm(tensor, dtype=sums)
    return *torch.aminmax(tensor), mean, norm, _zeros(tensor)


def _zeros(tensor: Tensor) -> Tensor | int:
    """numpy counts several times as fast as torch does on a CPU."""
    if tensor.is_cpu and tensor.dtype is not torch.bfloat16:
        return int(np.count_nonzero(tensor.numpy() == 0))
    return tensor.numel() - torch.count_nonzero(tensor)


def _read(found: Sequence[_Sums]) -> list[list[float] | None]:
    """The numbers of each, in one transfer from each device but the CPU; None where it has none."""
    rows: list[list[float] | None] = [None for _ in found]
    for device in {sums[0].device for sums in found}:
        here = [i for i, sums in enumerate(found) if sums[0].device == device]
        try:
            for i, numbers in zip(here, _numbers([found[i] for i in here]), strict=True):
                rows[i] = numbers
        except (RuntimeError, NotImplementedError):  # as of those on "meta", or fake ones
            continue
    return rows


def _numbers(found: Sequence[_Sums]) -> list[list[float]]:
    """The numbers of each; all are of one device."""
    if found[0][0].is_cpu:
        return [[float(one) for one in sums] for sums in found]
    columns = [_together(column) for column in zip(*found, strict=True)]
    numbers: list[list[float]] = torch.stack(columns, 1).tolist()
    return numbers


def _together(numbers: Sequence[Tensor | int]) -> Tensor:
    """Numbers of a device as one tensor (N,) float64."""
    tensors = [torch.as_tensor(number) for number in numbers]
    if len({tensor.dtype for tensor in tensors}) > 1:
        tensors = [tensor.double() for tensor in tensors]
    return torch.stack(tensors).double()


def _filled(row: TensorHealth, numbers: Sequence[float] | None) -> TensorHealth:
    if numbers is None:
        return replace(row, missing="no_numbers")
    low, high, mean, norm, zeros = numbers
    finite, share = math.isfinite(low) and math.isfinite(high), zeros / math.prod(row.shape)
    return replace(row, finite=finite, zeros=share, low=low, high=high, mean=mean, norm=norm)
