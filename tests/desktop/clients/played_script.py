"""A script that the test plays, at the other end of a window's connection."""

import os
import threading
from contextlib import suppress

from PySide6.QtGui import QAction

from backprop_viz.desktop.application import make_window
from backprop_viz.desktop.arguments import Arguments
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.run.program import Line, Program
from backprop_viz.recording.run.run_origin import RunOrigin
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.stream.messages import InterruptScript, RunAttached, Update
from backprop_viz.stream.wire import MessageReader, MessageWriter, NumberedCommand, send
from tests.waiting import until, until_idle

TEXTS = ("import torch", "", "for x in data:", "    train(x)")
PROGRAM = Program(
    tuple(
        Line(text, source_line=number, runs="traced" if text else "")
        for number, text in enumerate(TEXTS, 1)
    )
)
ORIGIN = RunOrigin("script", "train.py --steps 500", "/home/a/train.py", device="cuda:0")


class PlayedScript:
    """The script's end of the connection; ``heard`` is what the window said but for its pace."""

    def __init__(self) -> None:
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        self.line = os.fdopen(theirs_in, "rb"), os.fdopen(theirs_out, "wb")
        self._in, self._out = os.fdopen(ours_in, "rb"), os.fdopen(ours_out, "wb")
        self._writer = MessageWriter()
        self.heard: list[object] = []
        self.number = 0
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def say(self, message: object, recording: Recording | None = None) -> None:
        send(self._out, self._writer.pieces(message, recording))

    def update(
        self,
        recording: Recording | None = None,
        *,
        training: bool = False,
        line: int | None = 3,
        between_cells: bool = False,
        program: Program = PROGRAM,
    ) -> None:
        iteration = 0 if recording is None else recording.iteration
        losses = [] if recording is None else [(recording.loss, float("nan"))]
        self.say(
            Update(
                command=self.number,
                run=1,
                iteration=iteration,
                due=Phase.ZERO_GRAD,
                training=training,
                program=program,
                points=losses,
                line=line,
                between_cells=between_cells,
            ),
            recording,
        )

    def end(self) -> None:
        with suppress(OSError):
            self._out.close()

    def stop(self) -> None:
        self.end()
        self._thread.join(60)
        self._in.close()

    def _listen(self) -> None:
        reader = MessageReader(self._in)
        with suppress(EOFError):
            while True:
                message, _ = reader.read()
                if isinstance(message, NumberedCommand):
                    self.number = message.number
                    self.heard.append(message.command)
                elif isinstance(message, InterruptScript):
                    self.heard.append(message)


class Played:
    def __init__(self) -> None:
        self.script = PlayedScript()
        self.window: MainWindow = make_window(Arguments({}, "dark", None, "en", self.script.line))
        self.session = self.window.session
        self.window.resize(1600, 1000)
        self.window.show()
        self.script.say(RunAttached(ORIGIN))
        self.script.update()
        until(self.session, lambda: self.session.view_state is not None)

    def trigger(self, name: str) -> None:
        found = self.window.findChild(QAction, name)
        assert found is not None
        found.trigger()

    def hear(self, kind: type[object]) -> object:
        """What the window has said last, once it is of this kind."""
        until(self.session, lambda: bool(self.script.heard) and _is(self.script.heard[-1], kind))
        return self.script.heard[-1]

    def show(self, recording: Recording) -> None:
        self.script.update(recording)
        until(self.session, lambda: self.session.shown.newest_recording == recording)
        until_idle(self.session)


def _is(thing: object, kind: type[object]) -> bool:
    return isinstance(thing, kind)
