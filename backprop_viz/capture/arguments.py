"""What somebody's own code gives as its model and its optimizers."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from torch import nn
from torch.optim import Optimizer

from backprop_viz.recording.errors import ArgumentError
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP


def models_in(given: Any) -> list[nn.Module]:
    """The models, of one or of several. Raises ArgumentError if anything else was given."""
    refuse_class("model", given)
    several = not isinstance(given, nn.Module) and isinstance(given, Iterable)
    found: list[nn.Module] = list(given) if several else [given]
    if not found or not all(isinstance(one, nn.Module) for one in found):
        raise ArgumentError(
            QT_TRANSLATE_NOOP(
                "errors",
                "model must be a torch.nn.Module, or a list or dict of several, or the tensors "
                "that the loop trains.",
            )
        )
    return found


def optimizers_in(given: Any) -> tuple[Optimizer, ...]:
    """One optimizer, several or none. Raises ArgumentError if anything else was given."""
    if given is None:
        return ()
    refuse_class("optimizer", given)
    found = tuple(given) if isinstance(given, Iterable) else (given,)
    if not all(isinstance(one, Optimizer) for one in found):
        raise ArgumentError(
            QT_TRANSLATE_NOOP("errors", "optimizer must be a torch.optim.Optimizer, or several.")
        )
    return tuple(dict.fromkeys(chain.from_iterable(map(_told_of, found))))


def _told_of(optimizer: Optimizer) -> Iterator[Optimizer]:
    """The optimizers that torch says of when they step: this one, and those that it only wraps.

    A wrapper that is no optimizer by torch's own constructor steps unheard. One that is may have
    another with its groups, which it steps outside of its own ``step``, as SAM does.
    """
    inner = [one for one in vars(optimizer).values() if isinstance(one, Optimizer)]
    if getattr(type(optimizer).step, "hooked", False) or not inner:
        yield optimizer
        yield from (one for one in inner if one.param_groups is optimizer.param_groups)
    else:
        yield from chain.from_iterable(map(_told_of, inner))


def refuse_class(name: str, given: Any) -> None:
    """Raise ArgumentError if the argument of this name is a class, of which none was made."""
    if isinstance(given, type):
        text = QT_TRANSLATE_NOOP(
            "errors", "{0} is the class {1}: give an instance of it, as in {1}(...)."
        )
        raise ArgumentError(text, name, given.__name__)
