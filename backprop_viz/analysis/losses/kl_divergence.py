"""The Kullback-Leibler divergence of the output's softmax from the target distribution."""

from backprop_viz.analysis.losses.loss import Loss, LossOutput, Target
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

LOSS = Loss(
    name="kl_divergence",
    title=QT_TRANSLATE_NOOP("losses", "KL divergence"),
    tooltip=QT_TRANSLATE_NOOP(
        "losses",
        "How far softmax of the output is from the target distribution, which gives the label "
        "0.9 and spreads 0.1 over all classes",
    ),
    criterion="torch.nn.KLDivLoss",
    options={"reduction": "batchmean"},
    target=Target.DISTRIBUTION,
    output=LossOutput.LOG_SOFTMAX,
    formula="L = Σ t·(ln t − ln softmax(x)) / N",
)
