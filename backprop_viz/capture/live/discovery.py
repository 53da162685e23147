"""Finds the models and the optimizers of a script that tells us nothing."""

import gc
from collections.abc import Iterator, Sequence
from itertools import chain

from torch import Tensor, nn
from torch.optim import Optimizer

from backprop_viz.capture.bare.names import (
    leaves_in_sight,
    modules_in_sight,
    tensors_by_name,
)
from backprop_viz.capture.code.functional_calls import own_parameters_back
from backprop_viz.capture.code.running_methods import whose_method_runs
from backprop_viz.capture.several_models import Models
from backprop_viz.capture.tensors.bare_tensors import Tensors


def living_optimizers() -> list[Optimizer]:
    """The optimizers that there are, the oldest first."""
    return [one for one in gc.get_objects() if issubclass(type(one), Optimizer)]


def models_of(optimizers: Sequence[Optimizer], called: nn.Module) -> list[nn.Module]:
    """The models whose parameters the optimizers own: the one called, then others.

    Of modules that hold one another, the outermost. One that holds the one called takes its place
    if the optimizers own more of it, or nothing at all of any model, or if a method of it calls
    that: a loop may call nothing but its parts. A loss that is called first is no model: some loops
    compute with the parameters of one that they do not call.
    """
    outer = whose_method_runs(called)
    called = called if wraps_the_users(outer) else outer
    owned = {id(parameter) for one in optimizers for parameter in owned_by(one)}
    own = _parameters(called)
    rest = owned - own
    if not rest:
        return [called]
    modules = _living_modules()
    inner = {id(child) for one in modules for child in one.children()}
    whole = [one for one in modules if id(one) not in inner]
    outermost = [one for one in whole if _parameters(one) & rest]
    if not (outermost or own & owned):  # one that is frozen
        return [next((one for one in whole if called in one.modules()), called)]
    holder = next((one for one in outermost if called in one.modules()), called)
    found = [holder] if _parameters(holder) else []  # a loss has none, and is no model
    rest -= _parameters(holder)
    for module in outermost:
        own = _parameters(module)
        if own & rest and called not in module.modules():
            found.append(module)
            rest -= own
    return found or [called]


def wraps_the_users(module: nn.Module) -> bool:
    """Whether a package has put the user's own model into this module, and calls that instead.

    As a solver of differential equations does: no variable of the user's has it, but one has a
    module in it with the same parameters. What torch wraps models into, as DistributedDataParallel,
    has a part in what is recorded.
    """
    if type(module).__module__.startswith("torch."):
        return False
    held = {id(one) for one in modules_in_sight()}
    if not held or id(module) in held:
        return False
    own = _parameters(module)
    within = [one for one in module.modules() if one is not module and id(one) in held]
    return bool(own) and any(_parameters(one) == own for one in within)


def standing_for(tensors: Sequence[Tensor]) -> dict[str, nn.Module]:
    """A module of ours that has these by their names in the script, by its own."""
    return {"tensors": Tensors(tensors_by_name(tensors, "tensor"))}


def owned_beside(models: Sequence[nn.Module], optimizers: Sequence[Optimizer]) -> list[nn.Module]:
    """One that has what the optimizers own and no module has, beside these models; or none.

    A Parameter may be of a model that is gone: of those, what a variable of the script leads to.
    """
    known = set[int]().union(*map(_parameters, models))
    owned = {id(one): one for optimizer in optimizers for one in owned_by(optimizer)}
    rest = [one for key, one in owned.items() if key not in known and one.requires_grad]
    if not rest:
        return []
    in_sight = set(map(id, leaves_in_sight()))
    rest = [one for one in rest if type(one) is Tensor or id(one) in in_sight]
    return [*standing_for(bare).values()] if (bare := of_no_module(rest)) else []


def module_with(tensor: Tensor) -> nn.Module | None:
    """A module that has this among its own parameters."""
    having = (
        one for one in _living_modules() if any(tensor is p for p in one._parameters.values())
    )
    return next(having, None)


def of_no_module(tensors: Sequence[Tensor]) -> list[Tensor]:
    """Those of them that no module has among its parameters."""
    with own_parameters_back():
        held = {id(one) for module in _living_modules() for one in module._parameters.values()}
    return [one for one in tensors if id(one) not in held]


def _living_modules() -> list[nn.Module]:
    """The modules that there are, but those of ours."""
    ours = Models, Tensors
    found = [one for one in gc.get_objects() if issubclass(type(one), nn.Module)]
    return [one for one in found if type(one) not in ours]


def _parameters(module: nn.Module) -> set[int]:
    return set(map(id, module.parameters()))


def owned_by(optimizer: Optimizer) -> Iterator[Tensor]:
    """The parameters of all groups of an optimizer."""
    return chain.from_iterable(group["params"] for group in optimizer.param_groups)
