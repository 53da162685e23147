"""A copy of a network's and its optimizer's numbers, to be put back bit for bit."""

import torch
from torch import Tensor, nn

from backprop_viz.capture.tensors.state_copies import cloned


class StateBackup:
    """A copy of weights, buffers, ``.grad`` and the optimizer's state."""

    def __init__(self, model: nn.Module, optimizer: torch.optim.Optimizer | None) -> None:
        tensors = (*model.parameters(), *model.buffers())
        self._tensors = [(tensor, tensor.detach().clone()) for tensor in tensors]
        self._grads = [
            (parameter, None if parameter.grad is None else parameter.grad.clone())
            for parameter in model.parameters()
        ]
        self._optimizer = optimizer
        self._state = None if optimizer is None else cloned(optimizer.state_dict())

    def put_back(self) -> None:
        """Put all of them back, bit for bit."""
        with torch.no_grad():
            for tensor, value in self._tensors:
                # A write counts as a change even where it changes nothing, and a graph that saved
                # the tensor would then refuse to run backward.
                if not torch.equal(_bits(tensor), _bits(value)):
                    tensor.copy_(value)
        for parameter, grad in self._grads:
            parameter.grad = grad
        if self._optimizer is not None and self._state is not None:
            self._optimizer.load_state_dict(self._state)


def _bits(tensor: Tensor) -> Tensor:
    """The bytes of a tensor: NaN is itself, and 0.0 is not -0.0."""
    return tensor.detach().reshape(-1).view(torch.uint8)
