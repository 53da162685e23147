from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import backprop_viz as bv
from backprop_viz.analysis.optimizers.adafactor import OPTIMIZER
from backprop_viz.analysis.update_rules import NEW
from backprop_viz.capture.explaining.chains import effects
from backprop_viz.capture.explaining.explainer import Explainer
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase
from tests.analysis.optimizers import plain
from tests.analysis.optimizers.plain_optimizer import PlainOptimizer
from tests.capture.explaining.checks import faults
from tests.nightly import by_night

PLAIN = PlainOptimizer(torch.optim.Adafactor, {"beta2_decay": -0.5, "d": 1.5, "weight_decay": 0.01})
CASES: list[dict[str, Any]] = [
    {},
    {"weight_decay": 0.1, "beta2_decay": -0.5},
    {"eps": (0.2, 3.0), "d": 1.2},
    {"maximize": True},
]
SHAPES = [(37, 29), (3, 4, 5, 2), (11,)]
# A float32 that torch rounds at each step of a sum is off by as much, of the largest in it.
NEAR = 2e-6


def beside(shape: tuple[int, ...], options: dict[str, Any]) -> dict[str, Any]:
    """What the formulas' words are in numpy, and by what the default of eps stands."""
    first, second = options.get("eps", (None, 1e-3))
    return {
        "rowmean": lambda x: np.mean(x, -1, keepdims=True),
        "colmean": lambda x: np.mean(x, -2 if x.ndim > 1 else -1, keepdims=True),
        "axes": np.array(len(shape)),
        "ε₁": np.finfo(np.float64).eps if first is None else first,
        "ε₂": second,
    } | ({} if len(shape) > 1 else {"R": np.ones(1), "C": np.ones(1)})


def test_the_entry_is_torchs() -> None:
    plain.check_entry(OPTIMIZER, torch.optim.Adafactor, {})
    for shape in ((2, 3), (4, 2, 3), (5,), ()):
        weight = nn.Parameter(torch.ones(shape))
        weight.grad = torch.ones(shape)
        made = torch.optim.Adafactor([weight])
        made.step()
        kept = {name: tuple(tensor.shape) for name, tensor in made.state[weight].items()}
        own = {tensor.name: tensor.shape(shape) for tensor in OPTIMIZER.state}
        assert {name: of for name, of in own.items() if of is not None} == kept


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("options", CASES)
def test_formulas(options: dict[str, Any], shape: tuple[int, ...]) -> None:
    known = beside(shape, options)
    plain.check_terms(OPTIMIZER, torch.optim.Adafactor, options, 1e-11, known, shape)
    all_options = {**OPTIMIZER.all_options({}), **options}
    plain.check_formula(OPTIMIZER, torch.optim.Adafactor, all_options, 1e-11, known, shape)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("options", CASES)
def test_the_rule_in_single_precision(options: dict[str, Any], shape: tuple[int, ...]) -> None:
    """Each number is torch's but for the order of its sums over rows, columns and the whole."""
    for event, group in plain.loop(torch.optim.Adafactor, options, torch.float32, shape=shape):
        terms = plain.terms_of(event, group)
        assert {term.state for term in terms} - {None} == set(event.state) - {"step"}
        for term in terms:
            truth = event.outputs[0] if term.symbol == NEW else event.state.get(term.state or "")
            truth = truth[1] if isinstance(truth, tuple) else truth
            if truth is not None:
                largest = float(np.abs(truth).max())
                np.testing.assert_allclose(term.value, truth, rtol=NEAR, atol=NEAR * largest)


def made() -> tuple[nn.Module, torch.optim.Optimizer]:
    torch.manual_seed(3)
    net = nn.Sequential(nn.Conv2d(2, 3, 2), nn.Flatten(), nn.Linear(12, 2))
    return net, torch.optim.Adafactor(net.parameters(), lr=0.05, weight_decay=0.1)


def iterate(net: nn.Module, optimizer: torch.optim.Optimizer, iteration: int) -> None:
    torch.manual_seed(iteration)
    optimizer.zero_grad()
    net(torch.randn(4, 2, 3, 3)).tanh().square().sum().backward()
    optimizer.step()


def recordings() -> Iterator[tuple[Recording, nn.Module, torch.optim.Optimizer]]:
    """Iterations of a net, and the same net after the same iterations without a recording."""
    (net, optimizer), (watched, watched_optimizer) = made(), made()
    for iteration in range(3):
        iterate(net, optimizer, iteration)
        with bv.record(watched, watched_optimizer) as record:
            iterate(watched, watched_optimizer, iteration)
        yield record.recording, net, optimizer


@by_night
def test_each_number_in_a_loop() -> None:
    for recording, net, optimizer in recordings():
        explainer = Explainer(recording)
        for name, parameter in net.named_parameters():
            event = recording.at(len(recording.events)).last(name, Phase.UPDATE)
            assert event is not None
            at = recording.events.index(event)
            for state, tensor in {None: parameter.detach(), **optimizer.state[parameter]}.items():
                told = event.output_ids[0] if state is None else event.state_ids[state][1]
                assert told is not None
                assert np.array_equal(recording.tensors[told], tensor.numpy())
                if tensor.dim() == 0:
                    continue
                for index in list(np.ndindex(tuple(tensor.shape)))[::6]:
                    number = Number(told, index, at)
                    found = explainer.explain(number)
                    assert found.reason is None
                    assert list(faults(recording, found)) == []
                    linked = [f.number(0) for part in found.parts for f in part.factors]
                    assert any(each is not None for each in linked)


def test_how_a_weight_follows_its_gradient_is_not_told() -> None:
    *_, (recording, _, _) = recordings()
    at = next(
        i for i in recording.happened_to["2.weight"] if recording.events[i].op == "AccumulateGrad"
    )
    tensor = recording.events[at].output_ids[0]
    assert tensor is not None
    assert effects(recording, Number(tensor, (0, 0), at)) == ()


def test_the_program_trains_with_it() -> None:
    unusual = PLAIN.unusual
    plain.check_in_the_program("adafactor", PLAIN.kind, unusual, unusual, exact=False)
