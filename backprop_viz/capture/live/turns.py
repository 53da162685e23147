"""Which steps of several optimizers are one turn of the loop that they are in."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from threading import get_ident
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.module import register_module_forward_pre_hook
from torch.optim import Optimizer

from backprop_viz.capture.bare.first_use import FirstUse
from backprop_viz.capture.code.calling_frames import kwargs_of_call
from backprop_viz.capture.code.loop_places import (
    StackPlace,
    TurnLoop,
    follows,
    is_in_module,
    stack_place,
)
from backprop_viz.capture.listening_depth import heard
from backprop_viz.capture.live.discovery import owned_by
from backprop_viz.capture.live.loop_passes import LoopPass, is_conditional, may_follow
from backprop_viz.capture.loop_watch import LoopWatch
from backprop_viz.capture.watches.clearing_watch import (
    module_clearings_seen,
    optimizer_clearings_seen,
)

_UNKNOWN = {-1}


class Turns:
    """Tells when a turn of a loop is over in which one optimizer steps, or several.

    After a step that is told by the next sign: what is cleared, called, or steps. The turn goes on
    as long as these come further down in the code, in the same pass of the loop. A GAN calls its
    discriminator again for the generator's step, but further down. A loop over several models
    trains each at the same place; its pass is not the turn, if no turn before was without them.

    Whether it is the same pass the code tells, if one of the two runs in each pass in which the
    other does. Where both have conditions of their own (``if train_d: ... if train_g: ...``) the
    variables of the loops around both tell, which hold other objects in another pass: those that a
    for loop sets, and those that a while loop counts (``i += 1``) or fetches (``next(batches)``).
    Where there are none, each step is a turn by itself. So are the passes of an inner loop that
    trains, and the branches of one condition.

    A turn that is as the one before is over with its last step, once each optimizer has stepped and
    where none is known to step further down.
    ``over`` is called before what is cleared or called in the next turn. It gives what records the
    next iteration, if that is recorded.
    """

    def __init__(
        self, optimizers: Sequence[Optimizer], over: Callable[[], LoopWatch | None]
    ) -> None:
        self._optimizers, self._over = optimizers, over
        # The steps of this turn and of the one before: which optimizer's, and where.
        self._steps: list[tuple[int, StackPlace]] = []
        self._steps_before: list[tuple[int, StackPlace]] = []
        self._went_on: set[StackPlace] = set()  # steps with which some turn was not over
        self._places: set[StackPlace] = set()  # of all steps
        self._pass: LoopPass | None = None  # that of the newest step, if it has a condition
        self._idle = set(range(len(optimizers)))
        self._newest: StackPlace = ()  # the newest sign or step
        self._backward: StackPlace = ()
        self._ran_backward = False  # since a step
        self._loop: TurnLoop | None = None
        self._seen: dict[StackPlace, set[int]] = {}  # the signs of the first turn
        self._within_step = False
        # The loop's own: checkpoints call modules from within a backward's.
        self._thread = get_ident()
        self._first_use: FirstUse | None = None
        self._open = ExitStack()
        self._wait()

    def close(self) -> None:
        """Look for no more signs."""
        self._hear_no_reads()
        self._open.close()

    def used_before(self, where: StackPlace, parameters: Collection[int]) -> None:
        """A sign of the first turn, from before there was this."""
        self._seen.setdefault(where, self._owners_of(parameters))

    @property
    def has_stepped(self) -> bool:
        """Whether an optimizer has stepped in the turn that is under way."""
        return bool(self._steps)

    def backward_starts(self) -> None:
        """A backward is about to run."""
        self._ran_backward = True
        self._backward, _ = stack_place()

    def model_runs(self) -> None:
        """A model is called that none of the optimizers need own."""
        self._sign(_UNKNOWN)

    def steps(self, optimizer: Optimizer) -> bool:
        """An optimizer is about to step; returns False if the turn before that was over unnoticed.

        Nothing was cleared or called since, but a backward has run that is not of that turn.
        """
        self._within_step = True
        self._hear_no_reads()
        owners, here = {self._number(optimizer)}, stack_place()[0]
        is_next = not self._is_in_this_turn(owners, here)
        of_turn = bool(self._steps) and follows(self._backward, self._steps[-1][1])
        ran = self._ran_backward and not of_turn
        if is_next and not ran:  # it does in the step itself, which has a closure
            self._over()
        self._was_at(here, owners)
        return not is_next or not ran

    def stepped(self, optimizer: Optimizer, looks: bool = False) -> bool:
        """An optimizer has stepped; returns whether the turn is over with it.

        Where one ``looks``, what the loop computes next from parameters by itself, without a call
        of a model, is a sign too: so the whole forward is in the turn that it begins.
        """
        self._within_step = self._ran_backward = False
        self._thread = get_ident()
        here, _ = stack_place()
        number = self._number(optimizer)
        self._went_on.update(where for _, where in self._steps)
        if here not in self._places:
            self._went_on.update(one for one in self._places if may_follow(here, one))
            if any(may_follow(one, here) for one in self._places):
                self._went_on.add(here)
            self._places.add(here)
        self._pass = LoopPass(here) if is_conditional(here) else None
        again = any(where == here for _, where in self._steps)
        self._loop = TurnLoop(self._backward, here, outer=int(again))
        self._steps.append((number, here))
        self._newest = here
        self._idle.discard(number)
        over = not self._idle and self._steps == self._steps_before and here not in self._went_on
        if not over:
            self._wait()
            self._first_use = FirstUse(self._reads, is_in_module) if looks else None
        return over

    def ended(self) -> None:
        """The turn is over."""
        self._open.close()
        self._hear_no_reads()
        if self._steps:
            self._steps_before, self._steps = self._steps, []
        self._seen.clear()

    def _number(self, optimizer: Optimizer) -> int:
        return next(i for i, one in enumerate(self._optimizers) if one is optimizer)

    # -- signs -------------------------------------------------------------------------------

    def _wait(self) -> None:
        """Look for signs from now on."""
        self._open.close()
        self._owners = {
            id(parameter): i
            for i, one in enumerate(self._optimizers)
            for parameter in owned_by(one)
        }
        self._owners_of_module: dict[int, set[int]] = {}
        with ExitStack() as opened:  # nothing stays where this raises
            opened.callback(register_module_forward_pre_hook(heard(self._called)).remove)
            opened.enter_context(module_clearings_seen(self._module_clears))
            opened.enter_context(optimizer_clearings_seen(self._optimizer_clears))
            self._open = opened.pop_all()

    def _reads(self, read: Sequence[Tensor]) -> bool:
        """The loop computes something from leaves, without a call of a model; whether it is told.

        Only the first is a sign.
        """
        with torch._C.DisableTorchFunction():
            owners = self._owners_of(map(id, read))
        self._sign(owners)
        return True

    def _hear_no_reads(self) -> None:
        """What waits for one is closed again later, if torch asks it now."""
        if self._first_use is not None and self._first_use.close():
            self._first_use = None

    def _owners_of(self, parameters: Iterable[int]) -> set[int]:
        owners = {self._owners.get(parameter) for parameter in parameters}
        return {owner for owner in owners if owner is not None}

    @contextmanager
    def _optimizer_clears(self, optimizer: Optimizer) -> Iterator[None]:
        self._sign(self._owners_of(map(id, owned_by(optimizer))))
        yield

    @contextmanager
    def _module_clears(self, module: nn.Module) -> Iterator[None]:
        loop = self._sign(self._owners_of(map(id, module.parameters())))
        # The one that was there heard of it before.
        with nullcontext() if loop is None else loop.clearing_module(module):
            yield

    def _called(self, module: nn.Module, args: Any) -> None:
        if not torch.is_grad_enabled() or torch.compiler.is_compiling():
            return
        owners = self._owners_of_module.get(id(module))
        if owners is None:
            owners = self._owners_of(map(id, module.parameters()))
            self._owners_of_module[id(module)] = owners
        loop = self._sign(owners)
        if loop is not None:
            loop.model_runs(module, args, kwargs_of_call())

    def _sign(self, owners: set[int]) -> LoopWatch | None:
        """Something that these own is used; what records the next turn, if that begins with it."""
        if not owners or self._within_step or get_ident() != self._thread:
            return None
        here, inner = stack_place()
        if inner:  # what called it was a sign
            return None
        loop = None if self._is_in_this_turn(owners, here) else self._over()
        self._was_at(here, owners)
        return loop

    def _was_at(self, here: StackPlace, owners: set[int]) -> None:
        self._newest = here
        if not self._steps_before:
            self._seen.setdefault(here, owners)

    def _is_in_this_turn(self, owners: set[int], here: StackPlace) -> bool:
        if not self._steps:
            return True
        stepped, (_, step) = {number for number, _ in self._steps}, self._steps[-1]
        left = self._loop is not None and self._loop.is_left(here)
        if not left and (follows(here, step) or follows(here, self._newest)):
            return True
        if not left and self._pass is not None and self._pass.goes_on_at(here):
            return True
        if left or owners & stepped:
            return False
        if not self._steps_before:
            return self._seen.get(here, owners) != owners
        times, times_before = (
            sum(where == step for _, where in steps) for steps in (self._steps, self._steps_before)
        )
        return times < times_before
