"""The samples of a loop over tensors of no module are those of its data, not a parameter's."""

import torch
from torch import Tensor

import backprop_viz as bv
from backprop_viz.recording.iteration import Recording


def recorded(own: dict[str, Tensor], data: Tensor) -> Recording:
    (coefficients,) = own.values()
    with bv.record(own) as told:
        if data.ndim:
            out = data @ coefficients
        else:  # its elements are read one by one
            first = coefficients[0]
            out = first + coefficients[1] * data
        loss = out.pow(2).mean()
        loss.backward()
    return told.recording


def test_a_parameter_that_is_read_first_has_no_samples() -> None:
    recording = recorded({"c": torch.ones(4, requires_grad=True)}, torch.tensor(2.0))
    assert recording.input is None
    (shown,) = recording.passes
    assert shown.layers.layers[0].name == "c"


def test_data_has() -> None:
    x = torch.arange(12.0).reshape(3, 4)
    recording = recorded({"c": torch.ones(4, requires_grad=True)}, x)
    assert recording.input is not None
    assert (recording.input == x.numpy()).all()
