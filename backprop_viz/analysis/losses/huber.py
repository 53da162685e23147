"""Huber loss: squared errors near the target, and absolute ones from half a unit away."""

from backprop_viz.analysis.formula import Formula
from backprop_viz.analysis.losses.loss import Loss, Target
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

LOSS = Loss(
    name="huber",
    title=QT_TRANSLATE_NOOP("losses", "Huber, δ = ½"),
    tooltip=QT_TRANSLATE_NOOP(
        "losses",
        "The mean of half the squared differences between the output and the target, and of "
        "½·(absolute difference − ¼) where they are ½ or more",
    ),
    criterion="torch.nn.HuberLoss",
    # With 1, torch's own choice, it would be smooth L1.
    options={"delta": 0.5},
    target=Target.ONE_HOT,
    formula="L = mean(½·(x − t)² where |x − t| < ½, else ½·(|x − t| − ¼))",
    nodes={
        "HuberLoss": Formula(
            "L = mean(½·(x − t)² where |x − t| < ½, else ½·(|x − t| − ¼))",
            "∂L/∂x = g / n·((x − t) where |x − t| < ½, else ½·sign(x − t))",
            "The error of each element, cut at −½ and ½, divided by their number n.",
            ("x", "t"),
        )
    },
)
