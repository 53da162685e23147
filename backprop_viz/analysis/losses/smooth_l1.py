"""Smooth L1: squared errors near the target, absolute ones further away."""

from backprop_viz.analysis.formula import Formula
from backprop_viz.analysis.losses.loss import Loss, Target
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

LOSS = Loss(
    name="smooth_l1",
    title=QT_TRANSLATE_NOOP("losses", "Smooth L1"),
    tooltip=QT_TRANSLATE_NOOP(
        "losses",
        "The mean of half the squared differences between the output and the target, and of the "
        "absolute differences less ½ where they are 1 or more",
    ),
    criterion="torch.nn.SmoothL1Loss",
    target=Target.ONE_HOT,
    formula="L = mean(½·(x − t)² where |x − t| < 1, else |x − t| − ½)",
    nodes={
        "SmoothL1Loss": Formula(
            "L = mean(½·(x − t)² where |x − t| < 1, else |x − t| − ½)",
            "∂L/∂x = g / n·((x − t) where |x − t| < 1, else sign(x − t))",
            "The error of each element, cut at −1 and 1, divided by their number n.",
            ("x", "t"),
        )
    },
)
