from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.analysis.optimizers.muon import OPTIMIZER
from backprop_viz.analysis.update_breakdown import explain_update
from backprop_viz.capture.explaining.explainer import Explainer
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase
from tests.analysis.formula_text import FormulaText, evaluated
from tests.analysis.optimizers import plain
from tests.capture.explaining.checks import faults
from tests.recording.streams import through_stream

MUON: Any = getattr(torch.optim, "Muon", None)
pytestmark = pytest.mark.skipif(MUON is None, reason="torch has it from 2.9 on")
CASES: list[dict[str, Any]] = [
    {},
    {"nesterov": False, "momentum": 0.7, "weight_decay": 0.0},
    {"adjust_lr_fn": "match_rms_adamw", "ns_steps": 2, "eps": 1e-3},
    {"ns_coefficients": (2.0, -1.5, 0.5), "momentum": 0.3},
]


def test_the_entry_is_torchs() -> None:
    plain.check_entry(OPTIMIZER, MUON, {})


def made(options: dict[str, Any]) -> tuple[nn.Module, torch.optim.Optimizer, torch.optim.Optimizer]:
    """A net, Muon of its matrices, and AdamW of all else, as Muon is used."""
    torch.manual_seed(3)
    net = nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 2))
    matrices = [p for p in net.parameters() if p.ndim == 2]
    others = [p for p in net.parameters() if p.ndim != 2]
    return net, MUON(matrices, lr=0.05, **options), torch.optim.AdamW(others, lr=0.01)


def iterate(net: nn.Module, optimizers: list[torch.optim.Optimizer], iteration: int) -> None:
    torch.manual_seed(iteration)
    for optimizer in optimizers:
        optimizer.zero_grad()
    net(torch.randn(4, 3)).square().sum().backward()
    for optimizer in optimizers:
        optimizer.step()


def recordings(
    options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Recording, nn.Module, torch.optim.Optimizer, list[Tensor]]]:
    """Iterations; the net that runs without a recording, its Muon, and what that moved along."""
    net, *optimizers = made(options)
    watched, *watched_optimizers = made(options)
    for iteration in range(3):
        matrices: list[Tensor] = []
        with monkeypatch.context() as patched:
            orthogonal = torch.optim._muon._zeropower_via_newtonschulz

            def told(*args: Any, known: list[Tensor] = matrices, of: Any = orthogonal) -> Tensor:
                found: Tensor = of(*args)
                known.append(found.float())
                return found

            patched.setattr(torch.optim._muon, "_zeropower_via_newtonschulz", told)
            iterate(net, optimizers, iteration)
        with bv.record(watched, watched_optimizers) as record:
            iterate(watched, watched_optimizers, iteration)
        yield record.recording, net, optimizers[0], matrices


@pytest.mark.parametrize("options", CASES)
def test_each_number_in_a_loop(options: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights, states and the matrix moved along are the plain loop's; the rule leads to them."""
    plain_function = torch.optim._muon._zeropower_via_newtonschulz
    for recording, net, optimizer, matrices in recordings(options, monkeypatch):
        assert torch.optim._muon._zeropower_via_newtonschulz is plain_function
        recording = through_stream(recording)
        explainer, made_of = Explainer(recording), iter(matrices)
        for name, parameter in net.named_parameters():
            event = recording.at(len(recording.events)).last(name, Phase.UPDATE)
            assert event is not None
            assert np.array_equal(event.outputs[0], parameter.detach().numpy())
            if parameter.ndim != 2:
                assert event.op == "AdamW"
                continue
            at, group = recording.events.index(event), recording.options_of(name, "Muon")
            moved_along = next(made_of).numpy()
            buffer = optimizer.state[parameter]["momentum_buffer"]
            assert np.array_equal(event.state["orthogonal"][1], moved_along)
            assert np.array_equal(event.state["momentum_buffer"][1], buffer.numpy())
            told = [event.output_ids[0], *(after for _, after in event.state_ids.values())]
            for index in np.ndindex(tuple(parameter.shape)):
                for tensor in told:
                    assert tensor is not None
                    found = explainer.explain(Number(tensor, index, at))
                    assert found.reason is None
                    assert list(faults(recording, found)) == []
                flat = int(np.ravel_multi_index(index, parameter.shape))
                assert explain_update(event, group, flat).exact
            found = explainer.explain(Number(told[0] or 0, (0, 0), at))
            roles = [column.role for part in found.parts for column in part.factors]
            assert roles[-2:] == ["Oₜ", "η"]
        assert next(made_of, None) is None


@pytest.mark.parametrize("shape", [(7, 4), (4, 7)])
@pytest.mark.parametrize("options", CASES)
def test_the_formula_in_double_precision(
    options: dict[str, Any], shape: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """torch's own steps, run in float64 instead of bfloat16, are what the text says."""
    monkeypatch.setattr(Tensor, "bfloat16", Tensor.clone)
    shown = OPTIMIZER.formula(options)
    assert shown is not None
    for event, group in plain.loop(MUON, options, torch.float64, shape=shape):
        names = {**plain.symbols_of(OPTIMIZER, event, group), "A": shape[0], "B": shape[1]}
        found = FormulaText(shown.whole).carried_out(names)
        np.testing.assert_allclose(found["w"], event.outputs[0], rtol=1e-9, atol=1e-12)
        after = event.state["momentum_buffer"][1]
        np.testing.assert_allclose(found["m"], after, rtol=1e-12)


@pytest.mark.parametrize("options", CASES)
def test_each_term_is_what_its_formula_says(
    options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    *_, (recording, _, _, _) = recordings(options, monkeypatch)
    for event in recording.events:
        if event.op != "Muon":
            continue
        weight, grad = event.inputs
        assert weight is not None
        group = recording.options_of(event.parameter or "", "Muon")
        names = {"w": weight, "grad": grad, "A": weight.shape[0], "B": weight.shape[1]}
        names |= {"lr": 0.05, "β": group["momentum"], "λ": group["weight_decay"], "κ": 0.2}
        names |= {"mₜ₋₁": event.state["momentum_buffer"][0]}
        names |= {"NS": lambda u, event=event: event.state["orthogonal"][1]}
        for term in plain.terms_of(event, group):
            names[term.symbol] = evaluated(term.formula, names, {})
            np.testing.assert_allclose(
                names[term.symbol], term.value, rtol=1e-5, atol=1e-7, err_msg=term.formula
            )


def test_a_step_that_tells_of_no_matrix_has_no_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """As one of somebody's own, in which the matrices are made otherwise."""
    *_, (recording, _, _, _) = recordings({}, monkeypatch)
    event = next(event for event in recording.events if event.op == "Muon")
    group = recording.options_of(event.parameter or "", "Muon")
    del event.state_ids["orthogonal"]  # type: ignore[attr-defined]
    assert explain_update(event, group, 0).terms == ()
