"""Small examples of autograd, which show what a backward does to a few tensors."""

from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase

# The model's name in a recording of tensors that are in no module.
_NO_MODULE = "Tensors"


def is_small_example(recording: Recording) -> bool:
    """Whether tensors that are in no module get gradients, and nothing moves any of them."""
    if recording.model != _NO_MODULE or recording.groups:
        return False
    return all(event.phase is not Phase.UPDATE for event in recording.events)
