"""A loop that has run before its window has opened is shown all the same."""

import os
import threading
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import backprop_viz as bv
from backprop_viz.capture.live import watching
from backprop_viz.recording.iteration import Recording
from backprop_viz.stream.wire import MessageReader


def trained(watched: bool) -> list[np.ndarray]:
    """The gradients of a loop's first weight; it is over in a few milliseconds."""
    torch.manual_seed(3)
    net = nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 1))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    watch = bv.watch(net, optimizer) if watched else None
    grads = []
    for _ in range(5):
        optimizer.zero_grad()
        net(torch.randn(6, 4)).square().mean().backward()
        grads.append(net[0].weight.grad.numpy().copy())
        optimizer.step()
    if watch is not None:
        watch.close()
    return grads


def test_a_loop_that_ends_before_the_window_is_there_is_recorded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    theirs_in, ours_out = os.pipe()
    ours_in, theirs_out = os.pipe()
    ends = os.fdopen(ours_in, "rb"), os.fdopen(ours_out, "wb")
    monkeypatch.setattr(watching, "start_window", lambda *_: (None, *ends))
    recordings: dict[int, Recording] = {}

    def read() -> None:  # it never says that it has taken anything
        with os.fdopen(theirs_in, "rb") as stream, suppress(EOFError):
            reader: Any = MessageReader(stream)
            while True:
                _, recording = reader.read()
                if recording is not None:
                    recordings[recording.iteration] = recording

    window = threading.Thread(target=read)
    window.start()
    grads = trained(watched=True)
    window.join(60)
    os.close(theirs_out)
    assert all(map(np.array_equal, grads, trained(watched=False)))
    assert 1 in recordings
    for iteration, recording in recordings.items():
        end = recording.at(len(recording.events))
        np.testing.assert_array_equal(end.grad("0.weight"), grads[iteration - 1])
