"""When the panel shows activations, weights or gradients."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QToolButton

from backprop_viz.desktop.panels.network.feature_maps import (
    MODES,
)
from backprop_viz.desktop.panels.network.network_state import (
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
