"""No loss: ``out.backward(random)`` starts from a random gradient of the output."""

from backprop_viz.analysis.losses.loss import Loss, Target
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

LOSS = Loss(
    name="output_gradient",
    title=QT_TRANSLATE_NOOP("losses", "backward(random)"),
    tooltip=QT_TRANSLATE_NOOP(
        "losses", "No loss: backward starts from a random gradient of the output"
    ),
    meaning=QT_TRANSLATE_NOOP(
        "losses", "is not computed: backward takes a random gradient instead."
    ),
    target=Target.NONE,
    order=1000,
)
