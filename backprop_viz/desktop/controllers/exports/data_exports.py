"""Exports numbers: the curves, the tensor shown, or all tensors of the iteration."""

import re
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QObject

from backprop_viz.analysis.data_files import (
    csv_of_curves,
    csv_of_runs,
    csv_of_tensor,
    npz_of,
    npz_of_curves,
    npz_of_recording,
    npz_of_runs,
)
from backprop_viz.analysis.numbers.tensor_names import event_places
from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.controllers.dialogs import ask_where_to_save, open_
from backprop_viz.desktop.controllers.exports.file_job import FileJob
from backprop_viz.desktop.panels.inspector.inspector import InspectorView
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.widgets.data_dialog import DataChoice, DataDialog
from backprop_viz.recording.files.atomic import write_atomically
from backprop_viz.recording.trace.tensors import Array


class DataExportsController(QObject):
    """Asks what, then where; the file is made in a thread, and written whole or not at all."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.window)
        self._window, self._session = context.window, context.session
        busy, saved = self.tr("Other data is still being written."), self.tr("Saved as {0}.")
        self._file = FileJob(context, "data", busy, saved, self)

    def export(self) -> None:
        """Ask which numbers are exported."""
        view_state = self._session.view_state
        choices = [] if view_state is None else [*self.choices(view_state)]
        if not choices:
            said = self.tr("Nothing is recorded yet: run an iteration (F11), then export it.")
            self._window.messages.tell(said, "info")
            return
        first_tensor = next((i for i, c in enumerate(choices) if ".csv" in c.writers and i), 0)
        dialog = DataDialog(choices, first_tensor, self._window)
        dialog.chosen.connect(self._ask_for_file)
        open_(dialog)

    def choices(self, view_state: ViewState) -> Iterator[DataChoice]:
        """What can be exported: the curves, what the inspector shows, the event, all of it."""
        curves, cursor = view_state.curves, view_state.cursor
        recording = cursor.recording
        if len(curves.loss):
            yield DataChoice(
                self.tr("Curves: loss and accuracy, iterations 1 to {0:,}").format(
                    len(curves.loss)
                ),
                self.tr("curves"),
                {".csv": lambda: csv_of_curves(curves), ".npz": lambda: npz_of_curves(curves)},
            )
        if len(curves.loss) and view_state.earlier:
            runs = [(self.tr("this run"), curves), *view_state.earlier]
            yield DataChoice(
                self.tr("Curves of this run and the %n earlier", "", len(view_state.earlier)),
                self.tr("runs"),
                {".csv": lambda: csv_of_runs(runs), ".npz": lambda: npz_of_runs(runs)},
            )
        if recording.preview:
            return
        for tensor in self._window.panel(InspectorView).tensors:
            if tensor.array is not None:
                yield self._of_tensor(tensor.name, tensor.array)
        if cursor.event is not None:
            for place, number in event_places(cursor.event):
                if number is not None:
                    name = f"{cursor.event.op} {place}"
                    yield self._of_tensor(name, recording.tensors[number])
        yield DataChoice(
            self.tr("All tensors of iteration {0:,}").format(recording.iteration),
            f"{self.tr('iteration')}_{recording.iteration}",
            {".npz": lambda: npz_of_recording(recording)},
        )

    def _of_tensor(self, name: str, array: Array) -> DataChoice:
        shape = "×".join(map(str, array.shape)) or "1"
        writers = {
            ".csv": lambda: csv_of_tensor(array),
            ".npz": lambda: npz_of({name.replace("/", "_"): array}),
        }
        return DataChoice(f"{name}   {shape}", re.sub(r"[^\w.]+", "_", name), writers)

    def _ask_for_file(self, choice: DataChoice, suffix: str) -> None:
        ask_where_to_save(
            "exportDataDialog",
            self.tr("Export data"),
            [self.tr("Data (*{0})").format(suffix)],
            f"{choice.name}{suffix}",
            lambda path: self.save(choice, suffix, path),
            self._window,
        )

    def save(self, choice: DataChoice, suffix: str, path: Path) -> None:
        """Write the chosen numbers to a file; a message says when it is done."""
        self._file.start(path, lambda: write_atomically(path, choice.writers[suffix]()))
