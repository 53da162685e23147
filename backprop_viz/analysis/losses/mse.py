"""Mean squared error, of the output and one-hot labels or the data's own targets."""

from backprop_viz.analysis.formula import Formula
from backprop_viz.analysis.losses.loss import Loss, Target
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

LOSS = Loss(
    name="mse",
    title=QT_TRANSLATE_NOOP("losses", "MSE"),
    tooltip=QT_TRANSLATE_NOOP(
        "losses", "The mean of the squared differences between the output and the target"
    ),
    criterion="torch.nn.MSELoss",
    target=Target.ONE_HOT,
    formula="L = mean (x − t)²",
    nodes={
        "MseLoss": Formula(
            "L = mean (x − t)²",
            "∂L/∂x = g·2·(x − t) / n",
            "Twice the error of each element, divided by their number n; a sum does not divide.",
            ("x", "t"),
        )
    },
    order=1,
)
