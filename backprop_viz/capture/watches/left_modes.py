"""Takes modes of ours that are over off torch's stack, where they could not leave it themselves.

While torch asks a mode it is aside, and torch puts it back.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext

from torch.nn.modules.module import register_module_forward_pre_hook

from backprop_viz.capture.code import own_frames
from backprop_viz.capture.watches import function_stack
from backprop_viz.capture.watches.overridable_backward import backwards_heard


@contextmanager
def left_soon(thread: int, then: Callable[[], object] = lambda: None) -> Iterator[None]:
    """In here they leave this thread's stack when it calls a module next, or runs a backward.

    ``then`` is called after it: torch asks no hook of an optimizer at the time.
    """
    hooks = ExitStack()

    def leave(*_: object) -> None:
        if threading.get_ident() == thread and not own_frames.are_asked():
            function_stack.leave(function_stack.hears_nothing)
            hooks.close()
            then()

    def backward_runs(_: object) -> AbstractContextManager[None]:
        leave()
        return nullcontext()

    hooks.callback(register_module_forward_pre_hook(leave).remove)
    hooks.enter_context(backwards_heard(backward_runs))
    try:
        yield
    finally:
        hooks.close()
        function_stack.leave(function_stack.hears_nothing)
