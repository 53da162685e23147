"""A grad_fn node: its formula, its gradients, its saved tensors, its line of code."""

import numpy as np
from PySide6.QtCore import QCoreApplication, QPoint, QRect, QSize, Signal
from PySide6.QtGui import QFont, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from backprop_viz.analysis.formulas import formula
from backprop_viz.analysis.numbers.measures import measure_of
from backprop_viz.analysis.numbers.number_origin import arrived_number, sent_number
from backprop_viz.analysis.provenance import arrived, layer_of, line_of, made_by
from backprop_viz.desktop.panels.inspector.experiment_section import ExperimentSection
from backprop_viz.desktop.panels.inspector.figures_label import FiguresLabel
from backprop_viz.desktop.panels.inspector.tensor_section import element_in, maps, tiles
from backprop_viz.desktop.panels.inspector.why_section import WhySection, code_line
from backprop_viz.desktop.style.change_guard import ChangeGuard
from backprop_viz.desktop.style.elided import ElidedLabel
from backprop_viz.desktop.style.images import signed_image, signed_range
from backprop_viz.desktop.style.numbers import norm, short
from backprop_viz.desktop.style.theme import DARK, Theme, body_font, code_font
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.widgets.number_picture import NumberPicture
from backprop_viz.desktop.widgets.sentence import Sentence
from backprop_viz.desktop.widgets.shown_number import ShownNumber, element_of
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Cursor, Recording
from backprop_viz.recording.trace.events import Array
from backprop_viz.recording.trace.graph import Node, Saved

_WIDTH, _HEIGHT = 96, 64
_MOST_MAPS = 16
_MOST_ROWS = 6
# Gradients of parameters: their first axis is not the batch.
_OF_PARAMETERS = frozenset(("w", "b", "A", "W", "γ", "β", ".grad"))


def saved_state(cursor: Cursor, node: int) -> str:
    """The state of a node's saved tensors: "coming", "saved", "used" or "freed"."""
    made = made_by(cursor.recording, node)
    if made is not None and cursor.position <= made:
        return "coming"
    ran = cursor.recording.ran_at.get(node)
    if ran is None or cursor.position <= ran:
        return "saved"
    return "used" if cursor.position == ran + 1 else "freed"


def _is_of_no_sample(recording: Recording, node: Node) -> bool:
    """Whether a layer of parameters and constants alone made what a node's gradient is of."""
    made = made_by(recording, node.id)
    layer = None if made is None else layer_of(recording, made)
    outputs = () if made is None else recording.events[made].outputs[:1]
    return any(
        layer is not None and array is not None and array.ndim and not layer.is_of_batch(array)
        for array in outputs
    )


def size_text(count: int) -> str:
    """``160 B``, ``21.6 kB``, ``3.2 MB``."""
    if count < 1000:
        return f"{count} B"
    power, unit = (1e3, "kB") if count < 1e6 else (1e6, "MB") if count < 1e9 else (1e9, "GB")
    return f"{count / power:.1f} {unit}"


def first_maps(array: Array, sample: int | None) -> Array | None:
    """The first maps of a gradient, of one sample or whole; None if it cannot be shown as maps."""
    shown = array[sample] if sample is not None and array.ndim > 1 and len(array) else array
    found = maps(shown)
    return None if found is None else found[:_MOST_MAPS]


class NodeSection(QWidget):
    """A node at the cursor, and experiments with the gradient that it sends.

    ``intervention_wanted`` carries a GradientIntervention, ``number_picked`` a Number.
    """

    intervention_wanted = Signal(object)
    undo_wanted = Signal()
    number_picked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("nodeSection")
        self.title = _line(code_font(12, bold=True))
        self.forward = Sentence()
        self.backward = Sentence()
        for label in (self.forward, self.backward):
            label.setFont(code_font(11))
        self.backward.setToolTip(self.tr("g is the gradient that arrives: ∂L/∂y"))
        self.words = Sentence()
        self.words.setFont(body_font(12))
        self.made = _line(code_font(11))
        self.made.setProperty("role", "muted")
        self.why = WhySection()
        self.arrived_title = _line(body_font(11, bold=True))
        self.sent_title = _line(body_font(11, bold=True))
        self.arrived = [GradientRow() for _ in range(_MOST_ROWS)]
        self.sent = [GradientRow() for _ in range(_MOST_ROWS)]
        for row in (*self.arrived, *self.sent):
            row.picture.number_picked.connect(self.number_picked)
            row.figures.number_picked.connect(self.number_picked)
        self.experiment = ExperimentSection()
        self.experiment.intervention_wanted.connect(self.intervention_wanted)
        self.experiment.undo_wanted.connect(self.undo_wanted)
        self.saved_title = _line(body_font(11, bold=True))
        self.saved = [_line(code_font(11)) for _ in range(_MOST_ROWS)]
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for widget in (
            self.title,
            self.forward,
            self.backward,
            self.words,
            self.made,
            self.why,
            self.arrived_title,
            *self.arrived,
            self.sent_title,
            *self.sent,
            self.experiment,
            self.saved_title,
            *self.saved,
        ):
            layout.addWidget(widget)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._theme = DARK
        self._shown = ChangeGuard()

    def show_cursor(self, view_state: ViewState, node: Node) -> None:
        """Show a node at the cursor."""
        cursor = view_state.cursor
        self.why.show_cursor(view_state, "node", node.id)
        self.experiment.setVisible(view_state.origin is None)  # what has run cannot be run again
        self.experiment.show_cursor(view_state, node)
        if not self._shown.is_new(
            cursor.recording, cursor.position, node.id, view_state.program, view_state.sample
        ):
            return
        self._describe(view_state, node)
        event = cursor.backward_event(node.id)
        came = () if event is None else arrived(event)
        sent = () if event is None else event.outputs
        absent = self.tr("not reached yet") if event is None else ""
        names = formula(node.name).inputs
        incoming = ["g"] if len(came) <= 1 else [f"g{i}" for i in range(len(came))]
        leaf = node.name == "AccumulateGrad"
        outgoing = [".grad"] if leaf else _names(names, len(sent))
        # Before the figures are written: each is told with the tensor that it is of.
        for slot, row in enumerate(self.arrived):
            row.picture.origin = arrived_number(cursor, node.id, slot, ())
        for slot, row in enumerate(self.sent):
            row.picture.origin = sent_number(cursor, node.id, slot, ())
        read = 0 if event is None else len(event.inputs) - len(came)  # ``.grad`` as it was before
        missing = {} if event is None else event.missing
        came_missing = [f"input {i + read}" in missing for i in range(len(came))]
        sent_missing = [f"output {i}" in missing for i in range(len(sent))]
        self._rows(self.arrived, came, incoming, came_missing, view_state, node)
        self._rows(self.sent, sent, outgoing, sent_missing, view_state, node)
        self.arrived_title.setText(_titled(self.tr("Gradient in"), absent, len(came)))
        self.sent_title.setText(
            _titled(self.tr(".grad after") if leaf else self.tr("Gradient out"), absent, len(sent))
        )
        self._show_saved(cursor, node)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.why.set_theme(theme)
        self.experiment.set_theme(theme)
        for row in (*self.arrived, *self.sent):
            row.set_theme(theme)

    def _describe(self, view_state: ViewState, node: Node) -> None:
        found = formula(node.name)
        self.title.setText(node.name)
        self.forward.setText(found.forward)
        self.backward.setText(found.backward.replace("   ", "\n"))
        self.forward.setVisible(bool(found.forward))
        self.backward.setVisible(bool(found.backward))
        self.words.setText(QCoreApplication.translate("formulas", found.sentence))
        made = made_by(view_state.cursor.recording, node.id)
        source = None if made is None else line_of(view_state.cursor.recording, made)
        at = code_line(view_state.program, source)
        self.made.setText("" if at is None else f"{at[0]}  {at[1]}")
        self.made.setVisible(at is not None)

    def _rows(
        self,
        rows: list["GradientRow"],
        arrays: tuple[Array | None, ...],
        names: list[str],
        missing: list[bool],
        view_state: ViewState,
        node: Node,
    ) -> None:
        recording, sample = view_state.cursor.recording, view_state.sample
        batch = None if recording.input is None else len(recording.input)
        parameter = node.name in ("AccumulateGrad", "TBackward0") or _is_of_no_sample(
            recording, node
        )
        for i, row in enumerate(rows):
            row.setVisible(i < len(arrays))
            if i >= len(arrays):
                continue
            array = arrays[i]
            of_batch = array is not None and array.ndim > 0 and len(array) == batch
            batched = of_batch and not parameter and names[i] not in _OF_PARAMETERS
            label = names[i] if names[i].startswith(("g", ".")) else f"∂L/∂{names[i]}"
            row.show_array(label, array, sample if batched else None, missing=missing[i])

    def _show_saved(self, cursor: Cursor, node: Node) -> None:
        state = saved_state(cursor, node.id)
        words = {
            "coming": self.tr("not reached yet"),
            "saved": self.tr("saved"),
            "used": self.tr("used"),
            "freed": self.tr("freed"),
        }
        title = self.tr("Saved tensors: {state}").format(state=words[state])
        self.saved_title.setText(title if node.saved else self.tr("No saved tensors"))
        self.saved_title.setToolTip(
            self.tr("What forward kept for this node; backward uses it and frees it")
        )
        role = "muted" if state in ("coming", "freed") else "text"
        for i, label in enumerate(self.saved):
            label.setVisible(i < len(node.saved))
            if i < len(node.saved):
                label.setText(_saved_line(node.saved[i]))
                label.setStyleSheet(f"color: {getattr(self._theme, role)};")


class GradientRow(QWidget):
    """A gradient as a small picture with its shape, range and norm."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture = _Thumbnail()
        self.name = _line(code_font(11, bold=True))
        self.shape_text = _line(code_font(11))
        self.figures = FiguresLabel()
        self.figures.setFont(body_font(11))
        self.figures.setProperty("role", "caption")
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addStretch(1)
        for label in (self.name, self.shape_text, self.figures):
            texts.addWidget(label)
        texts.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.picture)
        layout.addLayout(texts, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_array(
        self, name: str, array: Array | None, sample: int | None, *, missing: bool = False
    ) -> None:
        """Show a gradient, its picture of one sample of the batch or whole; None as None.

        ``missing``: there was one, which is not recorded.
        """
        self.name.setText(name)
        self.picture.setAccessibleName(name)
        self.picture.setVisible(array is not None and array.ndim > 0)
        absent = self.tr("not recorded") if missing else "None"
        self.shape_text.setText(absent if array is None else _shape(array.shape))
        if array is None or np.iscomplexobj(array):
            self.figures.show_figures("")
            return
        limit = signed_range(array)
        self.picture.show_gradient(name, array, sample, limit)
        strange = int(array.size - np.isfinite(array).sum())
        length, limits = short(norm(array)), short(limit)
        text = self.tr("±{limit} · norm {norm}").format(limit=limits, norm=length)
        if array.ndim == 0:
            text = short(array)
        if strange:
            text = self.tr("{text} · {n} not finite").format(text=text, n=f"{strange:,}")
        origin = self.picture.origin
        largest = "max" if array.size and abs(float(array.max())) == limit else "min"
        figures = ((limits, measure_of(origin, largest)), (length, measure_of(origin, "norm")))
        self.figures.show_figures(text, figures if array.ndim else ((text, origin),))

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.picture.set_theme(theme)


class _Thumbnail(NumberPicture):
    """A few maps of a gradient in one range, in a small picture."""

    def __init__(self) -> None:
        super().__init__()
        self._maps: Array | None = None
        self._array: Array | None = None
        self._name = ""
        self._first: tuple[int, ...] = ()
        self.origin: Number | None = None  # what was recorded of the tensor
        self._limit = 0.0
        self._image = QImage()
        self._boxes: list[QRect] = []
        self._theme = DARK
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """The size of the maps."""
        bottom = max((box.bottom() for box in self._boxes), default=0)
        return QSize(_WIDTH, min(bottom + 1, _HEIGHT))

    def show_gradient(self, name: str, array: Array, sample: int | None, limit: float) -> None:
        """Show a gradient's first maps, of one sample or whole, in the range of all of it."""
        of_sample = sample is not None and array.ndim > 1 and bool(len(array))
        self._first = (sample,) if of_sample and sample is not None else ()
        self._name, self._array = name, array[self._first]
        found = first_maps(array, sample)
        self._maps, self._limit = found, limit
        self._boxes = []
        if found is not None:
            count, rows, columns = found.shape
            self._boxes = tiles(count, rows, columns, _WIDTH, _HEIGHT)
        self.updateGeometry()
        self._make()

    def number_at(self, point: QPoint) -> ShownNumber | None:
        """The number that is painted at a point."""
        if self._maps is None or self._array is None:
            return None
        element = element_in(self._boxes, self._maps.shape, point)
        if element is None:
            return None
        return element_of(self._name, self._array, element, self._first, self.origin)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self._make()

    def _make(self) -> None:
        self._image = QImage()
        if self._maps is not None:
            stacked = self._maps.reshape(-1, self._maps.shape[-1])
            self._image = signed_image(stacked, self._limit, self._theme)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint each map pixel by pixel on a background that shows its edges."""
        if self._maps is None:
            return
        painter = QPainter(self)
        _, rows, columns = self._maps.shape
        for i, box in enumerate(self._boxes):
            painter.drawImage(box, self._image, QRect(0, i * rows, columns, rows))
            painter.setPen(self._theme.border)
            if box.height() > 6 and box.width() > 6:
                painter.drawRect(box.adjusted(0, 0, -1, -1))
        painter.end()


def _line(font: QFont) -> ElidedLabel:
    label = ElidedLabel()
    label.setFont(font)
    return label


def _shape(shape: tuple[int, ...]) -> str:
    return "×".join(str(size) for size in shape)


def _saved_line(saved: Saved) -> str:
    shape = _shape(saved.shape) or "1"
    return f"{saved.name} · {shape} · {size_text(saved.bytes)}"


def _names(names: tuple[str, ...], count: int) -> list[str]:
    """The formula's names for the inputs; numbered if it has no name for each."""
    if len(names) >= count:
        return list(names[:count])
    return [f"x{i}" for i in range(count)]


def _titled(title: str, absent: str, count: int) -> str:
    if absent:
        return f"{title}: {absent}"
    return title if count <= _MOST_ROWS else f"{title} ({_MOST_ROWS} / {count})"
