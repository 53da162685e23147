"""Notices each move of L-BFGS within its step, between two calls of the closure."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import Any

import torch
from numpy import ndarray
from torch import Tensor
from torch.optim import LBFGS

from backprop_viz.capture.code.own_faults import OURS
from backprop_viz.capture.code.user_lines import user_line
from backprop_viz.capture.logs.event_log import Copy, EventLog
from backprop_viz.capture.tensors.from_device import wait_for_copies
from backprop_viz.capture.tensors.memory import to_array
from backprop_viz.capture.watches.optimizer_states import States
from backprop_viz.recording.trace.events import Array
from backprop_viz.recording.trace.phases import Phase

# What a move is made of, by the id() of the parameter: the step ``t`` along a direction ``d``, or
# the weight ``x`` that was put back. Each as the optimizer's state had it before, if it had it.
Moves = Mapping[int, Mapping[str, tuple[Tensor | None, Tensor]]]
# What each optimizer's own state was before a step, and is now, by the name of the parameter.
Around = Mapping[str, Mapping[str, tuple[Array | None, Array]]]
# Those that each move tells of.
_OF_A_MOVE = "d", "t"


@contextmanager
def lbfgs_moves_seen(moved: Callable[[LBFGS, Moves], None]) -> Iterator[None]:
    """Tell ``moved`` of each move that an ``LBFGS`` has made while in here."""
    along, back = LBFGS._add_grad, LBFGS._set_param

    @wraps(along)
    def add_grad(self: Any, step_size: Any, update: Tensor) -> None:
        along(self, step_size, update)
        with OURS, torch._C.DisableTorchFunction():
            moved(self, _along(self, float(step_size), update))

    @wraps(back)
    def set_param(self: Any, params_data: list[Tensor]) -> None:
        back(self, params_data)
        with OURS, torch._C.DisableTorchFunction():
            pairs = zip(self._params, params_data, strict=True)
            moved(self, {id(parameter): {"x": (None, data)} for parameter, data in pairs})

    LBFGS._add_grad, LBFGS._set_param = add_grad, set_param  # type: ignore[method-assign]
    try:
        yield
    finally:
        if LBFGS._add_grad is add_grad:  # nobody has put another in its place
            LBFGS._add_grad = along  # type: ignore[method-assign]
        if LBFGS._set_param is set_param:
            LBFGS._set_param = back  # type: ignore[method-assign]


class HeardMoves:
    """The moves of an iteration, held until it is known whether a closure runs after them."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._held: list[dict[str, Any]] = []
        self._heard: set[str] = set()
        self._before: dict[str, Copy] = {}  # each weight before its last move
        # What the last move in this step was made of, by parameter.
        self._last: dict[str, dict[str, Array]] = {}

    def are_heard(self, rule: str) -> bool:
        """Whether each move by an optimizer of this kind is told of, if it makes any."""
        return rule == LBFGS.__name__ or rule in self._heard

    def add(
        self,
        rule: str,
        name: str,
        state: Mapping[str, tuple[Tensor | None, Tensor]],
        read: tuple[Copy, Copy],
        made: Copy,
    ) -> None:
        """A parameter was moved: what it is and its ``.grad``, and what was made of it."""
        arrays = {key: to_array(now) for key, (_, now) in state.items()}
        before = self._before.get(name)
        if "x" in arrays and isinstance(before, ndarray) and _same(arrays["x"], before):
            arrays["x"] = before  # no other tensor of the recording
        last = self._last.setdefault(name, {})
        pairs: dict[str, tuple[Array | None, Array]] = {}
        for key, array in arrays.items():
            if key in last and _same(last[key], array):
                array = last[key]
            old = state[key][0]
            pairs[key] = last.get(key) if old is None or key in last else to_array(old), array
            if key in _OF_A_MOVE:
                last[key] = array
        self._heard.add(rule)
        self._before[name] = read[0]
        told = {"op": rule, "inputs": read, "outputs": (made,), "parameter": name}
        self._held.append({**told, "place": user_line(), "state": pairs})

    def note(self) -> None:
        """Note what is held."""
        for told in self._held:
            state = {
                key: (self._log.id(before), self._log.tensors.add(after))
                for key, (before, after) in told.pop("state").items()
            }
            self._log.note(Phase.UPDATE, **told, state_ids=state)
        self._held.clear()

    def end(self, around: Around) -> bool:
        """Note what is held as a step ends, the last of each parameter with what is ``around`` it.

        Whether that is any.
        """
        moved = bool(self._held)
        for name, told in {told["parameter"]: told for told in self._held}.items():
            told["state"] |= around.get(name, {})
        self.note()
        self._last.clear()
        return moved


def around(before: States, after: States) -> Around:
    """The states around a step, but of what its moves tell."""
    was = before.by_parameter()
    return {
        name: {
            key: (was.get(name, {}).get(key), array)
            for key, array in arrays.items()
            if key not in _OF_A_MOVE
        }
        for name, arrays in after.by_parameter().items()
    }


def _same(one: Array, other: Array) -> bool:
    wait_for_copies()
    return one.dtype == other.dtype and one.tobytes() == other.tobytes()


def _along(optimizer: LBFGS, step_size: float, direction: Tensor) -> Moves:
    found: dict[int, Mapping[str, tuple[Tensor | None, Tensor]]] = {}
    offset = 0
    # It says so of the last step until this one ends.
    state = optimizer.state[optimizer._params[0]]
    old = state.get("d"), None if state.get("t") is None else _length(state["t"])
    for parameter in optimizer._params:
        size = parameter.numel() * (2 if parameter.is_complex() else 1)
        part = slice(offset, offset + size)
        offset += size
        was = None if old[0] is None else _shaped(old[0][part], parameter)
        made_of = {
            "t": (old[1], _length(step_size)),
            "d": (was, _shaped(direction[part], parameter)),
        }
        found[id(parameter)] = made_of
    return found


def _length(step_size: float | Tensor) -> Tensor:
    return torch.tensor(float(step_size), dtype=torch.float64, device="cpu")


def _shaped(part: Tensor, parameter: Tensor) -> Tensor:
    """What a flat part of a direction is for its parameter."""
    if parameter.is_complex():
        return torch.view_as_complex(part.view(*parameter.shape, 2))
    return part.view_as(parameter)
