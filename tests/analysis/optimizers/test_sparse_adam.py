from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.analysis.optimizers import OPTIMIZERS
from backprop_viz.analysis.optimizers.sparse_adam import OPTIMIZER
from backprop_viz.analysis.update_breakdown import explain_update
from backprop_viz.capture.explaining.explainer import explain_number
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase
from tests.analysis.formula_text import FormulaText
from tests.capture.explaining.checks import faults

# What each iteration reads of six rows. One row is read twice, and one never.
READ = ([0, 1, 1, 3], [1, 2], [0, 0, 2, 5])
CASES: list[dict[str, Any]] = [{}, {"betas": (0.5, 0.6), "eps": 1e-3}, {"maximize": True}]


def made(options: dict[str, Any]) -> tuple[nn.Embedding, torch.optim.Optimizer]:
    torch.manual_seed(3)
    net = nn.Embedding(6, 3, sparse=True)
    return net, torch.optim.SparseAdam(list(net.parameters()), lr=0.1, **options)


def iterate(net: nn.Embedding, optimizer: torch.optim.Optimizer, tokens: list[int]) -> None:
    optimizer.zero_grad()
    (net(torch.tensor(tokens)) @ torch.tensor([0.3, -1.2, 0.7])).tanh().sum().backward()
    optimizer.step()


def recorded(options: dict[str, Any]) -> list[Recording]:
    net, optimizer = made(options)
    found = []
    for tokens in READ:
        with bv.record(net, optimizer) as record:
            iterate(net, optimizer, tokens)
        found.append(record.recording)
    return found


def test_scripts_alone_use_it() -> None:
    assert OPTIMIZER.name not in OPTIMIZERS
    assert OPTIMIZER.torch_class == "torch.optim.SparseAdam"


@pytest.mark.parametrize("options", CASES)
def test_each_element_moves_as_in_a_plain_loop(options: dict[str, Any]) -> None:
    net, optimizer = made(options)
    for tokens, recording in zip(READ, recorded(options), strict=True):
        iterate(net, optimizer, tokens)
        at, event = next((i, e) for i, e in enumerate(recording.events) if e.phase is Phase.UPDATE)
        state: dict[str, Tensor] = {
            k: v for k, v in optimizer.state[net.weight].items() if k != "step"
        }
        assert event.state["step"][1] == optimizer.state[net.weight]["step"]
        plain = {None: net.weight.detach(), **state}
        for name, tensor in plain.items():
            id_ = event.output_ids[0] if name is None else event.state_ids[name][1]
            assert id_ is not None
            assert np.array_equal(recording.tensors[id_], tensor.numpy())
            for index in np.ndindex(6, 3):
                number = Number(id_, index, at)
                found = explain_number(recording, number)
                assert found.reason is None
                assert list(faults(recording, found)) == []
                told = "row_not_read" in {fact.code for fact in found.facts}
                assert told == (index[0] not in tokens)
        group = recording.options_of("weight", "SparseAdam")
        assert all(explain_update(event, group, flat).exact for flat in range(18))


@pytest.mark.parametrize("maximize", [False, True])
def test_the_formula(maximize: bool) -> None:
    options: dict[str, Any] = {"betas": (0.5, 0.6), "eps": 1e-3, "maximize": maximize}
    shown = OPTIMIZER.formula(options)
    assert shown is not None
    weight = nn.Parameter(torch.linspace(-1, 1, 5, dtype=torch.float64))
    optimizer = torch.optim.SparseAdam([weight], lr=0.1, **options)
    m = v = np.zeros(5)
    for number in (1, 2, 3):
        grad = torch.randn(5, dtype=torch.float64, generator=torch.Generator().manual_seed(number))
        weight.grad = grad.to_sparse()
        names = {"w": weight.detach().numpy().copy(), "grad": grad.numpy(), "m": m, "v": v}
        found = FormulaText(shown.whole).carried_out({**names, "lr": 0.1, "t": number})
        optimizer.step()
        m, v = found["m"], found["v"]
        np.testing.assert_allclose(found["w"], weight.detach().numpy(), rtol=1e-12)
