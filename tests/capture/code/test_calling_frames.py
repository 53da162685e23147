"""Whether a thread waits is told by what it is in."""

import threading

from backprop_viz.capture.code.calling_frames import is_waiting


def test_a_thread_that_only_asks_for_an_event_does_not_wait() -> None:
    over = threading.Event()

    def asks() -> None:
        while not over.is_set():
            pass

    thread = threading.Thread(target=asks)
    thread.start()
    try:
        assert not any(is_waiting(thread) for _ in range(300))
    finally:
        over.set()
        thread.join()
    assert is_waiting(thread)


def test_a_thread_that_waits_for_an_event_or_another_thread_waits() -> None:
    over = threading.Event()
    first = threading.Thread(target=over.wait)
    second = threading.Thread(target=first.join)
    first.start()
    second.start()
    try:
        while not (is_waiting(first) and is_waiting(second)):
            pass
    finally:
        over.set()
        second.join()
