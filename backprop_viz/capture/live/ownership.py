"""What optimizers have to do with a module, and with what it is given."""

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from backprop_viz.capture.code.functional_calls import given_names
from backprop_viz.capture.code.loop_places import stack_place
from backprop_viz.capture.graph.graphs import leads_to
from backprop_viz.capture.live.discovery import of_no_module, owned_by
from backprop_viz.capture.tensors.nested_tensors import nested_tensors


def can_step(optimizer: Any) -> bool:
    """Whether it owns anything that trains; or that is frozen, if it has never moved it.

    A GAN's discriminator may be frozen for the generator's step, with which the loop begins.
    """
    owned = list(owned_by(optimizer))
    trains = any(parameter.requires_grad for parameter in owned)
    return trains or bool(owned and not optimizer.state)


def own_some_of(optimizers: Sequence[Optimizer], module: nn.Module) -> bool:
    """Whether some of a module's parameters are the optimizers'."""
    own = {id(parameter) for one in optimizers for parameter in owned_by(one)}
    return not own.isdisjoint(map(id, module.parameters()))


def owns_modules(optimizers: Sequence[Optimizer]) -> bool:
    """Whether any of what these own is in a module."""
    with torch._C.DisableTorchFunction():
        theirs = [one for optimizer in optimizers for one in owned_by(optimizer)]
        return len(of_no_module(theirs)) < len(theirs)


def run_it_with_theirs(optimizers: Sequence[Optimizer], module: nn.Module) -> bool:
    """Whether ``functional_call`` runs a module with what these own, and they own no module's.

    The module has its own parameters meanwhile, which do not train.
    """
    given = given_names().keys() - set(map(id, module.parameters()))
    theirs = {id(one) for optimizer in optimizers for one in owned_by(optimizer)}
    return not given.isdisjoint(theirs) and not owns_modules(optimizers)


def only_given(
    optimizers: Sequence[Optimizer], module: nn.Module, given: object, new: Sequence[Optimizer]
) -> bool:
    """Whether nobody is to train a module, as a loss network's, but what it is given."""
    owned = not optimizers or own_some_of(optimizers, module)
    return not owned and is_given(given, new)


def looks_on(
    optimizers: Sequence[Optimizer], module: nn.Module, given: object, new: Sequence[Optimizer]
) -> bool:
    """Whether a frozen module is in another's call, or trains nothing.

    One that an optimizer has is meant to train, if there is nothing else that does: somebody has
    frozen it by mistake, and no graph comes of what it computes.
    """
    if is_given(given, new):
        return False
    trains = any(parameter.requires_grad for one in optimizers for parameter in owned_by(one))
    return trains or stack_place()[1] or not own_some_of(optimizers, module)


def is_given(given: object, optimizers: Sequence[Optimizer]) -> bool:
    """Whether a call is no part of another's, and is given what these optimizers are to train."""
    tensors = [one for one in nested_tensors(given) if one.requires_grad]
    own = {id(parameter) for one in optimizers for parameter in owned_by(one)}
    return bool(tensors) and not stack_place()[1] and leads_to(tensors, own)


def any_has_gradient(parameters: Iterable[Tensor]) -> bool:
    """Whether any of these has a ``.grad``."""
    return any(parameter.grad is not None for parameter in parameters)
