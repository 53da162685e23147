"""What is found in a loop that moves one network's tensors and then another's, by hand."""

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits as loss_of

import backprop_viz as bv
from backprop_viz.recording.iteration import Recording


def made() -> dict[str, Tensor]:
    torch.manual_seed(0)
    return {
        "g": torch.randn(2, 2, requires_grad=True),
        "d": torch.randn(2, 1, requires_grad=True),
    }


def critic_learns(own: dict[str, Tensor], moves: bool) -> Recording:
    noise, real, ones = torch.randn(4, 2), torch.randn(4, 2) + 2, torch.ones(4, 1)
    with bv.record(own) as recorded:
        fake = noise @ own["g"]
        loss = loss_of(real @ own["d"], ones) + loss_of(fake.detach() @ own["d"], 0 * ones)
        loss.backward()
        if moves:
            with torch.no_grad():
                assert own["d"].grad is not None
                own["d"] -= 0.1 * own["d"].grad
                own["d"].grad = None
    return recorded.recording


def test_a_generator_that_is_detached_while_the_critic_learns_is_no_finding() -> None:
    recording = critic_learns(made(), moves=True)
    assert recording.events
    assert not recording.findings()


def test_without_a_step_it_is_told_what_a_detach_cuts_off() -> None:
    (found,) = critic_learns(made(), moves=False).findings()
    assert found.code == "cut_off"
