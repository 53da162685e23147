"""Holds a script that was let run freely, once its loss is NaN or infinite."""

from collections.abc import Callable, Sequence

from backprop_viz.capture.live.loss_points import LossPoints
from backprop_viz.recording.notices.notice import LOSS_SUBJECT, Notice
from backprop_viz.recording.run.breakpoint import Breakpoint


class LossAlarm:
    """Rings once: a loop that goes on with such a loss knows what to do with it.

    It holds a script that somebody has let go by hand. Of one that has run freely from its start,
    where nobody may look, it is told alone.
    """

    def __init__(self, losses: LossPoints, tell: Callable[[Notice], None]) -> None:
        self._losses, self._tell = losses, tell
        self._over = False
        self.somebody_looks = False  # who has let the script go

    def holds_after(self, iteration: int, until: str, breakpoints: Sequence[Breakpoint]) -> bool:
        """Whether the script is to be held after this iteration, which is then told.

        ``until``: up to what the loop runs, "any" where it runs freely; else such a loss is seen
        where it is held. So it is with a breakpoint at NaN.
        """
        if self._over or (broken := self._losses.first_broken) is None:
            return False
        self._over = True
        if until != "any" or any(one.kind == "not_finite" for one in breakpoints):
            return False
        loss, after = broken
        values = str(loss), str(iteration - after)
        if self.somebody_looks:
            self._tell(Notice("loss_holds_script", values, LOSS_SUBJECT))
        else:
            self._tell(Notice("loss_of_script", values, LOSS_SUBJECT))
        return self.somebody_looks
