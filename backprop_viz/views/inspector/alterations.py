"""What was changed on purpose in an iteration's backward, as a plain sentence."""

from PySide6.QtCore import QCoreApplication

from ...core.records import Alteration, Recording
from ..breakpoints.sentences import number


def alteration_sentence(
    alteration: Alteration, recording: Recording, here: int | None = None
) -> str:
    """What was done to which node's gradient; in the future while backward has not run it.

    ``here`` is the node that the sentence stands beside.
    """
    ran = alteration.node in recording.ran_at
    words = _done() if ran else _to_come()
    node = _node(alteration, recording, here)
    return words[alteration.kind].format(node=node, value=number(alteration.value))


def _done() -> dict[str, str]:
    translate = QCoreApplication.translate
    return {
        "scale": translate("alterations", "The gradient out of {node} was scaled by {value}."),
        "clip": translate("alterations", "The gradient out of {node} was clipped to ±{value}."),
        "zero": translate("alterations", "The gradient out of {node} was set to zero."),
        "noise": translate(
            "alterations",
            "Noise of standard deviation {value} was added to the gradient out of {node}.",
        ),
    }


def _to_come() -> dict[str, str]:
    translate = QCoreApplication.translate
    return {
        "scale": translate(
            "alterations", "Backward will scale the gradient out of {node} by {value}."
        ),
        "clip": translate(
            "alterations", "Backward will clip the gradient out of {node} to ±{value}."
        ),
        "zero": translate("alterations", "Backward will set the gradient out of {node} to zero."),
        "noise": translate(
            "alterations",
            "Backward will add noise of standard deviation {value} to the gradient out of {node}.",
        ),
    }


def _node(alteration: Alteration, recording: Recording, here: int | None) -> str:
    if alteration.node == here:
        return QCoreApplication.translate("alterations", "this node")
    found = next((n for n in recording.graph.nodes if n.id == alteration.node), None)
    if found is None:
        return QCoreApplication.translate("alterations", "node {id}").format(id=alteration.node)
    text = QCoreApplication.translate("alterations", "{name} (node {id})")
    return text.format(name=found.name, id=found.id)
