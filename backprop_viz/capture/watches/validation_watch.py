"""Where a loop validates a model that is in training mode: ``eval()`` was forgotten."""

from collections.abc import Iterable
from weakref import WeakKeyDictionary

from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.dropout import _DropoutNd

from backprop_viz.capture.code.calling_frames import is_differentiated
from backprop_viz.capture.code.user_lines import own_line
from backprop_viz.capture.code.validation_code import validates
from backprop_viz.recording.trace.torch_error import CodePlace

# By the model; None where training mode makes no difference to it.
_validated: WeakKeyDictionary[nn.Module, CodePlace | None] = WeakKeyDictionary()


def only_evaluates(model: nn.Module) -> bool:
    """Whether no backward goes through the call of a model that is about to run without gradients.

    The first that validates in training mode is kept in mind.
    """
    if is_differentiated():
        return False
    if model.training and model not in _validated:
        place = own_line()
        if place is not None and validates(place):
            differs = any(map(_acts_otherwise, model.modules()))
            _validated[model] = place if differs else None
    return True


def validated_in_training(modules: Iterable[nn.Module]) -> CodePlace | None:
    """The line at which one of these was, so far."""
    if not _validated:
        return None
    return next((place for one in modules if (place := _validated.get(one)) is not None), None)


def _acts_otherwise(module: nn.Module) -> bool:
    """Whether a module does something else in training than in evaluation."""
    if isinstance(module, _DropoutNd):
        return module.training and module.p > 0
    return isinstance(module, _BatchNorm) and module.training
