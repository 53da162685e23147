from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.optim import LBFGS

import backprop_viz as bv
from backprop_viz.analysis.optimizers import OPTIMIZERS
from backprop_viz.analysis.optimizers.lbfgs import OPTIMIZER
from backprop_viz.capture.checks.loss_along import LossAlong
from backprop_viz.capture.explaining.chains import effects
from backprop_viz.capture.explaining.explainer import explain_number
from backprop_viz.capture.explaining.replay import NotReplayed
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase
from tests.capture.explaining.checks import faults

X, Y = torch.linspace(-1, 1, 12).reshape(4, 3), torch.linspace(0, 1, 4)[:, None]
SEARCHES = (None, "strong_wolfe")


class Told(LBFGS):
    """Tells what its moves are made of; the numbers stay what they are."""

    def __init__(
        self, told: list[tuple[str, Any, list[Tensor]]], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.told = told

    def _add_grad(self, step_size: Any, update: Tensor) -> None:
        super()._add_grad(step_size, update)
        self.told.append(("d", float(step_size), self._now(update)))

    def _set_param(self, params_data: list[Tensor]) -> None:
        super()._set_param(params_data)
        self.told.append(("x", None, self._now(torch.cat([p.reshape(-1) for p in params_data]))))

    def _now(self, made_of: Tensor) -> list[Tensor]:
        weights = torch.cat([p.detach().reshape(-1) for p in self._params])
        return [made_of.clone(), weights]


def network() -> nn.Sequential:
    torch.manual_seed(5)
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))


def run(net: nn.Module, optimizer: LBFGS) -> None:
    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = (net(X) - Y).square().mean()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    step: Callable[..., Any] = optimizer.step
    step(closure)


def recorded(search: str | None) -> Recording:
    net = network()
    optimizer = LBFGS(net.parameters(), lr=0.5, max_iter=4, line_search_fn=search)
    run(net, optimizer)
    with bv.record(net, optimizer) as record:
        run(net, optimizer)
    return record.recording


def plain(search: str | None) -> list[tuple[str, Any, list[Tensor]]]:
    told: list[tuple[str, Any, list[Tensor]]] = []
    net = network()
    optimizer = Told(told, net.parameters(), lr=0.5, max_iter=4, line_search_fn=search)
    run(net, optimizer)
    told.clear()
    run(net, optimizer)
    return told


def test_scripts_alone_use_it() -> None:
    assert OPTIMIZER.name not in OPTIMIZERS
    assert OPTIMIZER.torch_class == "torch.optim.LBFGS"
    formula = OPTIMIZER.formula({})
    assert formula is not None
    assert formula.whole == "w ← w + t · d"


@pytest.mark.parametrize("search", SEARCHES)
def test_each_move_is_the_step_along_the_direction(search: str | None) -> None:
    recording, moves = recorded(search), plain(search)
    updates = [(i, e) for i, e in enumerate(recording.events) if e.phase is Phase.UPDATE]
    assert {e.op for _, e in updates} == {"LBFGS"}
    parameters = len(recording.parameters)
    assert len(updates) == parameters * len(moves)
    for number, (kind, length, (made_of, weights)) in enumerate(moves):
        offset = 0
        for i, event in updates[number * parameters : (number + 1) * parameters]:
            direction, new = event.state[kind][1], event.outputs[0]
            assert new is not None
            size = new.size
            part = slice(offset, offset + size)
            offset += size
            assert np.array_equal(direction.reshape(-1), made_of[part].numpy())
            assert np.array_equal(new.reshape(-1), weights[part].numpy())
            for index in np.ndindex(new.shape):
                found = recording.explain(i, 0, index)
                assert found.reason is None
                assert list(faults(recording, found)) == []
                factors = [column for each in found.parts for column in each.factors]
                assert [column.role for column in factors] == (
                    ["x"] if kind == "x" else ["w", "t", "d"]
                )
                assert factors[-1].values == [direction[index]]
                if kind == "d":
                    assert factors[1].values == [length]
                    _says_what_the_direction_is(recording, factors[-1].number(0))


def _says_what_the_direction_is(recording: Recording, number: Number | None) -> None:
    """No rule of one weight makes an element of it."""
    assert number is not None
    found = explain_number(recording, number)
    assert found.reason is not None
    assert (found.reason.code, found.reason.values) == ("direction_of_history", ("LBFGS",))


def test_how_a_weight_follows_its_gradient_is_not_told() -> None:
    recording = recorded(None)
    happened = recording.happened_to["0.weight"]
    at = next(i for i in happened if recording.events[i].op == "AccumulateGrad")
    event = recording.events[at]
    assert event.output_ids[0] is not None
    assert effects(recording, Number(event.output_ids[0], (0, 0), at)) == ()


def test_there_is_no_one_loss_of_weights_that_move() -> None:
    recording = recorded(None)
    with pytest.raises(NotReplayed) as raised:
        LossAlong(recording, Number(recording.parameters[0].value_id, (0, 0)))
    assert raised.value.reason.code == "weights_moved"
