"""Which files the worker was asked for and has not answered."""

from backprop_viz.recording.notices.notice import Notice
from backprop_viz.stream.commands import (
    Command,
    LoadWeights,
    OpenSessionFile,
    SaveSessionFile,
    SaveWeights,
)
from backprop_viz.stream.messages import Filed

# What the worker answers to each command on files.
_ANSWERS: dict[type[Command], str] = {
    OpenSessionFile: "opened",
    SaveWeights: "weights_saved",
    LoadWeights: "weights_loaded",
}
FileCommand = SaveSessionFile | OpenSessionFile | SaveWeights | LoadWeights


class FileRequests:
    """Commands on files that are under way; ``opened``: the next update shows its run."""

    def __init__(self) -> None:
        self.opened: Filed | None = None
        self._open: list[Filed] = []

    def add(self, command: FileCommand) -> None:
        """Note a command that is sent."""
        if isinstance(command, SaveSessionFile):
            what = "autosaved" if command.auto else "saved"
        else:
            what = _ANSWERS[type(command)]
        if isinstance(command, OpenSessionFile) and command.code is not None:
            return  # asked for before the user agreed to the code in it
        self._open.append(Filed(what, command.path, refusal=Notice("no_worker"), lost=True))

    def answered(self, filed: Filed) -> None:
        """The worker has said what became of one; the run of one that was opened is shown."""
        if filed is self.opened:
            self.opened = None
        asked = [f for f in self._open if (f.what, f.path) == (filed.what, filed.path)]
        if asked:
            self._open.remove(asked[0])

    def lose(self) -> list[Filed]:
        """The worker is gone: what to say of each command that it has not answered."""
        lost, self._open, self.opened = self._open, [], None
        return lost
