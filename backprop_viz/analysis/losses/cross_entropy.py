"""Cross-entropy: the usual loss of a classifier, of its logits and labels."""

from backprop_viz.analysis.losses.loss import Loss, Target
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

LOSS = Loss(
    name="cross_entropy",
    title=QT_TRANSLATE_NOOP("losses", "Cross-entropy"),
    tooltip=QT_TRANSLATE_NOOP(
        "losses", "Minus the log of the probability that softmax gives each sample's label"
    ),
    criterion="torch.nn.CrossEntropyLoss",
    target=Target.LABELS,
    formula="L = −mean ln softmax(x)[t]",
    order=0,
)
