"""Of an iteration that training records the first sample is kept: it is what torch had."""

import numpy as np
import pytest
import torch

import backprop_viz as bv
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.training.recorded_steps import RecordedSteps

BATCH = 5


@pytest.mark.parametrize("unbroken", [False, True])
@pytest.mark.parametrize("batch", [1, BATCH])
def test_what_is_kept_of_a_batch_is_the_first_sample_of_what_torch_made(
    batch: int, unbroken: bool
) -> None:
    trainer, plain = (bv.Trainer(batch_size=batch, seed=3) for _ in range(2))
    for _ in range(3):
        made: list[torch.Tensor] = []
        plain.zero_grad()
        handles = [
            layer.register_forward_hook(lambda _, __, output, to=made: to.append(output))  # type: ignore[misc]
            for layer in plain.model.children()
        ]
        plain.forward()
        plain.compute_loss()
        plain.backward()
        plain.update()
        steps = RecordedSteps(trainer, samples=1, unbroken=unbroken)
        while steps.step() is not Phase.UPDATE:
            pass
        recording = steps.recording()
        forward = [e for e in recording.events if e.phase is Phase.FORWARD]
        layers = [e for e in forward if e.op in ("conv2d", "linear")]
        assert len(layers) == len(made) == 5
        for event, output in zip(layers, made, strict=True):
            (kept,) = event.outputs
            assert kept is not None
            assert np.array_equal(kept, output[:1].detach().numpy())
        for event in forward[1:]:
            read = event.inputs[0]
            assert read is not None
            assert len(read) == 1
        for name, parameter in plain.model.named_parameters():
            (weight,) = next(e for e in recording.events[::-1] if e.parameter == name).outputs
            assert weight is not None
            assert np.array_equal(weight, parameter.detach().numpy())
        for handle in handles:
            handle.remove()
