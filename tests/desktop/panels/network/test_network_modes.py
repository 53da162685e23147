"""When the panel shows activations, weights or gradients."""

from collections.abc import Callable
from dataclasses import replace

import torch
from PySide6.QtWidgets import QToolButton
from torch import nn

import backprop_viz as bv
from backprop_viz.desktop.panels.network.feature_maps import (
    MODES,
)
from backprop_viz.desktop.panels.network.network_state import (
    NetworkState,
    following_mode,
)
from backprop_viz.desktop.panels.network.network_view import NetworkView
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.trace.phases import Phase
from tests.desktop.panels.network.network_helpers import (
    DIGITS,
    at,
    begin,
)

MakeViewState = Callable[..., ViewState]


def test_following_mode() -> None:
    assert following_mode("activations", Phase.LOSS, Phase.BACKWARD) == "gradients"
    assert following_mode("gradients", Phase.BACKWARD, Phase.LOSS) == "activations"
    assert following_mode("gradients", None, Phase.FORWARD) == "activations"
    assert following_mode("weights", Phase.BACKWARD, Phase.BACKWARD) == "weights"
    assert following_mode("gradients", Phase.BACKWARD, Phase.UPDATE) == "gradients"
    for before in (None, Phase.ZERO_GRAD, Phase.LOSS, Phase.BACKWARD, Phase.UPDATE):
        for mode in MODES:
            assert following_mode(mode, before, Phase.FORWARD) == "activations"
    assert following_mode("activations", Phase.FORWARD, Phase.UPDATE) == "gradients"
    assert following_mode("gradients", Phase.BACKWARD, None) == "activations"


def test_training_and_its_end_leave_the_mode_alone(
    view: NetworkView, make_view_state: MakeViewState
) -> None:
    view_state = make_view_state(DIGITS)
    assert view.mode == "activations"
    view.show_view_state(replace(view_state, training=True))
    view.show_view_state(view_state)
    assert view.mode == "activations"
    view.show_view_state(at(view_state, begin(view_state, Phase.BACKWARD) + 1))
    assert view.mode == "gradients"


def test_backward_shows_gradients_unless_a_mode_is_pinned(
    view: NetworkView, make_view_state: MakeViewState
) -> None:
    view_state = make_view_state(DIGITS)
    forward, backward = begin(view_state, Phase.FORWARD) + 1, begin(view_state, Phase.BACKWARD) + 1
    view.show_view_state(at(view_state, forward))
    view.show_view_state(at(view_state, backward))
    assert view.mode == "gradients"
    assert checked(view) == "gradients"
    view.show_view_state(at(view_state, forward))
    assert checked(view) == "activations"
    button(view, "weights").click()
    view.show_view_state(at(view_state, backward))
    assert (view.mode, checked(view)) == ("weights", "weights")
    following = replace(
        view_state.cursor.recording, iteration=view_state.cursor.recording.iteration + 1
    )
    view.show_view_state(replace(view_state, cursor=following.at(forward)))
    assert view.mode == "activations"


def button(view: NetworkView, mode: str) -> QToolButton:
    found = view.findChild(QToolButton, f"{mode}Segment")
    assert isinstance(found, QToolButton)
    return found


def checked(view: NetworkView) -> str:
    return next(mode for mode in MODES if button(view, mode).isChecked())


def test_set_mode_pins_nothing(view: NetworkView, make_view_state: MakeViewState) -> None:
    view_state = make_view_state(DIGITS)
    view.show_view_state(at(view_state, begin(view_state, Phase.FORWARD) + 1))
    view.set_mode("weights")
    view.show_view_state(at(view_state, begin(view_state, Phase.BACKWARD) + 1))
    assert view.mode == "gradients"


def test_no_gradient_comes_from_what_is_computed_beside_the_loss() -> None:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2))
    with bv.record(net) as recording:
        out = net(torch.randn(5, 4))
        out.max(1)
        nn.functional.cross_entropy(out, torch.zeros(5, dtype=torch.long)).backward()
    made = recording.recording
    end = made.at(len(made.events))
    state = NetworkState(end.layers, end, "gradients")
    names = [layer.name for layer in state.layers.layers]
    reached = {names[b]: state.reached((a, b)) for a, b in state.layers.edges if names[a] == "2"}
    assert reached == {"max": False, "loss": True}
