"""A network whose forward is under way is shown as the last whole iteration showed it."""

from dataclasses import replace

import pytest
import torch
from pytestqt.qtbot import QtBot
from torch.nn import functional

import backprop_viz as bv
from backprop_viz.desktop.panels.network.network_state import expected_layers
from backprop_viz.desktop.panels.network.network_view import NetworkView
from backprop_viz.desktop.panels.phases.timeline import TimelineView
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase
from tests.foreign.conftest import state_at
from tests.foreign.nets import GPT


@pytest.fixture(scope="module")
def recordings() -> list[Recording]:
    """A whole iteration, and the next one while its forward has done the first block."""
    torch.manual_seed(0)
    model, parts = GPT(blocks=2), []
    tokens = torch.randint(0, model.vocabulary, (4, 9))
    with bv.record(model) as recorded:
        one_iteration(model, tokens)
    with bv.record(model) as second:
        model.blocks[0].register_forward_hook(lambda *_: parts.append(second.recording))
        one_iteration(model, tokens)
    return [recorded.recording, replace(parts[0], iteration=2)]


def one_iteration(model: GPT, tokens: torch.Tensor) -> None:
    logits = model(tokens[:, :-1])
    functional.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten()).backward()


def under_way(recording: Recording, whole: Recording | None) -> ViewState:
    return replace(state_at(recording), iteration=1, last_whole=whole)


def test_the_layers_to_come_are_known(recordings: list[Recording]) -> None:
    whole, part = recordings
    usual = whole.at(len(whole.events)).layers
    assert len(part.at(len(part.events)).layers.layers) < len(usual.layers)
    assert expected_layers(under_way(part, whole)) == usual
    own = part.at(len(part.events)).layers
    assert expected_layers(under_way(part, None)) == own
    assert expected_layers(replace(under_way(part, whole), iteration=2)) == own  # it is over


def test_it_is_folded_from_its_first_layer_on(qtbot: QtBot, recordings: list[Recording]) -> None:
    whole, part = recordings
    view = NetworkView()
    qtbot.addWidget(view)
    view.resize(900, 300)
    view.show()
    view.show_view_state(replace(state_at(whole), last_whole=whole))
    assert view.is_folded
    view.show_view_state(under_way(part, whole))
    assert view.is_folded
    view.show_view_state(under_way(part, None))
    assert not view.is_folded  # the first time nothing is known of what is to come


def test_the_caption_counts_up_to_what_the_last_iteration_had(
    qtbot: QtBot, recordings: list[Recording]
) -> None:
    whole, part = recordings
    view = TimelineView()
    qtbot.addWidget(view)
    whole_forward, part_forward = (
        sum(span.stop - span.start for span in one.spans if span.phase is Phase.FORWARD)
        for one in recordings
    )
    assert part_forward < whole_forward
    view.show_view_state(under_way(part, whole))
    assert view.caption() == f"iteration 2 · forward {part_forward}/{whole_forward}"
    view.show_view_state(under_way(part, None))
    assert view.caption() == f"iteration 2 · forward · {part_forward} so far"
