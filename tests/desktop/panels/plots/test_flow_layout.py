import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QRectF

from backprop_viz.desktop.panels.plots.flow_layout import (
    Decades,
    Flow,
    Norms,
    column_at,
    column_box,
    labels,
)
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.phases import Phase
from tests.recording.records import changed_event, changed_recording

MakeViewState = Callable[..., ViewState]


def flows(*names: str) -> list[Flow]:
    return [Flow(name, 1.0, None) for name in names]


def measure(text: str) -> float:
    return 6.0 * len(text)


def test_each_parameter_is_named_where_there_is_room() -> None:
    found = labels(flows("conv1.weight", "conv1.bias"), 60, measure)
    assert [label.text for label in found] == ["conv1.w", "conv1.b"]


def test_modules_are_named_where_there_is_not() -> None:
    found = labels(flows("conv1.weight", "conv1.bias", "scale"), 40, measure)
    assert [(label.text, label.first, label.last) for label in found] == [
        ("conv1", 0, 1),
        ("scale", 2, 2),
    ]


@pytest.mark.parametrize("width", [3.0, 7.5, 20.0, 44.0])
def test_labels_never_touch(width: float) -> None:
    names = [
        f"layer{i}.0.conv{k}.{p}" for i in range(8) for k in (1, 2) for p in ("weight", "bias")
    ]
    found = labels(flows(*names, *[f"head{i}.bias" for i in range(40)]), width, measure)
    assert found
    spans = []
    for label in found:
        middle = (label.first + label.last + 1) / 2 * width
        spans.append((middle - measure(label.text) / 2, middle + measure(label.text) / 2))
    assert all(right < left for (_, right), (left, _) in pairwise(spans))


def test_labels_at_the_ends_are_moved_within_the_plot_and_touch_none_there() -> None:
    names = [f"encoder.embeddings.word_embeddings{i}.weight" for i in range(12)]
    width, end = 25.0, 12 * 25.0
    found = labels(flows(*names), width, measure)
    assert [label.first for label in found] == [0]
    found = labels(flows(names[0], *(f"b{i}.weight" for i in range(11))), width, measure)
    ends = []
    for label in found:
        size = measure(label.text)
        middle = (label.first + label.last + 1) / 2 * width
        left = min(max(middle - size / 2, 0.0), end - size)
        ends.append((left, left + size))
    assert len(ends) > 2
    assert all(right < left for (_, right), (left, _) in pairwise(ends))


def test_a_point_is_in_the_column_that_is_drawn_there() -> None:
    area = QRectF(30, 0, 101, 50)
    for i in range(7):
        assert column_at(area, 7, column_box(area, 7, i).center().x()) == i
    assert column_at(area, 7, 29) is None
    assert column_at(area, 7, 131) is None
    assert column_at(area, 0, 60) is None


def test_decades_hold_what_can_be_drawn() -> None:
    scale = Decades.over([None, 0.0, math.nan, math.inf, 0.02, 5.0])
    assert scale == Decades(-2, 1)
    assert 0 < scale.part(0.02) < scale.part(5.0) < 1
    assert scale.part(1e9) == 1
    assert scale.ticks(2) == [-2, 1]
    assert Decades.over([None, 0.0, math.nan]) is None


def test_norms_are_torch_s(make_view_state: MakeViewState) -> None:
    view_state = make_view_state(
        Settings(data="random", loss="mse", optimizer="adam", batch_size=1)
    )
    for flow in Norms().flows(view_state.cursor):
        event = view_state.cursor.last(flow.name, Phase.UPDATE)
        assert event is not None
        before, after = (np.asarray(a, np.float64) for a in (event.inputs[0], event.outputs[0]))
        assert flow.grad == pytest.approx(np.linalg.norm(event.inputs[1].astype("f8")), rel=1e-12)
        assert flow.ratio == pytest.approx(
            np.linalg.norm(after - before) / np.linalg.norm(before), rel=1e-9
        )


def test_weights_at_infinity_have_no_ratio_and_no_warning(make_view_state: MakeViewState) -> None:
    recording = make_view_state().cursor.recording
    endless = np.full(6, np.inf, np.float32)
    events = [
        changed_event(e, inputs=(endless, e.inputs[1]), outputs=(endless,))
        if e.phase is Phase.UPDATE and e.parameter == "conv1.bias"
        else e
        for e in recording.events
    ]
    cursor = changed_recording(recording, events=tuple(events)).at(len(events))
    ratios = {flow.name: flow.ratio for flow in Norms().flows(cursor)}
    assert math.isnan(ratios.pop("conv1.bias"))
    assert all(math.isfinite(ratio) for ratio in ratios.values())
