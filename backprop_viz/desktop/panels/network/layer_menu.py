"""The menu of a layer in the network, and of the number under the cursor."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from backprop_viz.desktop.panels.breakpoints.break_menu import BreakMenu
from backprop_viz.desktop.widgets.shown_number import ShownNumber, add_copy_actions
from backprop_viz.recording.breakpoint import Breakpoint

_tr = QCoreApplication.translate


def layer_menu(
    layer: str, number: ShownNumber | None, breakpoints: tuple[Breakpoint, ...], parent: QWidget
) -> BreakMenu:
    """Whether to stop at a layer, and how to copy the number; it deletes itself when it closes."""
    text = _tr("NetworkCanvas", "&Break when {name} is computed").format(name=layer)
    menu = BreakMenu([(text, Breakpoint("layer", layer))], breakpoints, parent)
    if number is not None:
        menu.addSeparator()
        add_copy_actions(menu, number)
    return menu
