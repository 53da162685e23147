"""A breakpoint on the loss, where the network computes it itself and hands it out."""

import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.analysis.cursor.breakpoints import first_hit
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.trace.phases import Phase


class Judged(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.lin = nn.Linear(3, 2)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        logits = self.lin(x)
        return {"loss": logits.square().mean(), "logits": logits}


def recorded(times: int, outside: bool = False) -> Recording:
    torch.manual_seed(0)
    net = Judged()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with bv.record(net, optimizer) as made:
        for _ in range(times):
            loss = net(torch.randn(4, 3))["loss"]
            (loss * 2 if outside else loss).backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1e-3)
        optimizer.step()
    return made.recording


@pytest.mark.parametrize("times", [1, 2])
def test_it_holds_once_backward_has_told_which_number_is_the_loss(times: int) -> None:
    recording = recorded(times)
    assert not any(span.phase is Phase.LOSS for span in recording.spans)
    above = Breakpoint("loss_above", None, recording.loss * 0.99)
    found = first_hit(recording, (above,))
    backwards = [s for s in recording.spans if s.phase is Phase.BACKWARD]
    assert found == (backwards[times - 1].stop - 1, above)
    assert recording.events[found[0]].op == "AccumulateGrad"
    assert first_hit(recording, (above,), found[0] + 1) is None
    assert first_hit(recording, (Breakpoint("loss_above", None, recording.loss),)) is None


def test_a_loss_that_the_loop_computes_holds_where_it_is_made() -> None:
    recording = recorded(1, outside=True)
    above = Breakpoint("loss_above", None, recording.loss * 0.99)
    found = first_hit(recording, (above,))
    assert found is not None
    assert recording.events[found[0]].phase is Phase.LOSS
    assert first_hit(recording, (above,), found[0] + 1) is None
