"""Has torch call a function at many nodes when each of them has run."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

import torch
from torch.autograd.graph import Node as GradFn
from torch.utils.hooks import RemovableHandle

from backprop_viz.capture.watches.interventions import Grads

# The hooks of a node, as torch keeps them.
_Hooks = dict[object, Any]
# Gives the hooks of a node, of which there may be none yet, with one more, and its handle.
_Put = Callable[[_Hooks | None, Any], tuple[_Hooks, object]]

# The class that torch asks to put a hook among those of a node.
_Function: Any = torch.autograd.Function
_asked = Lock()


class _NewHooks(_Hooks):
    """The hooks of a node that had none. A hook that others put there later refers to them."""

    __slots__ = ("__weakref__",)


class NodeHooks:
    """Calls ``ran`` with what a node has sent and was given.

    It has no handle for each node, of which the making alone takes as long as a small node runs:
    torch has ``torch.autograd.Function`` put a hook among those of a node, and asks another for it
    while nodes are hooked. A torch that does not ask puts the hook itself, and gives its handle.
    """

    def __init__(self, ran: Callable[[Grads, Grads], None]) -> None:
        self._ran = ran
        self._nodes: list[_Hooks] = []
        self._handles: list[RemovableHandle] = []  # of a torch that does not ask

    def put(self, nodes: Iterable[GradFn]) -> bool:
        """Hook these nodes; whether nobody else has a hook at any of them."""
        ran, mine, alone = self._ran, self._nodes, True

        def put(hooks: _Hooks | None, hook: Any) -> tuple[_Hooks, object]:
            nonlocal alone
            if hook is not ran:  # of another thread
                return plain(hooks, hook)
            if hooks is None:
                hooks = _NewHooks()
            elif hooks:
                alone = False
            hooks[self] = ran
            mine.append(hooks)
            return hooks, None

        with _putting(put) as plain:
            for node in nodes:
                handle: RemovableHandle | None = node.register_hook(ran)
                if handle is not None:
                    self._handles.append(handle)
                    alone = alone and not has_other_hooks(handle)
        return alone

    def remove(self) -> None:
        """Call ``ran`` no more."""
        for hooks in self._nodes:
            del hooks[self]
        self._nodes.clear()
        for handle in self._handles:
            handle.remove()
        self._handles.clear()


def has_other_hooks(handle: RemovableHandle) -> bool:
    """Whether others have a hook where this one is."""
    hooks = handle.hooks_dict_ref()
    return hooks is not None and len(hooks) > 1


@contextmanager
def _putting(put: _Put) -> Iterator[_Put]:
    """In here hooks are put where this says, not where torch does, as what is given does."""
    with _asked:
        plain: _Put = _Function._register_hook
        _Function._register_hook = staticmethod(put)
        try:
            yield plain
        finally:
            del _Function._register_hook  # it inherits torch's
