"""Hooks on the models of a loop, and on the parts of them that it calls by themselves."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

from torch import nn
from torch.utils.hooks import RemovableHandle

from backprop_viz.capture.loop_thread import LoopThread
from backprop_viz.capture.recorder import Recorder
from backprop_viz.capture.scripted_calls import ScriptedCalls
from backprop_viz.capture.watches.module_hooks import called_after, called_before


class ModelHooks:
    """Tells when one of the models ``runs`` and has run (``ran``), or a part that none calls.

    A part gets its hooks when it is called: a model may have thousands. A module without
    parameters is no part: a loss, or an accuracy.
    """

    def __init__(
        self,
        models: Sequence[nn.Module],
        recorder: Recorder,
        runs: Callable[..., None],
        ran: Callable[..., None],
    ) -> None:
        self._models, self._recorder, self._told = models, recorder, [runs, ran]
        self._hooked = set(map(id, models))  # of others nobody says that they have run
        self._parts = ExitStack()

    @contextmanager
    def placed(self, running: Callable[[], bool]) -> Iterator[None]:
        """Hook the models while in here. ``running``: whether one runs."""
        with ExitStack() as hooks:
            for handle in self._place(running):
                hooks.callback(handle.remove)
            yield

    def _place(self, running: Callable[[], bool]) -> Iterator[RemovableHandle]:
        runs, ran = self._told
        for model in self._models:
            yield called_before(model, runs, with_kwargs=True)
        yield from ScriptedCalls(self._recorder, running).hooks()
        for model in self._models:
            yield called_after(model, ran)

    def knows(self, module: nn.Module) -> bool:
        """Whether this is one of the models, or a part."""
        if id(module) in self._hooked:
            return True
        return self._recorder.modules.has(module) and next(module.parameters(), None) is not None

    def hear(self, module: nn.Module, thread: LoopThread) -> None:
        """Tell from now on when this has run that none calls, if ``thread`` may call it here.

        A part that another thread calls by itself is none of the loop's.
        """
        if id(module) in self._hooked or not (self.knows(module) and thread.may_be_here()):
            return
        runs, ran = self._told
        self._hooked.add(id(module))
        self._parts.callback(called_before(module, runs, with_kwargs=True).remove)
        self._parts.callback(called_after(module, ran).remove)

    def close(self) -> None:
        """Take the hooks from the parts; nothing is told any more."""
        self._parts.close()
        self._told.clear()  # it would keep alive who is told
