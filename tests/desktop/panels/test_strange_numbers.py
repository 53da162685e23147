"""Whatever numbers a run comes to, each panel shows them: without an exception or a warning."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QAbstractButton

from backprop_viz.analysis.selection import select
from backprop_viz.desktop.panels.inspector.inspector import InspectorView
from backprop_viz.desktop.panels.network.network_view import NetworkView
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.events import Array, Parameter
from tests.nightly import NIGHTLY, by_day_every
from tests.recording.records import changed_event, changed_recording

LARGEST = float(np.finfo(np.float32).max)
MIXED = (np.inf, -np.inf, np.nan, LARGEST, -LARGEST, 0.0, 1e-45, 1.0)
ENDLESS = (np.inf,)


def harmed(recording: Recording, kinds: tuple[float, ...], seed: int) -> Recording:
    """A recording of which most arrays have numbers of these kinds in place of their own."""
    draw = np.random.default_rng(seed)

    def other(array: Array | None) -> Array | None:
        if array is None or array.dtype != np.float32 or draw.random() < 0.2:
            return array
        return draw.choice(np.array(kinds, np.float32), array.shape)

    def others(arrays: tuple[Array | None, ...]) -> tuple[Array | None, ...]:
        return tuple(other(array) for array in arrays)

    def changed(parameter: Parameter) -> Parameter:
        value, grad = others((parameter.value, parameter.grad))
        assert value is not None
        tensors = parameter.tensors
        grad_id = None if grad is None else tensors.add(grad)
        return replace(parameter, value_id=tensors.add(value), grad_id=grad_id)

    return changed_recording(
        recording,
        events=tuple(
            changed_event(e, inputs=others(e.inputs), outputs=others(e.outputs))
            for e in recording.events
        ),
        parameters=tuple(map(changed, recording.parameters)),
    )


@pytest.mark.parametrize(
    ("kinds", "optimizer"), by_day_every(3, [(MIXED, "adam"), (MIXED, "sgd"), (ENDLESS, "sgd")])
)
def test_infinity_nan_and_the_largest_numbers_are_shown(
    open_window: Callable[..., MainWindow],
    make_view_state: Callable[..., ViewState],
    kinds: tuple[float, ...],
    optimizer: str,
) -> None:
    settings = Settings(data="random", loss="mse", optimizer=optimizer, batch_size=2)
    view_state = make_view_state(settings, iterations=2)
    recording = harmed(view_state.cursor.recording, kinds, seed=1)
    window = open_window()
    buttons = window.panel(NetworkView).findChildren(QAbstractButton)
    modes = [b for b in buttons if b.objectName().endswith("Segment")]
    assert len(modes) == 3
    chosen = [
        *(("parameter", p.name) for p in recording.parameters),
        *(("layer", layer.name) for layer in recording.layers.layers),
        *(("node", node) for node in range(0, 20, 3)),
    ]
    for position in np.linspace(0, len(recording.events), 4 if NIGHTLY else 2).astype(int):
        window.show_view_state(replace(view_state, cursor=recording.at(int(position))))
        for mode in modes:
            mode.click()
            window.grab()
        for kind, key in chosen:
            window.select(select(recording, kind, key))
            window.panel(InspectorView).grab()
