"""Runs an iteration beside a loop's own: what records or watches that loop does not hear it.

Nor does it hear what runs while ``torch.jit.trace`` notes operations (as ``add_graph`` of a
``SummaryWriter`` has it do): what we read would be noted, too, and torch then says that the graphs
differ, or raises.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch

from backprop_viz.capture.code import own_faults

_tracing: Callable[[], object | None] = torch._C._get_tracing_state


class _Depth(threading.local):
    """How many such iterations run within each other in a thread."""

    now = 0


_depth = _Depth()


def hidden_from(since: int) -> bool:
    """Whether what runs in this thread is none of those that began to listen ``since``."""
    return _depth.now > since or is_traced()


def is_traced() -> bool:
    """Whether ``torch.jit.trace`` notes what runs in this thread."""
    return _tracing() is not None


def since_now() -> int:
    """What ``hidden_from`` is to be asked with by who begins to listen now."""
    return _depth.now


def heard(call: Callable[..., Any], otherwise: Callable[[], Any] = lambda: None) -> Any:
    """The same function, called for what it is to hear; else, or if it raises, ``otherwise`` is."""
    since = since_now()

    def hears(*args: Any, **kwargs: Any) -> Any:
        hidden = _depth.now > since or _tracing() is not None  # as ``hidden_from``, for each call
        try:
            return otherwise() if hidden else call(*args, **kwargs)
        except Exception as fault:
            own_faults.note(fault)
            return otherwise()

    return hears


@contextmanager
def beside_the_loop() -> Iterator[None]:
    """Only those hear what runs in here, in this thread, that begin to listen in here."""
    _depth.now += 1
    try:
        yield
    finally:
        _depth.now -= 1
