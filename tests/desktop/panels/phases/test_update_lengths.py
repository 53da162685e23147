"""How far an update has moved the weights, as its cell says."""

import torch

import backprop_viz as bv
from backprop_viz.desktop.panels.phases.phase_bar import update_length


def test_what_a_step_by_hand_computes_on_its_way_is_no_move() -> None:
    w = torch.tensor([0.3, -1.7], requires_grad=True)
    velocity = torch.tensor([40.0, 2.0])
    before = w.detach().clone()
    with bv.record({"w": w}) as told:
        (w * torch.tensor([2.0, 3.0])).square().sum().backward()
        with torch.no_grad():
            velocity[:] = 0.9 * velocity + w.grad
            w[:] -= 0.01 * velocity
    recording = told.recording
    assert sum(event.is_of_step for event in recording.events) > 2
    length = (w.detach() - before).double().norm().item()
    assert update_length(recording) == length
