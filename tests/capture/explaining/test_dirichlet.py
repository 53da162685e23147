"""Draws from Dirichlet and beta distributions have terms, which torch's own Function hides."""

import random

import numpy as np
import torch
from torch import nn
from torch.distributions import Beta, Dirichlet
from torch.nn import functional

import backprop_viz as bv
from backprop_viz.capture.explaining.explainer import Explainer
from tests.capture.explaining.checks import faults, numbers_of


def test_every_number_of_their_backward_closes() -> None:
    torch.manual_seed(0)
    net, x = nn.Linear(3, 6), torch.randn(4, 3)
    with bv.record(net) as recorded:
        z = functional.softplus(net(x)) + 0.5
        loss = (Beta(z[:, :2], z[:, 2:4]).rsample() ** 2).sum()
        loss = loss + (Dirichlet(z[:, 3:]).rsample() * torch.arange(3)).sum()
        loss.backward()
    recording = recorded.recording
    explainer = Explainer(recording)
    for number in numbers_of(recording, random.Random(1)):
        found = explainer.explain(number)
        assert not [*faults(recording, found)]
        assert found.reason is None or found.reason.code in ("drawn", "constant", "no_derivative")
    sent = [(i, e) for i, e in enumerate(recording.events) if e.op == "_DirichletBackward"]
    assert len(sent) == 2
    for i, event in sent:
        (came,), (made,) = event.inputs, event.outputs
        assert came is not None
        assert made is not None
        for index in np.ndindex(made.shape):
            found = recording.explain(i, 0, index)
            values = [term.factors[0].value for term in found.terms]
            assert sorted(values) == sorted(came[index[:-1]].tolist())
