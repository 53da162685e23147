"""Mean absolute error, of the output and one-hot labels or the data's own targets."""

from backprop_viz.analysis.losses.loss import Loss, Target
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

LOSS = Loss(
    name="l1",
    title=QT_TRANSLATE_NOOP("losses", "L1"),
    tooltip=QT_TRANSLATE_NOOP(
        "losses", "The mean of the absolute differences between the output and the target"
    ),
    criterion="torch.nn.L1Loss",
    target=Target.ONE_HOT,
    formula="L = mean |x − t|",
)
