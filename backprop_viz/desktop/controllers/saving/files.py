"""Opens and saves sessions, loads and saves weights."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QMessageBox

from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.controllers.dialogs import open_
from backprop_viz.desktop.controllers.saving.window_state import apply_window_state, window_state
from backprop_viz.desktop.panels.drawing.draw_pad import DrawPanel
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.run.window_part import StoredWindow
from backprop_viz.stream.commands import LoadWeights, OpenSessionFile, SaveWeights
from backprop_viz.stream.messages import Filed
from backprop_viz.training.session_files.peek import peek_settings

SESSION_SUFFIX = ".bpviz"
# How long a closing window waits for a save to finish.
_CLOSING_S = 5.0


class FilesController(QObject):
    """Opens and saves sessions, loads and saves weights."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.window)
        self._context = context
        self._window, self._session = context.window, context.session
        self._view_state: ViewState | None = None
        self._path: Path | None = None
        # The state that was saved, by the path it was saved to.
        self._written: dict[str, tuple[Any, ...]] = {}
        self._saved: tuple[Any, ...] | None = None
        self._saving = 0
        # The autosave being restored, and the user's file that its run belongs to.
        self._kept: tuple[str, Path | None] | None = None
        self._session.filed.connect(self._filed)

    def show_view_state(self, view_state: ViewState) -> None:
        """Mark in the title whether there are unsaved changes of the user's own run."""
        if self._session.run_is_aside:
            return
        self._view_state = view_state
        if self._saved is None and self._path is None and view_state.iteration == 0:
            self._saved = self.stand()
        if self._path is not None and self._window.isWindowModified() != self.modified:
            self._window.setWindowModified(self.modified)

    def stand(self) -> tuple[Any, ...]:
        """What a save would contain; two equal values need no save in between."""
        view_state = self._view_state
        assert view_state is not None
        return (
            view_state.iteration,
            view_state.due,
            view_state.settings,
            self._session.breakpoints,
            self._window.panel(DrawPanel).strokes(),
        )

    def state(self) -> StoredWindow | None:
        """What the window adds to the file; None before torch is loaded."""
        view_state = self._view_state
        return None if view_state is None else window_state(self._context, view_state)

    def about(self) -> dict[str, str]:
        """What an autosave tells about itself: the user's file, if there is one."""
        return {"file": "" if self._path is None else str(self._path)}

    @property
    def modified(self) -> bool:
        """Whether there are unsaved changes."""
        return self._view_state is not None and self.stand() != self._saved

    def take_over(self, before: "FilesController") -> None:
        """Go on with the file of a window whose place this one takes."""
        self._view_state = before._view_state
        self._written, self._saved, self._saving = before._written, before._saved, before._saving
        self._kept = before._kept
        self._name(before._path)

    # -- commands ----------------------------------------------------------------------------

    def open_session(self) -> None:
        """Let the user choose a session to continue."""
        dialog = self._dialog("openSessionDialog", self.tr("Open a session"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(self._sessions())
        dialog.fileSelected.connect(self.open)
        open_(dialog)

    def open(self, path: str) -> None:
        """Continue the session in a file; ask first if that would lose work."""
        if self._view_state is not None and self._view_state.iteration and self.modified:
            self._ask_to_open(lambda: self._session.send(OpenSessionFile(path)))
        else:
            self._session.send(OpenSessionFile(path))

    def open_first(self, path: str) -> None:
        """Continue the session in a file once torch is loaded; show its settings at once."""
        settings = peek_settings(path)
        if settings is not None:
            self._window.toolbar.settings.hold(settings)
        self.open(path)

    @property
    def path(self) -> Path | None:
        """The file of the session; None if it has none yet."""
        return self._path

    def open_kept(self, kept: str, path: Path | None) -> None:
        """Continue the run in an autosave; ``path`` is the user's own file, if any."""
        self._kept = (kept, path)
        self._session.send(OpenSessionFile(kept))

    def save_session(self) -> None:
        """Save to the session's file; ask for a name the first time."""
        if self._path is None:
            self.save_session_as()
        else:
            self.save(str(self._path))

    def save_session_as(self) -> None:
        """Let the user choose a file to save the session in."""
        dialog = self._dialog("saveSessionDialog", self.tr("Save the session"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(self._sessions())
        dialog.setDefaultSuffix(SESSION_SUFFIX[1:])
        dialog.selectFile(str(self._path or self.tr("session") + SESSION_SUFFIX))
        dialog.fileSelected.connect(self.save)
        open_(dialog)

    def save(self, path: str) -> None:
        """Save the session in a file; training goes on."""
        state = self.state()
        if state is not None:
            self._saving += 1
            self._written[path] = self.stand()
            # Only this computer needs to know where the data is.
            self._session.save(path, state, {"file": ""})

    def load_weights(self) -> None:
        """Let the user choose a file of weights to load."""
        dialog = self._dialog("loadWeightsDialog", self.tr("Load weights"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(self.tr("Weights (*.safetensors *.pt)"))
        dialog.fileSelected.connect(lambda path: self._session.send(LoadWeights(path)))
        open_(dialog)

    def save_weights(self) -> None:
        """Let the user choose a file to save the weights in."""
        dialog = self._dialog("saveWeightsDialog", self.tr("Save the weights"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        filters = (self.tr("safetensors (*.safetensors)"), self.tr("PyTorch state_dict (*.pt)"))
        dialog.setNameFilters(filters)
        dialog.setDefaultSuffix("safetensors")
        name = self._path.stem if self._path is not None else self.tr("weights")
        dialog.selectFile(f"{name}.safetensors")
        dialog.filterSelected.connect(
            lambda chosen: self._name_weights(
                dialog, "pt" if chosen == filters[1] else "safetensors"
            )
        )
        dialog.fileSelected.connect(lambda path: self._session.send(SaveWeights(path)))
        open_(dialog)

    def _name_weights(self, dialog: QFileDialog, suffix: str) -> None:
        """Give the file's name the suffix of the chosen format."""
        dialog.setDefaultSuffix(suffix)
        chosen = Path(dialog.selectedFiles()[0])
        if chosen.suffix in (".pt", ".safetensors"):
            dialog.selectFile(chosen.with_suffix(f".{suffix}").name)

    # -- dialogs -----------------------------------------------------------------------------

    def _dialog(self, name: str, title: str) -> QFileDialog:
        dialog = QFileDialog(self._window, title)
        dialog.setObjectName(name)
        if self._path is not None:
            dialog.setDirectory(str(self._path.parent))
        return dialog

    def _sessions(self) -> str:
        return self.tr("Sessions (*{0})").format(SESSION_SUFFIX)

    def _ask_to_open(self, go_on: Callable[[], None]) -> None:
        assert self._view_state is not None
        question = QMessageBox(self._window)
        question.setObjectName("openQuestion")
        question.setIcon(QMessageBox.Icon.Question)
        question.setText(self.tr("Open another session?"))
        lost = self.tr("What was not saved of this run's {0:,} iterations will be lost.")
        if self._view_state.iteration == 1:
            lost = self.tr("What was not saved of this run's one iteration will be lost.")
        question.setInformativeText(lost.format(self._view_state.iteration))
        question.addButton(self.tr("Open"), QMessageBox.ButtonRole.AcceptRole)
        keep = question.addButton(self.tr("Keep this run"), QMessageBox.ButtonRole.RejectRole)
        question.setDefaultButton(keep)
        question.accepted.connect(go_on)
        open_(question)

    # -- what became of it -------------------------------------------------------------------

    def _filed(self, filed: Filed) -> None:
        if filed.what == "opened":
            self._window.toolbar.settings.release()
            self._opened(filed)
        elif filed.what == "saved":
            self._was_saved(filed)
        elif filed.refusal is None and filed.what in ("weights_saved", "weights_loaded"):
            loaded = filed.what == "weights_loaded"
            said = self.tr("The weights of {0} are loaded.") if loaded else self.tr("Saved as {0}.")
            self._window.messages.tell(said.format(Path(filed.path).name), "info")

    def _opened(self, filed: Filed) -> None:
        kept = self._kept if self._kept and self._kept[0] == filed.path else None
        self._kept = None
        if filed.refusal is not None:
            return
        if filed.part is not None:
            apply_window_state(self._context, filed.part.window)
        self._name(Path(filed.path) if kept is None else kept[1])
        self._saved = None
        if kept is None:
            self._session.view_state_ready.connect(self._take_as_saved)

    def _take_as_saved(self, view_state: ViewState) -> None:
        """Take the first view state of an opened run as what the file holds."""
        self._session.view_state_ready.disconnect(self._take_as_saved)
        self._view_state = view_state
        self._saved = self.stand()
        self._window.setWindowModified(False)

    def _was_saved(self, filed: Filed) -> None:
        self._saving -= 1
        written = self._written.pop(filed.path, None)
        if filed.state is None or written is None:
            return  # a refusal is reported elsewhere
        self._name(Path(filed.path))
        # The worker may have run some more iterations before it wrote the file.
        self._saved = (*filed.state, *written[2:])
        self._window.setWindowModified(self.modified)
        said = self.tr("Saved as {0}.").format(Path(filed.path).name)
        self._window.messages.tell(said, "info")

    def _name(self, path: Path | None) -> None:
        self._path = path
        self._window.setWindowModified(False)
        self._window.setWindowTitle("backprop_viz" if path is None else f"{path.name}[*]")

    def leave_file(self) -> None:
        """Forget the file, which holds an earlier run; the next save asks for a name."""
        if self._session.run_is_aside:
            return
        self._saved = None
        self._name(None)

    def finish_saving(self) -> None:
        """Wait for a save to finish before the worker ends."""
        self._session.wait_until(lambda: not self._saving, _CLOSING_S)
