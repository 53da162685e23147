"""Keeps torch's compiler, which nothing here uses, from being loaded.

An optimizer imports ``torch._dynamo`` when it is made and when it steps, only to tell it something.
That takes as long as importing torch, and 70 MB.
"""

import functools
from collections.abc import Callable
from typing import Any

import torch

from backprop_viz.analysis.optimizers import OPTIMIZERS
from backprop_viz.training.parts.optimizers import torch_class


def leave_out_compiler() -> None:
    """Let optimizers do without the compiler from now on, with the same numbers.

    Call it before the first optimizer is made. If torch's code has changed, it does nothing.
    """
    # torch._disable_dynamo (torch/_compile.py) imports the compiler for a function to ask for a
    # version of it that is not compiled, and keeps that as __dynamo_disable: the function itself
    # is one.
    for name in ("add_param_group", "zero_grad", "state_dict", "load_state_dict"):
        function = getattr(getattr(torch.optim.Optimizer, name), "__wrapped__", None)
        if function is not None:
            vars(function).setdefault("__dynamo_disable", function)
    # _use_grad_for_differentiable (torch/optim/optimizer.py) tells the compiler where a step
    # begins and ends.
    for optimizer in OPTIMIZERS.values():
        kind = torch_class(optimizer)
        step: Any = getattr(kind, "step", None)
        if getattr(getattr(step, "__code__", None), "co_name", "") == "_use_grad":
            setattr(kind, "step", _plain(step.__wrapped__))  # noqa: B010


def _plain(step: Callable[..., Any]) -> Callable[..., Any]:
    """As _use_grad_for_differentiable has it, but for the compiler."""

    @functools.wraps(step)
    def run(optimizer: torch.optim.Optimizer, *arguments: Any, **named: Any) -> Any:
        with torch.set_grad_enabled(optimizer.defaults["differentiable"]):
            return step(optimizer, *arguments, **named)

    return run
