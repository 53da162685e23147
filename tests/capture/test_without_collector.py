"""Python's collector of cycles, while a recording is made and afterwards."""

import gc
import subprocess
import sys

import torch

import backprop_viz as bv
from backprop_viz.capture.code.no_collector import without_collector
from backprop_viz.capture.logs.event_log import EventLog


def test_what_was_made_meanwhile_is_not_looked_at_next() -> None:
    run_alone("""
looks = []
gc.callbacks.append(lambda *told: looks.append(told))
gc.collect()
looks.clear()
with without_collector():
    made = [[k] for k in range(20_000)]
few = [[k] for k in range(50)]
assert gc.isenabled()
assert not looks
""")


def test_a_cycle_that_was_made_meanwhile_is_collected_in_the_end() -> None:
    class Held:
        gone = False

        def __del__(self) -> None:
            Held.gone = True

    with without_collector():
        one = Held()
        one.itself = one  # type: ignore[attr-defined]
        del one
    assert not Held.gone
    gc.collect()
    assert Held.gone


def test_what_somebody_has_frozen_stays_frozen_and_is_counted_once() -> None:
    """Counting takes longer the more is frozen: 20 ms where torch is."""
    run_alone("""
counts, count = [], gc.get_freeze_count
gc.get_freeze_count = lambda: counts.append(count()) or counts[-1]
gc.freeze()
before = count()
for _ in range(3):
    with without_collector():
        pass
assert count() >= before
assert len(counts) == 1
""")


def test_a_recording_that_nobody_looked_at_goes_without_the_collector() -> None:
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)

    def record() -> None:
        with bv.record(net, optimizer):
            optimizer.zero_grad()
            net(torch.randn(5, 3)).square().mean().backward()
            optimizer.step()

    gc.collect()
    gc.disable()
    try:
        before = logs()
        record()
        assert logs() == before
    finally:
        gc.enable()


def logs() -> int:
    """How many logs of events there are."""
    return sum(type(one) is EventLog for one in gc.get_objects())


def run_alone(code: str) -> None:
    """Run the code in a process of its own: here, things are frozen for all tests."""
    head = "import gc\nfrom backprop_viz.capture.code.no_collector import without_collector\n"
    subprocess.run([sys.executable, "-c", head + code], check=True)
