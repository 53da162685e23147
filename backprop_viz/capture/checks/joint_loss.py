"""The loss that a mean over ranks is the gradient of: the mean of all ranks' losses."""

from collections.abc import Sequence

import numpy as np

from backprop_viz.analysis.finite_differences import LossRun
from backprop_viz.capture.checks.loss_along import LossAlong
from backprop_viz.capture.explaining.replay import NotReplayed
from backprop_viz.recording.explanations.components import Component
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.tensors import Array


class JointLoss:
    """As a LossAlong, along a weight that each rank has: ``recordings`` are of one iteration.

    The loss of a rank that did not use the weight is a constant of the mean. Raises NotReplayed
    where a rank's loss cannot be had, where no rank's depends on the weight, or where the ranks'
    weights differ: then there is no one number to move.
    """

    def __init__(
        self,
        recordings: Sequence[Recording],
        parameter: str,
        index: tuple[int, ...],
        component: Component = "",
    ) -> None:
        self._ranks = len(recordings)
        self._along: dict[int, LossAlong] = {}  # by rank
        self._constant = 0.0
        for rank, recording in enumerate(recordings):
            weight = Number(recording.by_parameter[parameter].value_id, index, component=component)
            try:
                self._along[rank] = LossAlong(recording, weight)
            except NotReplayed as none:
                if none.reason.code != "loss_does_not_depend":
                    raise
                self._constant += recording.loss or 0.0
        if not self._along:
            raise NotReplayed("loss_does_not_depend")
        self.value, *others = (along.value for along in self._along.values())
        if any(value != self.value for value in others):
            raise NotReplayed("weights_differ")

    def run(self, value: float) -> LossRun:
        """The mean loss with the weight at ``value`` on every rank, and the sides of all kinks.

        The keys of the sides are the rank, the index of the event there, and the place within it.
        """
        runs = {rank: along.run(value) for rank, along in self._along.items()}
        loss = (self._constant + sum(run.loss for run in runs.values())) / self._ranks
        sides = {
            (rank, *key): side for rank, run in runs.items() for key, side in run.sides.items()
        }
        return LossRun(loss, sides)

    def gradients(self) -> Array:
        """The mean of the ranks' derivatives by all elements of the weight, in its shape."""
        found = [along.gradients() for along in self._along.values()]
        total: Array = np.sum(found, axis=0) / self._ranks
        return total

    def below_rounding(self) -> bool:
        """Whether no rank's loss is told apart by float32 in the numbers that it is made from."""
        return all(along.below_rounding() for along in self._along.values())
