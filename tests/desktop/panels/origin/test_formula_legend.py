"""The symbols of a formula and the columns of the table have one naming."""

import re
from collections.abc import Callable
from functools import partial

import pytest
import torch
from torch import nn

import backprop_viz as bv
from backprop_viz.analysis.losses import LOSSES
from backprop_viz.analysis.numbers.number_names import NumberNames
from backprop_viz.analysis.numbers.number_origin import (
    activation_number,
    arrived_number,
)
from backprop_viz.analysis.optimizers import OPTIMIZERS
from backprop_viz.capture.explaining.explainer import explain_number
from backprop_viz.desktop.panels.origin.formula_legend import legend, symbols_of
from backprop_viz.desktop.panels.origin.symbol_texts import optimizer_symbols
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import NumberExplanation
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase
from tests.analysis.optimizers import test_lbfgs, test_sparse_adam
from tests.analysis.optimizers.plain_optimizer import unusual_options
from tests.nightly import by_day_every, by_night


@pytest.fixture(scope="module")
def recording() -> Recording:
    return bv.Trainer(data="strokes", batch_size=2).record()


def test_a_linear_layer_and_its_gradients(recording: Recording) -> None:
    cursor, names = recording.at(len(recording.events)), NumberNames(recording)
    fc3 = next(y for y in cursor.layers.layers if y.name == "fc3")
    logit = activation_number(cursor, fc3, (0, 3))
    assert logit is not None
    assert legend(explain_number(recording, logit), names) == (
        "w: weight, fc3.weight · x: input, relu(fc2) · b: bias, fc3.bias"
    )
    fc2 = next(y for y in cursor.layers.layers if y.name == "fc2")
    assert fc2.node is not None
    hidden = arrived_number(cursor, fc2.node, 0, (0, 4))
    assert hidden is not None
    assert legend(explain_number(recording, hidden), names) == (
        "δ: upstream, ∂L/∂fc3 · w: weight, fc3.weight"
    )


def test_a_convolution(recording: Recording) -> None:
    cursor, names = recording.at(len(recording.events)), NumberNames(recording)
    conv2 = next(y for y in cursor.layers.layers if y.name == "conv2").showing(0)
    number = activation_number(cursor, conv2, (0, 3, 2, 2))
    assert number is not None
    assert legend(explain_number(recording, number), names) == (
        "w: kernel, conv2.weight · x: window, pool1 · b: bias, conv2.bias"
    )


def explained_kinds(recording: Recording) -> dict[str, NumberExplanation]:
    """An element of every output of every event, by formula without its indices."""
    found = {}
    for i, event in enumerate(recording.events):
        for slot, tensor in enumerate(event.output_ids):
            if tensor is None or not recording.tensors[tensor].size:
                continue
            index = tuple(0 for _ in recording.tensors[tensor].shape)
            explanation = explain_number(recording, Number(tensor, index, i, slot))
            steps = [fact.numbers for fact in explanation.facts if fact.code == "update_step"]
            for each in (
                explanation,
                *(explain_number(recording, n) for (n,) in filter(None, steps)),
            ):
                if each.formula:
                    found[re.sub(r"\d+", "#", each.formula)] = each
        for _, after in event.state_ids.values():
            shape = recording.tensors[after].shape
            if shape and event.phase is Phase.UPDATE:
                number = Number(after, tuple(0 for _ in shape), i)
                explanation = explain_number(recording, number)
                found[re.sub(r"\d+", "#", explanation.formula)] = explanation
    return found


def without_meaning(recording: Recording) -> list[tuple[str, str]]:
    """The formulas of a recording and the symbols of theirs that the legend does not have."""
    names, lacking = NumberNames(recording), []
    for explanation in explained_kinds(recording).values():
        told = [part.partition(":")[0] for part in legend(explanation, names).split(" · ")]
        symbols = symbols_of(explanation.formula)
        lacking += [(explanation.formula, s) for s in symbols if s.removesuffix("()") not in told]
    return lacking


@pytest.mark.parametrize("optimizer", sorted(OPTIMIZERS))
def test_each_symbol_of_an_optimizer_has_a_meaning(optimizer: str) -> None:
    for options in by_day_every(2, (unusual_options()[optimizer], {})):
        trainer = bv.Trainer(
            "random", "mse", optimizer, lr=0.01, batch_size=1, optimizer_options=options
        )
        recording = trainer.record()
        assert {"update"} <= {e.kind for e in explained_kinds(recording).values()}
        assert without_meaning(recording) == []


@pytest.mark.parametrize(
    "recorded",
    [
        partial(test_lbfgs.recorded, "strong_wolfe"),
        lambda: test_sparse_adam.recorded({})[-1],
    ],
)
def test_each_symbol_of_an_optimizer_of_scripts_has_a_meaning(
    recorded: Callable[[], Recording],
) -> None:
    assert without_meaning(recorded()) == []


@pytest.mark.parametrize(
    ("optimizer", "symbol", "meaning"),
    [
        ("nadam", "a", "factor of the gradient"),
        ("rmsprop", "a", "running mean of the gradient"),
        ("nadam", "b", "factor of the momentum"),
        ("rmsprop", "b", "momentum buffer"),
        ("nadam", "h", "weight after the gradient's part of the step"),
        ("nesterov", "h", "step of Nesterov"),
        ("rmsprop", "s", "running variance of the gradient"),
        ("adagrad", "s", "sum of the squared gradients"),
    ],
)
def test_a_letter_is_what_it_is_in_that_optimizer(
    optimizer: str, symbol: str, meaning: str
) -> None:
    assert optimizer_symbols(OPTIMIZERS[optimizer].op)[symbol] == meaning


@pytest.mark.parametrize("loss", sorted(LOSSES))
def test_each_symbol_of_a_loss_has_a_meaning(loss: str) -> None:
    recording = bv.Trainer(data="strokes", loss=loss, batch_size=2).record()
    assert without_meaning(recording) == []


@by_night
def test_each_symbol_of_the_layers_has_a_meaning() -> None:
    torch.manual_seed(0)
    for net, x in (
        (nn.Sequential(nn.LSTM(3, 4, batch_first=True), _First()), torch.randn(2, 5, 3)),
        (nn.Sequential(nn.GRU(3, 4, batch_first=True), _First()), torch.randn(2, 5, 3)),
        (nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), torch.randn(2, 3, 8)),
        (nn.Sequential(nn.Conv1d(3, 4, 2), nn.BatchNorm1d(4), nn.GELU()), torch.randn(2, 3, 8)),
    ):
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
        with bv.record(net, optimizer) as recording:
            net(x).square().mean().backward()
            optimizer.step()
        assert without_meaning(recording) == [], net


class _First(nn.Module):
    """The first of several outputs."""

    def forward(self, both: tuple[torch.Tensor, ...]) -> torch.Tensor:
        return both[0]


def test_symbols_are_told_from_words_and_indices() -> None:
    assert symbols_of("y[0, 2] = Σₘ w[2, m]·x[0, m] + b[2]") == ("w", "x", "b")
    assert symbols_of("L = −Σₙ ln(p[n, t[n]]) / 4") == ("p", "t")
    assert symbols_of("mₜ = β₁·mₜ₋₁ + (1 − β₁)·g   β₁ = 0.9") == ("β₁", "mₜ₋₁", "g")
    assert symbols_of("∂L/∂x[0] = δ[0]·(σ(x[0]) − mean(g)) / σ") == ("δ", "σ()", "x", "g", "σ")
