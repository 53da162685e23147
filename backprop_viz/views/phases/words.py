"""What the phases do, and what comes next, in words."""

from PySide6.QtCore import QCoreApplication

from ...core.records import Frame, Phase
from .phases import current_phase, due_phase


def meaning(phase: Phase) -> str:
    """What a phase does, after its name."""
    translate = QCoreApplication.translate
    return {
        Phase.ZERO_GRAD: translate("phases", "clears the gradients of the previous iteration."),
        Phase.FORWARD: translate("phases", "computes the network's output from its input."),
        Phase.LOSS: translate("phases", "measures how far the output is from the target."),
        Phase.BACKWARD: translate(
            "phases", "computes the gradient of the loss for every parameter."
        ),
        Phase.UPDATE: translate(
            "phases", "changes the parameters by the optimizer's rule, using their gradients."
        ),
    }[phase]


def next_step(frame: Frame) -> str:
    """What the keys that step do next; "" where nothing is to be said."""
    translate = QCoreApplication.translate
    if frame.training:
        return translate("phases", "Training: F5 pauses.")
    if frame.iteration == 0 and frame.moment.recording.preview:
        return translate(
            "phases",
            "Press F10 to run one phase of training, or F5 to train. Draw a digit any time.",
        )
    due, current = due_phase(frame), current_phase(frame)
    if due is not None:
        text = translate("phases", "Next (F10): {phase} {what}")
        return text.format(phase=due.value, what=meaning(due))
    if current is not None:
        text = translate("phases", "F8 shows the next event of {phase}, F10 its end.")
        return text.format(phase=current.value)
    return ""
