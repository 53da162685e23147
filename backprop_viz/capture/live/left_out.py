"""Says what of a script is not followed, and why."""

import sys
from weakref import WeakSet

from torch.optim import Optimizer

from backprop_viz.capture.bare.made_leaves import differentiates_functions, moves_without_gradient
from backprop_viz.capture.code.user_lines import user_line
from backprop_viz.capture.live.discovery import living_optimizers, owned_by
from backprop_viz.capture.live.ownership import any_has_gradient
from backprop_viz.recording.errors import UserError
from backprop_viz.recording.trace.torch_error import said_place
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP


class LeftOutTurns:
    """Says once that an iteration is not recorded, or at the end why none was followed."""

    def __init__(self) -> None:
        self._told = self._unseen = self._again = False
        self._stepped: WeakSet[Optimizer] = WeakSet()

    def iteration_left_out(self, iteration: int, why: str) -> None:
        """This one is not, for this reason."""
        if not self._told:
            self._told = True
            _say(f"iteration {iteration} is not recorded: {why}. From the next on it is watched.")

    def backward_was_unforeseen(self) -> None:
        """One begins behind the loop before, of tensors whose forward is over."""
        place = user_line()
        where = "" if place is None else f" at {said_place(place)}"
        _say(
            f"the first backward{where} is not recorded: that tensors train behind the loop before "
            "is known only from it on. From the next on they are watched."
        )

    def step_was_unseen(self, optimizer: Optimizer) -> bool:
        """It has stepped, maybe along gradients of what was used before it was made.

        Returns whether it has done so before: nothing that it steps is called.
        """
        moves = any_has_gradient(owned_by(optimizer))
        again = moves and optimizer in self._stepped
        self._stepped.add(optimizer)
        self._unseen, self._again = self._unseen or moves, self._again or again
        return again

    def ran(self, path: str, over: int) -> UserError | None:
        """A script has run, of which so many iterations were seen; why none was, if that is known.

        That is said here.
        """
        if over and self._again:
            _say(
                "the first two steps are not recorded: the loop calls no model that its optimizer "
                "steps, as where it trains copies of one. Iterations are counted from the next on."
            )
        elif over and self._unseen:
            _say(
                "the first step is not recorded: its optimizer was made after what it steps was "
                "used. Iterations are counted from the next on."
            )
        if over:
            return None
        if moves_without_gradient(path) and not living_optimizers():
            text = QT_TRANSLATE_NOOP(
                "errors",
                "No training iteration was seen: the script moves its weights without computing a "
                "gradient, as evolution strategies do. There is no back-propagation to record.",
            )
        elif differentiates_functions(path):
            text = _OF_FUNCTIONS
        else:
            return None
        _say(str(why := UserError(text)))
        return why


_OF_FUNCTIONS = QT_TRANSLATE_NOOP(
    "errors",
    "No training iteration was seen: the script takes its gradients with torch.func, which "
    "leaves no graph to follow. With tensors that have requires_grad=True, given to "
    "torch.func.functional_call, loss.backward() or torch.autograd.grad gives the same "
    "gradients, and such a loop is followed.",
)


def _say(text: str) -> None:
    print(f"backprop-viz run: {text}", file=sys.stderr)
