"""A breakpoint at a layer says which of its operations it holds after: the last."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from backprop_viz.analysis.cursor.breakpoints import first_hit
from backprop_viz.desktop.panels.breakpoints.breakpoint_texts import breakpoint_text
from backprop_viz.desktop.panels.network.layer_menu import layer_menu
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.run.breakpoint import Breakpoint

MakeViewState = Callable[..., ViewState]


def test_it_is_named_by_what_it_holds_after(qtbot: QtBot, make_view_state: MakeViewState) -> None:
    view_state = make_view_state()
    recording = view_state.cursor.recording
    parent = QWidget()
    qtbot.addWidget(parent)
    for layer, computed in (("conv1", "relu(conv1)"), ("fc3", "fc3")):
        at_layer = Breakpoint("layer", layer)
        hit = first_hit(recording, [at_layer])
        assert hit is not None
        assert recording.events[hit[0]].op == ("relu" if "relu" in computed else "linear")
        assert breakpoint_text(at_layer, view_state) == f"Forward has computed {computed}"
        shown = next(one for one in recording.layers.layers if one.name == layer).showing(0)
        text = layer_menu(shown, None, (), parent).actions()[0].text()
        assert text.replace("&", "") == f"Break when {computed} is computed"
    without = breakpoint_text(Breakpoint("layer", "conv1"))
    assert without == "Forward has computed conv1"
