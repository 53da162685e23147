"""Of a parameter that several optimizers step, each step tells of its own optimizer's state."""

import copy

import torch
from torch import nn
from torch.optim import Optimizer

import backprop_viz as bv

INPUTS = torch.tensor([[0.5, -1.0], [2.0, 0.25], [-0.75, 1.5]])


def made() -> tuple[nn.Linear, Optimizer, list[Optimizer]]:
    torch.manual_seed(4)
    net = nn.Linear(2, 3)
    # Adagrad has a "step" and a "sum" from its beginning, the other Adam what the first has.
    others: list[Optimizer] = [torch.optim.Adagrad(net.parameters(), lr=0.1)]
    others.append(torch.optim.Adam(net.parameters(), lr=0.3))
    return net, torch.optim.Adam(net.parameters(), lr=0.01), others


def turn(net: nn.Linear, optimizer: Optimizer) -> None:
    optimizer.zero_grad()
    net(INPUTS).square().mean().backward()
    optimizer.step()


def test_a_step_tells_of_its_own_optimizers_state_alone() -> None:
    net, optimizer, others = made()
    plain, plain_optimizer, plain_others = made()
    for (one, other), again in (((others[1], plain_others[1]), False), ((None, None), True)):
        if one is not None and other is not None:
            turn(net, one)
            turn(plain, other)
        with bv.record(net, [optimizer, *others]) as told:
            turn(net, optimizer)
        before = copy.deepcopy(plain_optimizer.state_dict()["state"])
        turn(plain, plain_optimizer)
        for number, (name, parameter) in enumerate(plain.named_parameters()):
            (update,) = (e for e in told.recording.events if e.op == "Adam" and e.parameter == name)
            expected = plain_optimizer.state[parameter]
            assert update.state.keys() == expected.keys()
            for key, (was, now) in update.state.items():
                assert now.tobytes() == expected[key].numpy().tobytes()
                assert (was is not None) is again
                if was is not None:
                    assert was.tobytes() == before[number][key].numpy().tobytes()
