"""Where a rank stands is told by its own frames."""

import sys
import threading

import torch

from backprop_viz.capture.live.heartbeat import whereabouts
from backprop_viz.stream.messages import StillThere


def test_in_the_script_itself() -> None:
    frame = sys._getframe()
    assert whereabouts(frame, __file__) == StillThere(frame.f_lineno, "other")
    assert whereabouts(None, __file__) == StillThere(None, "other")
    assert whereabouts(frame, "/elsewhere.py") == StillThere(None, "other")


def test_in_backward_at_the_line_that_called_it() -> None:
    inside, leave = threading.Event(), threading.Event()

    def wait(_: torch.Tensor) -> None:
        inside.set()
        leave.wait(60)

    def train() -> None:
        x = torch.ones(2, requires_grad=True)
        x.register_hook(wait)
        x.sum().backward()

    thread = threading.Thread(target=train)
    thread.start()
    assert inside.wait(60)
    line = train.__code__.co_firstlineno + 3
    frame = sys._current_frames()[thread.ident]
    # The hook is this file's too: the line is that of the innermost frame.
    assert whereabouts(frame, wait.__code__.co_filename).line == wait.__code__.co_firstlineno + 2
    while frame is not None and frame.f_code.co_name != "_engine_run_backward":
        frame = frame.f_back
    assert whereabouts(frame, __file__) == StillThere(line, "backward")
    leave.set()
    thread.join(60)


def test_in_a_collective_of_torch() -> None:
    source = "def all_reduce(wait):\n    return wait()\n"
    space: dict[str, object] = {"__name__": "torch.distributed.distributed_c10d"}
    exec(compile(source, "distributed_c10d.py", "exec"), space)
    line = sys._getframe().f_lineno + 1
    found = space["all_reduce"](lambda: whereabouts(sys._getframe().f_back, __file__))
    assert found == StillThere(line, "collective")
