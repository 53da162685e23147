"""Several models that train together, each by a name."""

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor, nn

from backprop_viz.capture.arguments import models_in
from backprop_viz.capture.bare.given import GivenTensors
from backprop_viz.capture.bare.names import module_name
from backprop_viz.capture.code.frame_variables import variables_of

GivenModels = nn.Module | GivenTensors | Sequence[nn.Module | Tensor] | Mapping[str, nn.Module]


def named_models_in(given: Any) -> dict[str, nn.Module]:
    """The models that somebody has given, of one, of several, or of some by names of their own.

    Raises ArgumentError if anything else was given.
    """
    if isinstance(given, Mapping) and not isinstance(given, nn.Module):
        models = models_in(list(given.values()))
        return dict(zip(map(_key, given), models, strict=True))
    return names_of(models_in(given))


def _key(name: object) -> str:
    """A name as a module may have it."""
    return str(name).replace(".", "_") or "_"


def names_of(models: Sequence[nn.Module]) -> dict[str, nn.Module]:
    """Each model by the name that it has in the user's code, else by its class's."""
    named: dict[str, nn.Module] = {}
    for model in models:
        name = module_name(model, variable_of(model)) or type(model).__name__.lower()
        while name in named:
            name += "_"
        named[name] = model
    return named


def one_model(models: Mapping[str, nn.Module]) -> nn.Module:
    """The only model; several in one that has them by their names."""
    if len(models) == 1:
        return next(iter(models.values()))
    return Models(models)


class Models(nn.ModuleDict):
    """Several models by their names: the script has no such module. It is shown by this name."""


def variable_of(model: nn.Module) -> str | None:
    """The variable that holds a model, in the functions that are running."""
    frame = sys._getframe(1)
    while frame is not None:
        for name, value in (*variables_of(frame).items(), *frame.f_globals.items()):
            if value is model and name.isidentifier() and name not in ("self", "module", "model_"):
                ours = frame.f_globals.get("__name__", "").partition(".")[0]
                if ours not in ("backprop_viz", "torch"):
                    return name
        frame = frame.f_back  # type: ignore[assignment]
    return None
