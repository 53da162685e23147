"""The menu of a layer in the network, and of the number under the cursor."""

from functools import partial

from PySide6.QtCore import SignalInstance
from PySide6.QtWidgets import QWidget

from backprop_viz.desktop.panels.breakpoints.break_menu import BreakMenu
from backprop_viz.desktop.style.language import translate
from backprop_viz.desktop.widgets.shown_number import ShownNumber, add_copy_actions
from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.trace.layers import Layer


def layer_menu(
    layer: Layer, number: ShownNumber | None, breakpoints: tuple[Breakpoint, ...], parent: QWidget
) -> BreakMenu:
    """Whether to stop at a layer, and how to copy the number; it deletes itself when it closes.

    A layer is computed when the last of its operations is, whichever output is shown.
    """
    whole = layer.showing(len(layer.outputs) - 1).titled()
    text = translate("NetworkCanvas", "&Break when {name} is computed").format(name=whole)
    menu = BreakMenu([(text, Breakpoint("layer", layer.name))], breakpoints, parent)
    if number is not None:
        menu.addSeparator()
        add_copy_actions(menu, number)
    return menu


def add_outputs(menu: BreakMenu, layer: Layer, wanted: SignalInstance) -> None:
    """Offer each of a layer's outputs; ``wanted`` carries the layer's name and which one."""
    menu.addSeparator()
    for i in range(len(layer.outputs)):
        output = layer.showing(i)
        action = menu.addAction(
            translate("NetworkCanvas", "Show {output}").format(output=output.titled())
        )
        action.setCheckable(True)
        action.setChecked(output == layer)
        action.triggered.connect(partial(wanted.emit, layer.name, i))
