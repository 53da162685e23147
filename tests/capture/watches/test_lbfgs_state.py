"""The state that L-BFGS has around each of its moves, and around its whole step."""

import copy
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.optim import LBFGS

import backprop_viz as bv
from backprop_viz.capture.explaining.explainer import Explainer
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.trace.phases import Phase
from tests.recording.streams import through_stream

X, Y = torch.linspace(-1, 1, 12).reshape(4, 3), torch.linspace(0, 1, 4)[:, None]
KEPT = "func_evals", "n_iter", "prev_loss", "H_diag", "prev_flat_grad"
# Lists of tensors, of each call that is remembered one.
LISTS = "old_dirs", "old_stps", "ro", "al"


class Moving(LBFGS):
    """Tells the step and the direction of each of its moves; the numbers stay what they are."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.moves: list[tuple[float, Tensor]] = []

    def _add_grad(self, step_size: Any, update: Tensor) -> None:
        super()._add_grad(step_size, update)
        self.moves.append((float(step_size), update.clone()))


class Run:
    """A net and its optimizer, and the optimizer's state before and after the last step."""

    def __init__(self, kind: type[LBFGS], search: str | None, steps: int, **options: float) -> None:
        torch.manual_seed(5)
        self.net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
        told = {"lr": 0.5, "max_iter": 4, "line_search_fn": search, **options}
        self.optimizer = kind(self.net.parameters(), **told)  # type: ignore[arg-type]
        for _ in range(steps - 1):
            self.step()

    def step(self) -> None:
        def closure() -> Tensor:
            self.optimizer.zero_grad()
            loss = (self.net(X) - Y).square().mean()
            loss.backward()  # type: ignore[no-untyped-call]
            return loss

        self.optimizer.step(closure)  # type: ignore[no-untyped-call]

    def state(self) -> dict[str, Any]:
        return copy.deepcopy(dict(self.optimizer.state[next(self.net.parameters())]))


def together(state: Any) -> Any:
    """A list of tensors as one, without the places that are still empty."""
    if not isinstance(state, list):
        return state
    kept = [each for each in state if each is not None]
    return torch.stack(kept) if kept else None


def same(told: Any, expected: Any) -> None:
    if expected is None:
        assert told is None
    else:
        np.testing.assert_array_equal(told, np.asarray(expected))


@pytest.mark.parametrize("search", [None, "strong_wolfe"])
@pytest.mark.parametrize("steps", [1, 2])
def test_it_is_that_of_the_optimizer(search: str | None, steps: int) -> None:
    plain = Run(Moving, search, steps)
    assert isinstance(plain.optimizer, Moving)
    before = plain.state()
    plain.optimizer.moves.clear()
    plain.step()
    after, moves = plain.state(), plain.optimizer.moves

    run = Run(LBFGS, search, steps)
    with bv.record(run.net, run.optimizer) as recorded:
        run.step()
    events = [e for e in recorded.recording.events if e.phase is Phase.UPDATE]
    names = [name for name, _ in run.net.named_parameters()]
    (last,) = [e for e in events if "n_iter" in e.state]
    assert last is [e for e in events if e.parameter == names[0]][-1]
    assert set(last.state) == {*KEPT, *LISTS, "d", "t"}
    for key in (*KEPT, *LISTS):
        same(last.state[key][0], together(before.get(key)))
        same(last.state[key][1], together(after[key]))
    assert last.state["old_dirs"][1].shape == (len(after["old_dirs"]), after["d"].numel())

    first = None if "d" not in before else (float(before["t"]), before["d"])
    offset = 0
    for name, parameter in run.net.named_parameters():
        own = [e for e in events if e.parameter == name and "d" in e.state]
        assert len(own) == len(moves)
        part = slice(offset, offset + parameter.numel())
        offset += parameter.numel()
        for event, old, new in zip(own, [first, *moves[:-1]], moves, strict=True):
            same(event.state["t"][0], None if old is None else old[0])
            same(event.state["t"][1], new[0])
            was = None if old is None else old[1][part].reshape(parameter.shape)
            same(event.state["d"][0], was)
            same(event.state["d"][1], new[1][part].reshape(parameter.shape))
        assert torch.equal(moves[-1][1], after["d"])
        assert moves[-1][0] == float(after["t"])


@pytest.mark.parametrize(
    ("options", "moves"),
    [({"tolerance_grad": 0.3}, 3), ({"tolerance_change": 10.0}, 0), ({"tolerance_grad": 9.0}, 0)],
)
def test_a_step_that_ends_without_another_move(options: dict[str, float], moves: int) -> None:
    plain, run = (Run(LBFGS, None, 1, max_iter=9, **options) for _ in range(2))
    plain.step()
    after = plain.state()
    with bv.record(run.net, run.optimizer) as record:
        run.step()
    recording = record.recording
    for number, (name, parameter) in enumerate(plain.net.named_parameters()):
        own = [(i, e) for i, e in enumerate(recording.events) if e.phase is Phase.UPDATE]
        own = [(i, e) for i, e in own if e.parameter == name]
        assert len(own) == moves + 1
        place, last = own[-1]
        same(last.outputs[0], parameter.detach())
        same(last.state["w"][1], parameter.detach())
        kept = {key for key in (*KEPT, *LISTS) if together(after.get(key)) is not None}
        told = kept if number == 0 else set()
        assert set(last.state) == {"w", *told}
        for key in told:
            same(last.state[key][1], together(after[key]))
        reason = recording.explain(place, 0, (0,) * parameter.ndim).reason
        assert reason is not None
        assert reason.code == "direction_of_history"


def test_a_history_that_is_full_forgets_the_oldest() -> None:
    plain, run = (Run(LBFGS, None, 3, history_size=2) for _ in range(2))
    before = plain.state()
    plain.step()
    after = plain.state()
    with bv.record(run.net, run.optimizer) as record:
        run.step()
    recording = through_stream(record.recording)
    (last,) = [e for e in recording.events if "old_stps" in e.state]
    at = recording.events.index(last)
    for key in LISTS:
        same(last.state[key][0], together(before[key]))
        same(last.state[key][1], together(after[key]))
    # No rule of one weight makes an element of them.
    tensor = last.state_ids["old_dirs"][1]
    found = Explainer(recording).explain(Number(tensor, (1, 2), at))
    assert found.value == float(after["old_dirs"][1][2])
    assert found.reason is not None
    assert found.reason.code == "direction_of_history"
