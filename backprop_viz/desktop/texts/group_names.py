"""How what is folded into a box is named."""

from backprop_viz.analysis.folded_network import Group
from backprop_viz.analysis.repeated_layers import Pass, Repeat
from backprop_viz.desktop.style.language import translate


def group_name(group: Group) -> str:
    """The dotted name of a module, ``loop ×7`` or ``pass 2``."""
    match group:
        case Repeat(count=count):
            return translate("ModuleCanvas", "loop ×{count}").format(count=count)
        case Pass(number=number):
            return translate("ModuleCanvas", "pass {number}").format(number=number)
        case module:
            return module
