"""The context menu of a node or a box of the graph."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from backprop_viz.analysis.graph.folded_graph import FoldedGraph, GraphGroup
from backprop_viz.desktop.panels.autograd.group_titles import group_title
from backprop_viz.desktop.panels.breakpoints.break_menu import BreakMenu
from backprop_viz.recording.run.breakpoint import Breakpoint

# A menu with more parameters would fill the screen.
_MOST = 8


def node_menu(
    graph: FoldedGraph,
    node: int,
    there: Sequence[Breakpoint],
    toggle: Callable[[GraphGroup], None],
    parent: QWidget,
) -> BreakMenu:
    """Breakpoints at a node or a box and at its parameters, and to unfold it or fold it again.

    ``toggle`` is called with what is to be unfolded or folded. The menu deletes itself when it
    closes.
    """
    translate = QCoreApplication.translate
    key = graph.graph.nodes[node].key
    offers = [(translate("GraphCanvas", "&Break here"), Breakpoint("node", key))]
    members = graph.in_box(node)
    names = dict.fromkeys(one.parameter for one in members if one.parameter is not None)
    for name in list(names)[:_MOST]:
        text = translate("GraphCanvas", "Break when {name} is &accumulated").format(name=name)
        offers.append((text, Breakpoint("parameter", name)))
    menu = BreakMenu(offers, there, parent)
    box, around = graph.groups.get(node), graph.around.get(node)
    if box is not None or around is not None:
        menu.addSeparator()
    if box is not None:
        text = translate("GraphCanvas", "&Unfold {name} (Space)").format(name=group_title(box))
        menu.addAction(text, lambda: toggle(box))
    if around is not None:
        text = translate("GraphCanvas", "&Fold {name}").format(name=group_title(around))
        menu.addAction(text, lambda: toggle(around))
    return menu
