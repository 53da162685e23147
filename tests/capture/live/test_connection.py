"""A script's end of the connection goes on whatever the window says leads to."""

import os
from threading import Event

from backprop_viz.capture.live.connection import Heard, LiveConnection
from backprop_viz.stream.commands import Step
from backprop_viz.stream.wire import MessageWriter, NumberedCommand, send


def test_a_command_that_leads_to_a_fault_is_not_the_last_that_is_heard() -> None:
    theirs_in, ours_out = os.pipe()
    ours_in, theirs_out = os.pipe()
    second, gone = Event(), Event()

    def heard(told: Heard) -> None:
        assert isinstance(told, NumberedCommand)
        if told.number == 1:
            raise ValueError("a mistake of ours")
        second.set()

    ends = open(theirs_in, "rb"), open(theirs_out, "wb")  # noqa: SIM115
    connection = LiveConnection(*ends, heard, gone.set)
    connection.start()
    with open(ours_in, "rb"), open(ours_out, "wb", buffering=0) as window:
        writer = MessageWriter()
        for number in (1, 2):
            send(window, writer.pieces(NumberedCommand(number, Step())))
        assert second.wait(60)
        assert connection.open
        connection.close(60)
    assert gone.wait(60)
