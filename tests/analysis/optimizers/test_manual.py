import numpy as np
import torch

import backprop_viz as bv
from backprop_viz.analysis.optimizers.manual import OPTIMIZER
from backprop_viz.analysis.update_breakdown import same
from backprop_viz.recording.trace.phases import Phase
from tests.analysis.formula_text import FormulaText

PLAIN = None  # there is no optimizer


def test_rule_and_formula() -> None:
    trainer = bv.Trainer("random", "mse", "manual", 0.013, 2, 3)
    torch.manual_seed(3)
    net = bv.LeNet()
    x, y = trainer.batch
    shown = OPTIMIZER.formula({})
    assert shown is not None
    for _ in range(3):
        recording = trainer.record()
        net.zero_grad()
        torch.nn.functional.mse_loss(net(x), y).backward()
        with torch.no_grad():
            for p in net.parameters():
                p.sub_(p.grad * 0.013)
        for name, own in net.named_parameters():
            event = recording.at(len(recording.events)).last(name, Phase.UPDATE)
            assert event is not None
            assert same(event.outputs[0], own.detach().numpy())
            names = {"w": event.inputs[0], "grad": event.inputs[1], "lr": 0.013}
            found = FormulaText(shown.whole).carried_out(names)
            np.testing.assert_allclose(found["w"], event.outputs[0], rtol=1e-6, atol=1e-8)


def test_it_is_by_hand() -> None:
    assert OPTIMIZER.by_hand
    assert not OPTIMIZER.options
    assert not OPTIMIZER.state
