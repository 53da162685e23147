"""Finds what trains in a script, and watches it; what joins later is watched from then on."""

import gc
import sys
import warnings
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from threading import get_ident
from typing import Any
from weakref import WeakSet, ref

import torch
from torch import Tensor, nn
from torch.optim.optimizer import Optimizer, register_optimizer_step_post_hook

from backprop_viz.capture.bare.bare_forward import Others
from backprop_viz.capture.bare.earlier_leaves import EarlierLeaves
from backprop_viz.capture.bare.first_use import FirstUse, awaited_in_script
from backprop_viz.capture.bare.made_leaves import makes_leaves, may_call_no_model, moves_by_hand
from backprop_viz.capture.bare.names import given_leaves, trains
from backprop_viz.capture.code import own_faults
from backprop_viz.capture.code.calling_frames import is_differentiated, kwargs_of_call
from backprop_viz.capture.code.functional_calls import own_parameters_back
from backprop_viz.capture.code.loop_places import is_in_module, stack_place
from backprop_viz.capture.listening_depth import heard
from backprop_viz.capture.live import discovery, ownership
from backprop_viz.capture.live.astray_model import AstrayModel
from backprop_viz.capture.live.awaited_call import AwaitedCall
from backprop_viz.capture.live.follower import ScriptFollower
from backprop_viz.capture.live.function_loops import function_loops_awaited
from backprop_viz.capture.live.hand_models import HandModels
from backprop_viz.capture.live.left_out import LeftOutTurns
from backprop_viz.capture.live.loop_behind import LoopBehind
from backprop_viz.capture.live.script_leaves import module_of_any, seen_leaves
from backprop_viz.capture.live.script_optimizers import ScriptOptimizers
from backprop_viz.capture.live.watch import Watch
from backprop_viz.capture.loop_watch import LoopWatch
from backprop_viz.capture.several_models import names_of
from backprop_viz.capture.watches.left_modes import left_soon
from backprop_viz.capture.watches.optimizers_made import optimizers_made_seen
from backprop_viz.recording.errors import ArgumentError, UserError
from backprop_viz.recording.iteration import Recording


class ScriptTraining:
    """Waits for the first model that trains, and watches it with all optimizers that there are.

    An optimizer that is made later is watched too, from the next call of a model on. Of those that
    were watched until then, those go on being watched that have stepped and are still alive,
    where the model that is called then is not the new one's.

    A model that no optimizer owns is watched as ``AstrayModel`` says. One that is frozen is watched
    where an optimizer moves what it is given, as a picture whose style changes.
    """

    def __init__(self, follower: ScriptFollower, only: Sequence[str] = ()) -> None:
        self._follower, self._only, self._failed = follower, only, False
        # torch warns of such hooks when it calls what it has compiled; the script has set none.
        warnings.filterwarnings("ignore", "Using `torch.compile")
        self._watch: Watch | None = None
        self._watched: list[Optimizer] = []
        self._stepped: WeakSet[Optimizer] = WeakSet()  # of those that are
        self._other: Optimizer | None = None  # one that has stepped without being watched
        self._untold, self._open = LeftOutTurns(), ExitStack()
        self._astray = AstrayModel(lambda module: self._begin(module, False, False))
        self._stepping: tuple[Optimizer, Any, Any] | None = None  # whose step runs, its arguments
        self._waiting, self._optimizers = AwaitedCall(), ScriptOptimizers()
        self._first_use: FirstUse | None = None  # of tensors that are in no module
        self._behind = LoopBehind(self._called_behind, self._leaves_behind)
        # Leaves that are used no more, and how many iterations were over with the last watch.
        self._earlier, self._over = EarlierLeaves(), 0
        self._by_hand = HandModels(lambda: self._waiting.begin(self._called_by_hand))
        own_faults.tell(self._fails)
        with own_faults.OURS:
            self._listen(follower.place.path)

    def _listen(self, path: str) -> None:
        """Wait for what trains in this script."""
        self._makes_leaves = makes_leaves(path)
        self._open.callback(register_optimizer_step_post_hook(heard(self._has_stepped)).remove)
        self._open.enter_context(optimizers_made_seen(self._made))
        self._optimizers.look()
        if self._optimizers:
            self._wait()
        if self._makes_leaves or may_call_no_model(path):
            self._first_use = awaited_in_script(self._leaves_used)
        self._open.enter_context(function_loops_awaited(path, self._of_function))
        if moves_by_hand(path):
            self._behind.may_come(of_leaves=self._makes_leaves)
            if not self._optimizers:
                self._waiting.begin(self._called_by_hand)

    def _fails(self, why: UserError) -> None:
        """Our own code has raised: the script goes on, and nothing more of it is watched."""
        self._failed = True
        if self._first_use is not None:
            self._first_use.close()
        self._open.enter_context(left_soon(get_ident(), self._take_off))
        self._follower.recording_fails(why)

    def ran(self, path: str, namespace: dict[str, Any]) -> None:
        """The script has run: say why nothing of it was followed, if that is known."""
        over = self._over if self._watch is None else self._watch.place[0]
        if (why := self._untold.ran(path, over)) is not None:
            self._follower.recording_ends(None, why)

    def explain(self, error: BaseException) -> None:
        """Say in the recording which tensor it is about, if torch has raised it."""
        if self._watch is not None and isinstance(error, Exception):
            self._watch.failed(error)

    def is_wanted(self) -> bool:
        """A script goes on without a window."""
        return True

    def close(self) -> Recording | None:
        """Watch no longer; what was recorded of an iteration that is not over."""
        own_faults.tell_no_more(self._fails)
        self._take_off()
        return None if self._watch is None else self._watch.close()

    def _take_off(self) -> None:
        self._waiting.close()
        self._open.close()
        self._behind.close()
        if self._first_use is not None:
            self._first_use.close()

    def _wait(self) -> None:
        """Wait for the next call of a model, to watch what there is then."""
        if not self._failed:
            self._waiting.begin(self._called, self._steps)

    def _made(self, optimizer: Optimizer) -> None:
        """An optimizer is being made; its parameters are not known yet."""
        if not self._optimizers.is_made(optimizer):
            return
        if not (self._watched or self._by_hand.are_known or self._has_turned()):
            self._others(())  # tensors were used to make those that it is to step
        self._wait()
        if self._makes_leaves and self._watched:
            self._await_leaves()  # it may own what nobody calls

    def _await_leaves(self) -> None:
        if self._first_use is None or self._first_use.is_over:
            used = self._leaves_used if self._watch is None else self._others_used
            self._first_use = awaited_in_script(used)

    def _has_turned(self) -> bool:
        """Whether a backward of what is watched has run."""
        return (watch := self._watch) is not None and (watch.place[0] > 0 or watch.is_under_way())

    def _steps(self, optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        self._stepping = optimizer, args, kwargs
        self._astray.steps(optimizer)

    def _has_stepped(self, optimizer: Optimizer, *_: Any) -> None:
        self._stepping = None
        self._optimizers.steps(optimizer)
        self._waiting.early.stepped()
        if any(one is optimizer for one in self._watched):
            self._stepped.add(optimizer)
            self._behind.stepped()
            self._astray.stepped(optimizer, self._watched, self._waiting)
        elif self._watch is not None and self._other is None:
            self._other = optimizer
            self._leave_out(self._optimizers.why_unforeseen(optimizer))
            self._wait()
            if not (self._watched or self._by_hand.are_known):
                self._await_leaves()  # it may own tensors that the loop seemed to move itself
        elif self._watch is None:
            again = self._untold.step_was_unseen(optimizer)
            if again and (module := discovery.module_with(next(discovery.owned_by(optimizer)))):
                self._begin(module, True, False)  # it is copies of this that the loop calls
            elif self._first_use is None:  # a package has made what it steps
                self._await_leaves()

    def _called(self, module: nn.Module, args: Any) -> None:
        """A module is called: the outermost of a call comes first."""
        if self._failed or torch.compiler.is_compiling():  # who calls what is compiled was asked
            return
        frozen = not any(p.requires_grad for p in module.parameters())
        living, new = self._optimizers.living, self._optimizers.new
        given = not frozen and ownership.only_given(living, module, args, new)
        alone = frozen and ownership.looks_on(living, module, args, new)
        looks = not (torch.is_grad_enabled() or is_differentiated())
        if alone or looks or discovery.wraps_the_users(module):  # the user's is called next
            return
        first, joined = self._watch is None, self._other is not None
        if self._watch is not None:  # a loop that moves by itself is over with its backward
            stay = bool(self._optimizers.staying)
            if self._watched and self._watch.is_under_way() and not (joined or stay):
                return
            if not joined and not new:
                self._waiting.close()
                return
        loop = None
        with own_parameters_back():
            trains = frozen or given or self._astray.is_it(module)
            if ownership.run_it_with_theirs(new, module):
                self._await_leaves()
            elif trains or ownership.own_some_of(self._trained(module), module):
                loop = self._begin(module, first, joined)
            elif first and not stack_place()[1]:
                self._astray.called(module)
        if loop is not None:
            loop.model_runs(module, args, kwargs_of_call())

    def _called_by_hand(self, module: nn.Module, args: Any) -> None:
        """A module is called in a script that moves parameters by its own lines."""
        watched, within = self._watch is not None, stack_place()[1]
        if self._failed or (watched and not within and not self._is_over(module)):
            self._waiting.close()
            return
        looks = not torch.is_grad_enabled() or torch.compiler.is_compiling()
        if within or looks or (watched and not trains(module)):
            return
        if not watched and (given := given_leaves()):
            self._waiting.close()
            self._watch_bare(given, [])
            return
        kwargs = kwargs_of_call()
        beside = self._by_hand.trained_beside(module, (args, kwargs), self._follower.place.path)
        loop = None if beside is None else self._begin(module, not watched, False, beside)
        if loop is not None:
            loop.model_runs(module, args, kwargs)

    def _called_behind(self, module: nn.Module, args: Any) -> None:
        if self._leave_loop():
            self._called_by_hand(module, args)

    def _leaves_behind(self) -> None:
        if self._leave_loop():
            self._untold.backward_was_unforeseen()
            self._await_leaves()

    def _leave_loop(self) -> bool:
        """The loop that is watched is over, unless there is a new optimizer."""
        if self._failed or self._watch is None or self._optimizers.new:
            return False
        self._over = self._watch.leave(under_way=False)
        self._optimizers.are_past(self._watched)
        self._stepped.clear()
        self._let_go(self._over + 1)
        self._behind.close()
        return True

    def _is_over(self, module: nn.Module) -> bool:
        """Whether the loop before has ended, by hand as well, where another module is called."""
        if self._watch is None or next(module.parameters(), None) is None:
            return True
        if not self._by_hand.are_known:  # tensors: it may belong to their first turn
            return not self._watched and self._has_turned()
        if self._by_hand.go_on(module):
            return False
        self._leave_out("another model trains than before")
        return True

    def _leave_out(self, why: str) -> None:
        """The iteration under way is recorded no longer."""
        if (left_out := None if self._watch is None else self._watch.drop()) is not None:
            self._untold.iteration_left_out(left_out, why)

    def _leaves_used(self, read: Sequence[Tensor]) -> bool:
        """An operation reads leaves; whether they are watched now, or others train.

        They train by themselves if no module has them, nor an optimizer anything else. A module
        may be given them, as one is that ``functional_call`` runs with the weights of many.
        """
        if self._watch is not None:
            return True
        within = is_in_module()
        if not within and self._parameter_used(read):
            return True
        optimizers = self._optimizers.able
        seen = seen_leaves(read, self._earlier, optimizers)
        # A module trains, unless tensors alone are owned, or the loop may move those it has.
        if within and not (seen.read and (seen.owned or self._behind.is_by_hand)):
            return not seen.owned or ownership.owns_modules(optimizers)
        if not seen.are_all:
            return bool(seen.read)
        self._watch_bare(seen.bare, optimizers)
        return True

    def _watch_bare(self, leaves: Sequence[Tensor], optimizers: list[Optimizer]) -> None:
        """Watch leaves by themselves from now on."""
        self._watch_it(discovery.standing_for(leaves), optimizers, self._over, others=self._others)
        if not self._over:
            self._follower.hold_at_start()

    def _of_function(self, named: Callable[[], Mapping[str, nn.Module]]) -> None:
        """A function of the script is differentiated, by tensors for which these stand."""
        if self._failed or self._watch is not None or self._optimizers:
            return
        self._watch_it(named(), [], self._over)
        if not self._over:
            self._follower.hold_at_start()

    def _others_used(self, read: Sequence[Tensor]) -> bool:
        """The same while others are watched: an optimizer made since may own such leaves alone."""
        watch, new = self._watch, self._optimizers.new
        if self._failed or watch is None or not new or ownership.owns_modules(new):
            return True  # that a module is called is heard
        bare = {id(one): one for optimizer in new for one in discovery.owned_by(optimizer)}
        if self._stepping is not None or bare.keys().isdisjoint(map(id, read)):
            return False  # more may be made in a turn in which one steps
        self._let_go((over := watch.leave(under_way=watch.is_under_way())) + 1)
        self._watch_it(discovery.standing_for(list(bare.values())), new, over, others=self._others)
        return True

    def _parameter_used(self, read: Sequence[Tensor]) -> bool:
        """Whether one is of a module that the script does not call, and an optimizer steps.

        Its methods may do without, as one that computes the loss. That is watched from now on.
        """
        module = module_of_any(read, self._trained())
        if module is not None:
            self._begin(module, True, False)
        return module is not None

    def _others(self, left: Sequence[Tensor]) -> None:
        """Leaves are about to be used that were not there before, as ``BareForward`` says."""
        self._earlier.are_left(left)
        if self._watch is not None:
            under_way = self._watch.is_under_way()
            self._over, self._watch = self._watch.leave(under_way=under_way), None
            self._first_use = awaited_in_script(self._leaves_used)

    def _begin(
        self, module: nn.Module, first: bool, joined: bool, beside: Sequence[nn.Module] = ()
    ) -> LoopWatch | None:
        """Watch what trains, from a call of this module on, with ``beside``; what records that."""
        over = self._over
        self._waiting.close()
        if self._first_use is not None:
            self._first_use.close()
        if self._watch is not None:
            ends = not self._watched or bool(self._optimizers.staying)
            over = self._watch.leave(under_way=joined or (ends and self._watch.is_under_way()))
            self._let_go(over + 1)
        optimizers = self._trained(module)
        beside = [one for one in beside if not ownership.own_some_of(self._optimizers.living, one)]
        models = [module] if self._astray.is_it(module) else discovery.models_of(optimizers, module)
        models += [*discovery.owned_beside(models, optimizers), *beside]
        self._astray.found()
        own = {id(parameter) for parameter in module.parameters()}
        self._by_hand.are([] if optimizers else [module, *beside])
        others = None if optimizers else self._by_hand.were_passed_by
        loop = self._watch_it(names_of(models), optimizers, over, own, others)
        if first and not over:
            self._follower.hold_at_start()
        return loop

    def _watch_it(
        self,
        named: Mapping[str, nn.Module],
        optimizers: list[Optimizer],
        over: int = 0,
        used: Collection[int] = (),
        others: Others | None = None,
    ) -> LoopWatch | None:
        """Begin to watch these, of which the parameters ``used`` are; what records that."""
        try:
            told = self._only or None, over, others, not optimizers
            watch = Watch(named, optimizers, self._follower, "full", *told)
        except ArgumentError as error:
            print(f"backprop-viz run: {error}", file=sys.stderr)
            raise SystemExit(2) from None
        self._watch, self._watched, self._other = watch, optimizers, None
        self._stepped.clear()
        if optimizers or self._by_hand.are_known:
            self._behind.begin(by_hand=not optimizers)
        self._optimizers.are_watched(optimizers)
        for where, parameters in self._waiting.early.places.items():
            watch.used_before(where, parameters)
        watch.used_before(stack_place()[0], used)
        loop = watch.begin()
        if loop is not None:
            if self._stepping is not None:
                loop.optimizer_steps(*self._stepping)
            if self._waiting.early.place is not None:
                loop.was_cleared(self._waiting.early.grads, self._waiting.early.place)
        return loop

    def _trained(self, called: nn.Module | None = None) -> list[Optimizer]:
        """The optimizers to watch from the call of this model on, or of any."""
        return self._optimizers.trained(self._stepped, self._other, called)

    def _let_go(self, iteration: int) -> None:
        """Keep nothing alive that the script itself has no more; this iteration begins anew."""
        self._follower.wants(iteration)
        was_watched = [ref(one) for one in self._watched]
        self._watch, self._watched = None, []
        if any(one() is not None for one in was_watched):
            gc.collect()
