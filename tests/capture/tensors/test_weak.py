"""References to tensors that do not keep them alive."""

import torch

from backprop_viz.capture.tensors.weak import weak


def test_what_is_given_stays_a_tensor_when_the_graph_lets_go_of_it() -> None:
    weight = torch.ones(3, requires_grad=True)
    made = weight.square()  # its graph holds the weight, also where Python does not
    reference = weak(weight)
    del weight
    given = reference()
    del made
    assert given is not None
    assert given.tolist() == [1, 1, 1]
    del given
    assert reference() is None
