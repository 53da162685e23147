"""Asks the window where a number comes from, and sees that what it answers is so."""

import math
import random

import numpy as np

from backprop_viz.desktop.panels.origin.origin_view import OriginView
from backprop_viz.desktop.panels.origin.question_history import AskedNumber
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import NumberExplanation
from backprop_viz.recording.iteration import Cursor
from backprop_viz.recording.trace.events import Array
from tests.capture.explaining.checks import ROUNDINGS, roundings

ANSWER_S = 60.0
# What the rounding of float32 may leave of a sum, as a part of its terms' absolute values.
ROUNDING = 1e-4
# The same of bfloat16, under autocast: inputs and result have 8 bits each.
ROUNDING_OF_BFLOAT16 = 2.0**-6


def asked_about(window: MainWindow, draw: random.Random) -> tuple[str, list[str]]:
    """Ask about a number of what has happened, and wait for the answer; what is wrong with it."""
    session, panel = window.session, window.panel(OriginView)
    view_state = session.view_state
    if view_state is None or view_state.training:
        return "nothing asked: training runs", []
    cursor = view_state.cursor
    number = any_number(cursor, draw)
    if number is None:
        return "nothing to ask about", []
    window.number_picked.emit(number, None)

    said = f"asked about {number}"
    history = panel.history
    row = window.lower_row  # a lesson closes the panel where its page comes to be shown

    def is_over() -> bool:
        return panel.complete or history.current is None or not row.explaining

    if not session.wait_until(is_over, ANSWER_S):
        return said, [f"No answer about {number} of iteration {cursor.recording.iteration}."]
    # Of another iteration, where that has come to be shown meanwhile; of none, in another run.
    asked, found = history.current, panel.explanation
    if asked is None or found is None:
        return f"{said}: another run began", []
    return said, [f"{number}: {wrong}" for wrong in wrong_about(asked, found)]


def any_number(cursor: Cursor, draw: random.Random) -> Number | None:
    """An element that an event before the cursor has made, or that an iteration began with."""
    recording = cursor.recording
    made = [
        i for i, e in enumerate(recording.events[: cursor.position]) if any_output(e.output_ids)
    ]
    if made and draw.random() < 0.9:
        event = draw.choice(made)
        ids = recording.events[event].output_ids
        slot = draw.choice([i for i, tensor in enumerate(ids) if tensor is not None])
        tensor = ids[slot]
    elif recording.parameters:
        event, slot, tensor = None, 0, draw.choice(recording.parameters).value_id
    else:
        return None
    shape = () if tensor is None else recording.tensors[tensor].shape
    if tensor is None or math.prod(shape) == 0:
        return None
    return Number(tensor, tuple(draw.randrange(n) for n in shape), event, slot)


def any_output(ids: tuple[int | None, ...]) -> bool:
    return any(tensor is not None for tensor in ids)


def wrong_about(asked: AskedNumber, found: NumberExplanation) -> list[str]:
    """What an explanation says that the recording does not."""
    number = found.number
    tensor = asked.recording.tensors[number.tensor]
    recorded = float(tensor[number.index])
    wrong = [] if number == asked.number else [f"it is about {number}"]
    if not np.array_equal(found.value, recorded, equal_nan=True):
        wrong.append(f"its value is {found.value}, recorded is {recorded}")
    sizes = np.abs(found.terms.values).sum()
    rounding = ROUNDING_OF_BFLOAT16 if is_bfloat16(tensor) else ROUNDING
    closes = abs(found.residual) <= rounding * max(sizes, 1e-6)
    # Where a sigmoid saturates, 1 - y is rounded as 1 is.
    closes = closes or roundings(asked.recording, found) <= ROUNDINGS
    # What overflows in float32 need not do so in float64.
    if found.parts and found.reason is None and np.isfinite([recorded, sizes]).all() and not closes:
        wrong.append(f"its terms make {found.total}, recorded is {recorded}")
    return wrong


def is_bfloat16(tensor: Array) -> bool:
    """Whether numbers are those of bfloat16: numpy has none, and they are recorded as float32."""
    if tensor.dtype != np.float32:
        return False
    return not (np.ascontiguousarray(tensor).view(np.uint32) & 0xFFFF).any()
