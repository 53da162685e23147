"""Negative log-likelihood, of the log of the output's softmax: cross-entropy in two steps."""

from backprop_viz.analysis.losses.loss import Loss, LossOutput, Target
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

LOSS = Loss(
    name="nll",
    title=QT_TRANSLATE_NOOP("losses", "NLL of log-softmax"),
    tooltip=QT_TRANSLATE_NOOP(
        "losses",
        "The mean of minus each label's log-probability, from a log_softmax of its own: "
        "cross-entropy in two steps",
    ),
    criterion="torch.nn.NLLLoss",
    target=Target.LABELS,
    output=LossOutput.LOG_SOFTMAX,
    formula="L = −mean y[t],  y = ln softmax(x)",
)
