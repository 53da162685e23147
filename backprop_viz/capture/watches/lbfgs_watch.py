"""Notices each move of L-BFGS within its step, between two calls of the closure."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import Any

import torch
from numpy import ndarray
from torch import Tensor
from torch.optim import LBFGS

from backprop_viz.capture.code.user_lines import user_line
from backprop_viz.capture.logs.event_log import Copy, EventLog
from backprop_viz.capture.tensors.from_device import wait_for_copies
from backprop_viz.capture.tensors.memory import to_array
from backprop_viz.recording.trace.events import Array
from backprop_viz.recording.trace.phases import Phase

# What a move is made of, by the id() of the parameter: the step ``t`` along a direction ``d``, or
# the weight ``x`` that was put back.
Moves = Mapping[int, Mapping[str, Tensor]]


@contextmanager
def lbfgs_moves_seen(moved: Callable[[LBFGS, Moves], None]) -> Iterator[None]:
    """Tell ``moved`` of each move that an ``LBFGS`` has made while in here."""
    along, back = LBFGS._add_grad, LBFGS._set_param

    @wraps(along)
    def add_grad(self: Any, step_size: Any, update: Tensor) -> None:
        along(self, step_size, update)
        with torch._C.DisableTorchFunction():
            moved(self, _along(self, float(step_size), update))

    @wraps(back)
    def set_param(self: Any, params_data: list[Tensor]) -> None:
        back(self, params_data)
        with torch._C.DisableTorchFunction():
            pairs = zip(self._params, params_data, strict=True)
            moved(self, {id(parameter): {"x": data} for parameter, data in pairs})

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

    def are_heard(self, rule: str) -> bool:
        """Whether each move by an optimizer of this kind is told of."""
        return rule in self._heard

    def add(
        self,
        rule: str,
        name: str,
        state: Mapping[str, Tensor],
        read: tuple[Copy, Copy],
        made: Copy,
    ) -> None:
        """A parameter was moved: what it is and its ``.grad``, and what was made of it."""
        arrays = {key: to_array(tensor) for key, tensor in state.items()}
        before = self._before.get(name)
        if "x" in arrays and isinstance(before, ndarray) and _same(arrays["x"], before):
            arrays["x"] = before  # no other tensor of the recording
        self._heard.add(rule)
        self._before[name] = read[0]
        told = {"op": rule, "inputs": read, "outputs": (made,), "parameter": name}
        self._held.append({**told, "place": user_line(), "state": arrays})

    def note(self) -> bool:
        """Note what is held; whether that is any."""
        moved = bool(self._held)
        for told in self._held:
            arrays = told.pop("state")
            state = {key: (None, self._log.tensors.add(array)) for key, array in arrays.items()}
            self._log.note(Phase.UPDATE, **told, state_ids=state)
        self._held.clear()
        return moved


def _same(one: Array, other: Array) -> bool:
    wait_for_copies()
    return one.dtype == other.dtype and one.tobytes() == other.tobytes()


def _along(optimizer: LBFGS, step_size: float, direction: Tensor) -> Moves:
    found: dict[int, Mapping[str, Tensor]] = {}
    offset = 0
    for parameter in optimizer._params:
        parts = 2 if parameter.is_complex() else 1
        part = direction[offset : offset + parts * parameter.numel()]
        offset += len(part)
        if parameter.is_complex():
            part = torch.view_as_complex(part.view(*parameter.shape, 2))
        length = torch.tensor(step_size, dtype=torch.float64, device="cpu")
        found[id(parameter)] = {"t": length, "d": part.view_as(parameter)}
    return found
