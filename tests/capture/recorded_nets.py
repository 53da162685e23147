"""Recordings of one iteration of any network, as a loop of one's own would make them."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from backprop_viz.capture.recorder import Recorder
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase


def recorded_net(
    model: nn.Module,
    x: Tensor,
    loss: Callable[[Tensor], Tensor] | None = None,
    optimizer: torch.optim.Optimizer | None = None,
    samples: int | None = None,
) -> Recording:
    """Forward, loss (else the sum of squares), backward; a step if there is an optimizer."""
    recorder = Recorder(model, optimizer, samples=samples)
    recorder.take_batch(x, torch.zeros(len(x)))
    with recorder.phase(Phase.FORWARD):
        out = model(x)
    recorder.take_results(out, None)
    with recorder.phase(Phase.LOSS):
        made = (out**2).sum() if loss is None else loss(out)
    recorder.take_results(out, made)
    with recorder.phase(Phase.BACKWARD):
        made.backward()
    if optimizer is not None:
        with recorder.phase(Phase.UPDATE):
            optimizer.step()
    return recorder.recording()


class Applied(nn.Module):
    """A network that is a function of its weight (like the input) and of its input."""

    def __init__(self, weight: Tensor, function: Callable[[Tensor, Tensor], Tensor]) -> None:
        super().__init__()
        self.weight = nn.Parameter(weight)
        self._function = function

    def forward(self, x: Tensor) -> Tensor:
        return self._function(self.weight, x)
