"""The rows of the modules panel: modules and their parameters, with their numbers."""

from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from backprop_viz.analysis.module_tree import BorrowedParameters, ModuleTree, ParameterNorms
from backprop_viz.desktop.style.numbers import full, short
from backprop_viz.desktop.style.theme import DARK, Theme
from backprop_viz.desktop.texts.missing_texts import module_note
from backprop_viz.recording.iteration import Recording

_Index = QModelIndex | QPersistentModelIndex
NAME, COUNT, NORM = range(3)
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(eq=False, slots=True)
class ModuleRow:
    """A module or a parameter; its children are made when they are first asked for."""

    kind: str  # "module" or "parameter"
    name: str  # dotted
    parent: "ModuleRow | None"
    place: int  # among its parent's children
    children: "list[ModuleRow] | None" = field(default=None)


class ModuleTreeModel(QAbstractItemModel):
    """A tree over a recording's modules; of ``shown`` modules alone if that is not None."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._recording: Recording | None = None
        self.tree: ModuleTree | None = None
        self._norms: ParameterNorms | None = None
        self._borrowed = BorrowedParameters()
        self._places: dict[str, int] = {}
        self._root = ModuleRow("module", "", None, 0)
        self._shown: frozenset[str] | None = None
        self._text = ""
        self.position = 0
        self.theme: Theme = DARK

    # -- what is shown -----------------------------------------------------------------------

    def show_recording(self, recording: Recording, position: int) -> bool:
        """Show a recording's modules at a cursor; whether they are other modules than before."""
        before = self._recording
        other = before is None or before != recording
        if other:
            self._norms = ParameterNorms(recording, "grad")
        same_tree = before is not None and _has_same_tree(before, recording)
        if not same_tree:
            self.beginResetModel()
            # Before anything is recorded there are none.
            known = recording.modules or recording.parameters
            self.tree = ModuleTree(recording) if known else None
            self._places = {p.name: i for i, p in enumerate(recording.parameters)}
            self._root, self._shown, self._text = ModuleRow("module", "", None, 0), None, ""
        self._recording, self.position = recording, position
        if not same_tree:
            self.endResetModel()
        return not same_tree

    def find(self, text: str) -> None:
        """Show only modules that have a text in their name, class or parameters."""
        if self.tree is None or text == self._text:
            return
        self.beginResetModel()
        self._text = text
        self._shown = self.tree.found(text) if text.strip() else None
        self._root = ModuleRow("module", "", None, 0)
        self.endResetModel()

    def _children(self, row: ModuleRow) -> list[ModuleRow]:
        if row.children is None:
            row.children = []
            if row.kind == "module" and self.tree is not None:
                node = self.tree.nodes[row.name]
                shown = self._shown
                names = [("parameter", name) for name in node.own]
                names += [
                    ("module", name) for name in node.children if shown is None or name in shown
                ]
                row.children = [ModuleRow(k, n, row, i) for i, (k, n) in enumerate(names)]
        return row.children

    def index_of(self, kind: str, name: str) -> QModelIndex:
        """Where a module or parameter is; an invalid index if it is not shown."""
        if self.tree is None:
            return QModelIndex()
        owner = name if kind == "module" else name.rpartition(".")[0]
        row, index = self._root, self.index(0, 0)
        wanted = [("module", module) for module in self.tree.chain(owner)]
        if kind == "parameter":
            wanted.append((kind, name))
        for each in wanted:
            found = next((r for r in self._children(row) if (r.kind, r.name) == each), None)
            if found is None:
                return QModelIndex()
            row, index = found, self.index(found.place, 0, index)
        return index

    # -- Qt's questions ----------------------------------------------------------------------

    def index(self, row: int, column: int, parent: _Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        """The index of a child; the network itself is the only row at the top."""
        if self.tree is None:
            return QModelIndex()
        if not parent.isValid():
            return self.createIndex(0, column, self._root) if row == 0 else QModelIndex()
        children = self._children(self.row(parent))
        return (
            self.createIndex(row, column, children[row]) if row < len(children) else QModelIndex()
        )

    def row(self, index: _Index) -> ModuleRow:
        """The module or parameter of an index."""
        found = index.internalPointer()
        assert isinstance(found, ModuleRow)
        return found

    def parent(self, index: _Index | None = None) -> Any:
        """The index of the module around."""
        if index is None:
            return super().parent()
        above = self.row(index).parent if index.isValid() else None
        return QModelIndex() if above is None else self.createIndex(above.place, 0, above)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: N802, B008
        """How many modules and parameters are in one."""
        if self.tree is None:
            return 0
        return len(self._children(self.row(parent))) if parent.isValid() else 1

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: N802, B008
        """Name, count, norm."""
        return 3

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """What the columns have."""
        if role == Qt.ItemDataRole.DisplayRole:
            return (self.tr("module"), self.tr("numbers"), "‖g‖")[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and section:
            return _RIGHT
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The texts of a row."""
        row, column = self.row(index), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(row, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.tip(row)
        if role == Qt.ItemDataRole.TextAlignmentRole and column:
            return _RIGHT
        if role == Qt.ItemDataRole.ForegroundRole:
            name = ("text", "muted", "backward")[column]
            plain = "muted" if row.kind == "parameter" and column == NAME else name
            return QColor(getattr(self.theme, plain))
        return None

    def text(self, row: ModuleRow, column: int) -> str:
        """The text of a cell."""
        if column == NAME:
            return self._name(row)
        if column == COUNT:
            return f"{self.count(row):,}"
        norm = self.norm(row)
        return "" if norm is None else short(norm, 3)

    def _name(self, row: ModuleRow) -> str:
        assert self.tree is not None and self._recording is not None  # noqa: PT018
        last = row.name.rpartition(".")[2]
        if row.kind == "parameter":
            shape = self._recording.by_parameter[row.name].value.shape
            return f"{last}  {'×'.join(map(str, shape))}"
        kind = self.tree.nodes[row.name].kind
        if not row.name:
            return kind
        text = self.tr("{name}  {kind} · uses {parameters}")
        borrowed = ", ".join(self._borrowed.of(self._recording, row.name))
        plain = f"{last}  {kind}"
        return text.format(name=last, kind=kind, parameters=borrowed) if borrowed else plain

    def _span(self, row: ModuleRow) -> tuple[int, int]:
        assert self.tree is not None
        if row.kind == "parameter":
            place = self._places[row.name]
            return place, place + 1
        node = self.tree.nodes[row.name]
        return node.first, node.stop

    def count(self, row: ModuleRow) -> int:
        """How many numbers the parameters of a row have."""
        first, stop = self._span(row)
        assert self._recording is not None
        return sum(p.value.size for p in self._recording.parameters[first:stop])

    def parameters(self, row: ModuleRow) -> list[str]:
        """The names of a row's parameters, of all modules in it."""
        first, stop = self._span(row)
        assert self._recording is not None
        return [p.name for p in self._recording.parameters[first:stop]]

    def norm(self, row: ModuleRow) -> float | None:
        """The norm of the gradients of a row at the cursor; None where all are None."""
        if self._norms is None:
            return None
        return self._norms.norm(self.position, *self._span(row))

    def tip(self, row: ModuleRow) -> str:
        """A row in words, with every digit."""
        norm = self.norm(row)
        lines = [row.name or self._name(row)]
        if row.kind == "module" and self.tree is not None and self._recording is not None:
            node = self.tree.nodes[row.name]
            text = self.tr("{kind} · {count} modules in it")
            lines.append(text.format(kind=node.kind, count=f"{node.below:,}"))
            if note := module_note(node.kind):
                lines.append(note)
            if borrowed := ", ".join(self._borrowed.of(self._recording, row.name)):
                text = self.tr("uses {parameters}, which is not its own")
                lines.append(text.format(parameters=borrowed))
        lines.append(self.tr("{count} numbers").format(count=f"{self.count(row):,}"))
        none = self.tr(".grad is None")
        text = self.tr("‖.grad‖ {norm}")
        lines.append(none if norm is None else text.format(norm=full(norm)))
        return "\n".join(lines)


def _has_same_tree(one: Recording, other: Recording) -> bool:
    # The first batch makes those that were lazy.
    if one.serial == other.serial and len(one.parameters) == len(other.parameters):
        return True
    shapes = [[(p.name, p.value.shape) for p in r.parameters] for r in (one, other)]
    return one.modules == other.modules and shapes[0] == shapes[1]
