"""A field that finds parameters, layers, grad_fn nodes and commands by name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QStringListModel, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QFocusEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QCompleter, QLineEdit, QToolTip, QWidget

from backprop_viz.analysis.provenance import Makers
from backprop_viz.analysis.selection import SelectionKind
from backprop_viz.desktop.style.theme import DARK, Theme, body_font, code_font
from backprop_viz.recording.iteration import Recording


@dataclass(frozen=True, slots=True)
class Entry:
    """A text in the list, and the selection that it stands for."""

    text: str
    kind: SelectionKind
    key: str


def entries(recording: Recording) -> tuple[Entry, ...]:
    """Everything that can be found: parameters, layers, and nodes with what they belong to."""
    found = [Entry(p.name, "parameter", p.name) for p in recording.parameters]
    for layer in recording.layers.layers:
        shape = "×".join(str(size) for size in layer.shape)
        text = f"{layer.name} · {shape}" if shape else layer.name
        found.append(Entry(text, "layer", layer.name))
    taken = {entry.text for entry in found}
    makers = Makers(recording)
    layer_of = {i: layer.name for layer in recording.layers.layers for i in layer.operations}
    for node in recording.graph.nodes:
        made = makers.of(node.id)
        kin = node.parameter or ("" if made is None else layer_of.get(made, ""))
        text = f"{node.name} · {kin}" if kin else node.name
        if text in taken:
            text = f"{text} · {node.key}"
        taken.add(text)
        found.append(Entry(text, "node", node.key))
    return tuple(found)


def best(all_entries: tuple[Entry, ...], text: str) -> Entry | None:
    """The best entry for a text: equal to it, else starting with it, else containing it."""
    wanted = text.strip().casefold()
    if not wanted:
        return None
    texts = [(entry.text.casefold(), entry) for entry in all_entries]
    same = [entry for found, entry in texts if found == wanted]
    begin = [entry for found, entry in texts if found.startswith(wanted)]
    within = [entry for found, entry in texts if wanted in found]
    return next(iter([*same, *begin, *within]), None)


class SearchField(QLineEdit):
    """Type, choose in the list, press Enter; Escape clears it. Ctrl+F focuses it."""

    found = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspectorSearch")
        self.setFont(body_font(12))
        self.setPlaceholderText(self.tr("Find…"))
        self.setAccessibleName(self.tr("Find a parameter, a layer or a node"))
        self.setToolTip(self.tr("Find a parameter, a layer, a node or a command by name (Ctrl+F)"))
        self.setClearButtonEnabled(True)
        self._names = QStringListModel(self)
        completer = QCompleter(self._names, self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setMaxVisibleItems(12)
        self._list_of_names = completer
        self.set_theme(DARK)
        completer.activated[str].connect(self._pick)  # type: ignore[index]
        self.setCompleter(completer)
        self.returnPressed.connect(self._pick_text)
        self.textEdited.connect(self._look)
        self._shortcut = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        self._shortcut.activated.connect(self.begin)
        self._recording: Recording | None = None
        self._listed: Recording | None = None
        self._entries: tuple[Entry, ...] = ()
        self._commands: dict[str, QAction] = {}
        self._picked = False

    def show_recording(self, recording: Recording) -> None:
        """Search in this recording; the list is made when the field gets the focus."""
        # Without a graph, before the forward pass, keep the previous names.
        if recording.graph.nodes or self._recording is None:
            self._recording = recording
        if self.hasFocus():
            self._list()

    def set_theme(self, theme: Theme) -> None:
        """Use a theme's colours for the list, which is a window of its own."""
        popup = self._list_of_names.popup()  # another one, where Qt has deleted the one before
        assert popup is not None
        popup.setFont(code_font(11))
        popup.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        popup.setStyleSheet(
            f"QAbstractItemView {{ background: {theme.control}; color: {theme.text};"
            f"border: 1px solid {theme.border}; outline: none;"
            f"selection-background-color: {theme.control_hover};"
            f"selection-color: {theme.text}; }}"
        )

    def begin(self) -> None:
        """Focus the field and select its text."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Make the list."""
        super().focusInEvent(event)
        self._list()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Clear the field on Escape."""
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)

    def _list(self) -> None:
        """Offer the names in the recording if they have changed."""
        recording, listed = self._recording, self._listed
        if recording is None or recording == listed:
            return
        self._listed = recording
        if listed is not None and _same_names(recording, listed):
            return
        self._entries = entries(recording)
        names = [entry.text for entry in self._entries]
        self._names.setStringList([*names, *self._commands])

    def set_commands(self, actions: Iterable[QAction]) -> None:
        """Find the window's commands by their names too; choosing one runs it."""
        self._commands = {_named(action): action for action in actions}

    def _pick_text(self) -> None:
        self._pick(self.text())

    def _pick(self, text: str) -> None:
        """Emit what a text stands for, once: Enter in the list also presses Enter in the field."""
        self._list()
        entry = best(self._entries, text)
        command = _command(self._commands, text)
        if command is not None and (entry is None or text in self._commands) and not self._picked:
            self._picked = True
            QTimer.singleShot(0, self, self._reset)
            command.trigger()
            return
        if entry is None:
            self._look(text)
        if entry is None or self._picked:
            return
        self._picked = True
        self.found.emit(entry.kind, entry.key)
        QTimer.singleShot(0, self, self._reset)

    def _reset(self) -> None:
        self._picked = False
        self.clear()
        self.setAccessibleDescription("")

    def _look(self, text: str) -> None:
        """Say whether there is anything of that name."""
        self._list()
        said = ""
        nothing = best(self._entries, text) is None and _command(self._commands, text) is None
        if text.strip() and nothing:
            said = self.tr("Nothing has “{0}” in its name.").format(text.strip())
        if said or self.accessibleDescription():
            QToolTip.showText(self.mapToGlobal(self.rect().bottomLeft()), said, self)
        self.setAccessibleDescription(said)


def _named(action: QAction) -> str:
    """The name under which a command is found."""
    return f"▸ {action.text().replace('&', '')}"


def _command(commands: Mapping[str, QAction], text: str) -> QAction | None:
    """The first command whose name contains a text."""
    wanted = text.strip().casefold()
    return next((a for name, a in commands.items() if wanted and wanted in name.casefold()), None)


def _same_names(one: Recording, other: Recording) -> bool:
    def names(recording: Recording) -> tuple[list[str], ...]:
        return (
            [p.name for p in recording.parameters],
            [layer.name for layer in recording.layers.layers],
            [node.name for node in recording.graph.nodes],
            [node.key for node in recording.graph.nodes],
        )

    return names(one) == names(other)
