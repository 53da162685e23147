"""What the inspector is made of: its choice, its pages, its lines of text."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QLabel,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from backprop_viz.analysis.comparison import NamedTensor
from backprop_viz.analysis.provenance import layer_of, made_by
from backprop_viz.analysis.selection import Selection
from backprop_viz.desktop.panels.inspector.tensor_section import layer_tensors
from backprop_viz.desktop.style.language import translate
from backprop_viz.desktop.style.theme import code_font
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.widgets.steady_scroll_area import SteadyScrollArea
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Parameter
from backprop_viz.recording.trace.graph import Node
from backprop_viz.recording.trace.layers import Layer
from backprop_viz.recording.trace.tensors import Array

Choice = tuple[str, str]  # "parameter", "buffer" or "layer", and its name


def group_text(recording: Recording, parameter: str) -> str:
    """``AdamW group 1 · lr 0.0003``, where there are several groups; else ""."""
    group = recording.group_of(parameter)
    if len(recording.groups) < 2 or group is None:
        return ""
    text = translate("InspectorView", "{rule} group {number} · lr {rate}")
    rate = group.options.get("lr")
    shown = f"{rate:g}" if isinstance(rate, int | float) else str(rate)
    return text.format(rule=group.rule, number=group.number, rate=shown)


def parameter_line(parameter: Parameter) -> str:
    """``torch.Size([6]) · float32 · leaf · requires_grad``."""
    words = [f"torch.Size({list(parameter.value.shape)})", str(parameter.value.dtype), "leaf"]
    return " · ".join([*words, "requires_grad"] if parameter.requires_grad else words)


def choice_box() -> QComboBox:
    """The box of everything that can be inspected."""
    box = QComboBox()
    box.setObjectName("inspectorChoice")
    name = translate("InspectorView", "What the inspector shows")
    box.setAccessibleName(name)
    # Of a box without a label, Linux tells a screen reader the entry as its name.
    box.setAccessibleDescription(name)
    box.setFont(code_font(12))
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(12)
    box.setMaxVisibleItems(24)
    return box


@runtime_checkable
class FollowsRoom(Protocol):
    """A section that is as high as there is room for."""

    def follow_room(self, sight: QWidget) -> None:
        """Tell in which widget the section is seen, and scrolled if it does not fit."""


def page_of(*sections: tuple[QWidget, int]) -> SteadyScrollArea:
    """Sections with their stretch factors, one below the other; scrolled if they do not fit."""
    page = QWidget()
    layout = QVBoxLayout(page)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(10)
    for section, stretch in sections:
        layout.addWidget(section, stretch)
    layout.addStretch()
    area = SteadyScrollArea()
    for section, _ in sections:
        if isinstance(section, FollowsRoom):
            section.follow_room(area.viewport())
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(page)
    # A scroll area would fill its page with the palette's colour.
    page.setAutoFillBackground(False)
    area.viewport().setAutoFillBackground(False)
    return area


def nothing_yet() -> QLabel:
    """What is shown before there is anything to choose."""
    text = translate("InspectorView", "The parameters appear with the first iteration.")
    label = QLabel(text)
    label.setProperty("role", "muted")
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setWordWrap(True)
    return label


def compared_tensors(choice: Choice | None, layer: Layer | None) -> tuple[NamedTensor, ...]:
    """What is chosen and its gradient; ``layer`` is the one that is, if one is."""
    if choice is not None and choice[0] == "parameter":
        return NamedTensor("weight", choice[1]), NamedTensor("grad", choice[1])
    if choice is None or layer is None:
        return ()
    called = layer.titled().partition(" · ")[0]
    value = NamedTensor("activation", choice[1], layer.shown, called)
    return value, NamedTensor("gradient", choice[1], layer.shown, called)


def rows_of(recording: Recording, layers: Sequence[Layer]) -> list[Choice | None]:
    """What can be chosen: parameters and buffers, then layers; None is the separator between."""
    first: list[Choice] = [("parameter", p.name) for p in recording.parameters]
    first += [("buffer", buffer.name) for buffer in recording.buffers]
    others: list[Choice] = [("layer", layer.name) for layer in layers]
    return [*first, None, *others] if first and others else [*first, *others]


def layer_of_node(selection: Selection, recording: Recording | None) -> str:
    """The layer of a selected node; without one of its own, the layer that it feeds."""
    if selection.layers or recording is None:
        return min(selection.layers, default="")
    node = recording.graph.find(selection.key)
    made = None if node is None else made_by(recording, node.id)
    layer = None if made is None else layer_of(recording, made)
    return "" if layer is None else layer.name


def element_index(
    view_state: ViewState, tensor: NamedTensor, array: Array, element: int
) -> tuple[int, ...]:
    """The index of an element of a tensor; of a layer's, the shown sample's flat ``element``."""
    first: tuple[int, ...] = ()
    if tensor.is_of_batch(view_state.cursor, array):
        first = (view_state.cursor.recording.sample_of(array, view_state.sample),)
    shape = array.shape[len(first) :]
    place = tuple(int(i) for i in np.unravel_index(element, shape)) if shape else ()
    return (*first, *place)


def first_of(selection: Selection, rows: Sequence[Choice | None]) -> Choice | None:
    """The first parameter of a selection among the rows of the choice, else its first layer."""
    known = [row for row in rows if row is not None]
    mine = (row for row in known if row[0] == "parameter" and row[1] in selection.parameters)
    layers = (row for row in known if row[0] == "layer" and row[1] in selection.layers)
    return next(mine, next(layers, None))


def slices_button(text: str, tip: str) -> QToolButton:
    """The switch between the sections and the slices of a tensor."""
    button = QToolButton()
    button.setObjectName("inspectorSlices")
    button.setProperty("role", "segment")
    button.setText(text)
    button.setAccessibleName(text)
    button.setToolTip(tip)
    button.setCheckable(True)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button


def node_line(node: Node) -> str:
    """A node's key and the shape of what it made."""
    if node.shape is None:
        return translate("InspectorView", "grad_fn of {key}").format(key=node.key)
    text = translate("InspectorView", "grad_fn of {key} · {shape}")
    return text.format(key=node.key, shape=_shape_text(node.shape))


def layer_line(view_state: ViewState, layer: Layer) -> str:
    """A layer's shape and dtype, the output that is shown and the sample."""
    cursor, sample = view_state.cursor, view_state.sample
    value, _ = layer_tensors(cursor, layer)
    shape = _shape_text(layer.shape)
    if not layer.shape or value is None:
        return shape
    if not layer.is_of_batch(value):
        text = translate("InspectorView", "{shape} · {dtype} · the same for the whole batch")
        return text.format(shape=shape, dtype=value.dtype)
    if not layer.switchable:
        text = translate("InspectorView", "{shape} · {dtype} · sample {sample} of the batch")
        return text.format(shape=shape, dtype=value.dtype, sample=sample)
    ran = sum(i < cursor.position for i in layer.leading)
    text = translate("InspectorView", "{output} · {shape} · {dtype} · sample {sample} of the batch")
    return text.format(output=layer.titled(ran), shape=shape, dtype=value.dtype, sample=sample)


def _shape_text(shape: tuple[int, ...]) -> str:
    number = translate("InspectorView", "a number")
    return "×".join(str(size) for size in shape) or number
