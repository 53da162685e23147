"""The intervention in an iteration's backward, in a sentence."""

from PySide6.QtCore import QCoreApplication

from backprop_viz.desktop.panels.breakpoints.breakpoint_texts import number
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import GradientIntervention
from backprop_viz.recording.trace.graph import Node


def intervention_text(
    intervention: GradientIntervention, recording: Recording, here: str | None = None
) -> str:
    """What was done to which node's gradient, or will be, before backward has run it.

    ``here`` is the key of the node beside which the sentence stands.
    """
    node = recording.graph.find(intervention.node)
    ran = node is not None and node.id in recording.ran_at
    words = (_done() if ran else _to_come())[intervention.kind]
    return words.format(node=_node(node, intervention, here), value=number(intervention.value))


def _done() -> dict[str, str]:
    translate = QCoreApplication.translate
    return {
        "scale": translate("interventions", "The gradient out of {node} was scaled by {value}."),
        "clip": translate("interventions", "The gradient out of {node} was clipped to ±{value}."),
        "zero": translate("interventions", "The gradient out of {node} was set to zero."),
        "noise": translate(
            "interventions",
            "Noise of standard deviation {value} was added to the gradient out of {node}.",
        ),
    }


def _to_come() -> dict[str, str]:
    translate = QCoreApplication.translate
    return {
        "scale": translate(
            "interventions", "Backward will scale the gradient out of {node} by {value}."
        ),
        "clip": translate(
            "interventions", "Backward will clip the gradient out of {node} to ±{value}."
        ),
        "zero": translate("interventions", "Backward will set the gradient out of {node} to zero."),
        "noise": translate(
            "interventions",
            "Backward will add noise of standard deviation {value} to the gradient out of {node}.",
        ),
    }


def _node(node: Node | None, intervention: GradientIntervention, here: str | None) -> str:
    if node is None:
        text = QCoreApplication.translate("interventions", "the node of {key}")
        return text.format(key=intervention.node)
    if node.key == here:
        return QCoreApplication.translate("interventions", "this node")
    text = QCoreApplication.translate("interventions", "{name} of {key}")
    return text.format(name=node.name, key=node.key)
