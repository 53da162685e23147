"""Where a rank stands is told by its own frames."""

import sys
import threading

import torch

from backprop_viz.capture.live.heartbeat import Reminder, line_and_call


def test_in_the_script_itself() -> None:
    frame = sys._getframe()
    assert line_and_call(frame, __file__) == (frame.f_lineno, "other", "")
    assert line_and_call(None, __file__) == (None, "other", "")
    assert line_and_call(frame, "/elsewhere.py") == (None, "other", "")


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
    assert line_and_call(frame, wait.__code__.co_filename)[0] == wait.__code__.co_firstlineno + 2
    while frame is not None and frame.f_code.co_name != "_engine_run_backward":
        frame = frame.f_back
    assert line_and_call(frame, __file__) == (line, "backward", "")
    leave.set()
    thread.join(60)


def test_in_a_collective_of_torch() -> None:
    source = "def all_reduce(wait):\n    return wait()\n"
    space: dict[str, object] = {"__name__": "torch.distributed.distributed_c10d"}
    exec(compile(source, "distributed_c10d.py", "exec"), space)
    line = sys._getframe().f_lineno + 1
    found = space["all_reduce"](lambda: line_and_call(sys._getframe().f_back, __file__))
    assert found == (line, "collective", "all_reduce")


def test_what_is_left_to_tell_is_told_once_for_each_time_that_it_is_set() -> None:
    told, answers = threading.Semaphore(0), [True, False, True]

    def remind() -> bool:
        told.release()
        return answers.pop(0)

    reminder = Reminder(remind, 0.01)
    assert not told.acquire(timeout=0.1)  # nothing is set: it sleeps
    reminder.set()
    reminder.set()
    assert told.acquire(timeout=60)
    assert not told.acquire(timeout=0.1)
    reminder.set()
    assert told.acquire(timeout=60)  # it could not be told, so it is tried again
    assert told.acquire(timeout=60)
    reminder.end()
    reminder.set()
    assert not told.acquire(timeout=0.1)
