"""What the network panel says of a map, a layer or a number under the cursor."""

from backprop_viz.analysis.comparison import NamedTensor
from backprop_viz.analysis.numbers.number_names import element_name
from backprop_viz.desktop.panels.network.compared_blocks import COMPARED_ROWS
from backprop_viz.desktop.panels.network.feature_maps import (
    Block,
    Look,
    Range,
    indexed,
    shape_text,
)
from backprop_viz.desktop.panels.network.map_spots import Spot
from backprop_viz.desktop.panels.network.network_state import NetworkState
from backprop_viz.desktop.style.language import translate
from backprop_viz.desktop.style.numbers import compared, full, signed
from backprop_viz.desktop.texts.missing_texts import not_recorded_text, scripted_note
from backprop_viz.desktop.widgets.shown_number import ShownNumber
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.trace.layers import SCRIPTED, Layer


def tensor_name(state: NetworkState, layer: Layer, block: Block) -> str:
    """The name of a block's tensor: ``conv1.weight``, ``relu(conv1)``, ``∂L/∂relu(conv1)``."""
    if block.parameter is not None:
        return block.parameter
    name = state.title(layer).partition(" · ")[0]
    return f"∂L/∂{name}" if state.mode == "gradients" and layer.operations else name


def named_tensor(state: NetworkState, layer: Layer, block: Block) -> NamedTensor:
    """The tensor of a block, by which it is found in other recordings too."""
    if block.parameter is not None:
        return NamedTensor("weight", block.parameter)
    gradient = state.mode == "gradients" and layer.operations
    return NamedTensor("gradient" if gradient else "activation", layer.name, layer.shown)


def row_names() -> tuple[str, str, str]:
    """What the rows of a comparison are."""
    return (
        translate("NetworkCanvas", "then"),
        translate("NetworkCanvas", "now"),
        translate("NetworkCanvas", "difference"),
    )


def row_name(blocks: tuple[Block, ...], block: int) -> str:
    """What the row is that a block of a layer is in."""
    return row_names()[block * COMPARED_ROWS // len(blocks)]


def compared_hint(name: str, blocks: tuple[Block, ...], block: int, index: tuple[int, ...]) -> str:
    """A number then, now, and the difference, on a line each; "" if one of them is missing.

    ``blocks`` are those of a layer in a comparison, in one of which the number is.
    """
    in_row = len(blocks) // COMPARED_ROWS
    then, now = blocks[block % in_row], blocks[block % in_row + in_row]
    if then.source is None or now.source is None:
        return ""
    # Of a smaller batch another sample may be compared with.
    place = index if then.sample is None or not index else (then.sample, *index[1:])
    ours = index if now.sample is None or not index else (now.sample, *index[1:])
    texts = compared(then.value(place), now.value(ours))
    lines = (
        translate("NetworkCanvas", "then {0}").format(texts[0]),
        translate("NetworkCanvas", "now {0}").format(texts[1]),
        translate("NetworkCanvas", "difference {0}").format(texts[2]),
    )
    return "\n".join((element_name(name, ours), *lines))


def number_of(
    name: str, block: Block, index: tuple[int, ...], origin: Number | None = None
) -> ShownNumber:
    """The number of a block's tensor at an index; its row is the row of its map."""
    value = block.value(index)
    row = block.value(index[:-1]) if index else (value,)
    return ShownNumber(name, index, value, tuple(full(number) for number in row), origin)


def number_hint(
    state: NetworkState,
    layer: Layer,
    blocks: tuple[Block, ...],
    spot: Spot,
    number: ShownNumber | None,
) -> str:
    """A number and the map that it is in; in a comparison also what it was."""
    block = blocks[spot.block]
    if number is not None and state.rows > 1:
        name = tensor_name(state, layer, block)
        return compared_hint(name, blocks, spot.block, number.index) or number.tip
    about = map_hint(state, layer, block, spot.map)
    # Of a strip the map is the number itself, and would be named twice.
    alone = number is None or block.size.look in (Look.SCALAR, Look.UNITS)
    return about if number is None else number.tip if alone else f"{number.tip}\n{about}"


def map_table(block: Block, map_nr: int) -> str:
    """The numbers of a map with every digit, tab-separated; all of a strip in one column."""
    maps = block.arranged
    if maps is None:
        return ""
    rows = maps[:, 0] if block.size.look is Look.UNITS else maps[map_nr]
    return "\n".join("\t".join(full(value) for value in row) for row in rows)


def shown_caption(state: NetworkState, layer: Layer) -> str:
    """The text below a layer's name: its shape, its value, or that its numbers are not recorded."""
    if state.missing(layer):
        return translate("NetworkCanvas", "not recorded")
    return state.caption(layer)


def shown_captions(state: NetworkState, layer: Layer) -> tuple[str, ...]:
    """The same; of a value in ever fewer digits, for where there is little room."""
    if layer.shape or state.missing(layer):
        return (shown_caption(state, layer),)
    return state.value_texts(layer)


def map_hint(state: NetworkState, layer: Layer, block: Block, map_nr: int) -> str:
    """A map and the range of its numbers."""
    name = block.parameter or state.title(layer)
    if block.size.look is Look.NOTHING:
        return translate("NetworkCanvas", "{layer}: no parameters").format(layer=layer.name)
    maps = block.maps
    if maps is None:
        why = "" if block.parameter is not None else state.missing(layer)
        if why:
            return not_recorded_text(why, tensor_name(state, layer, block))
        text = translate("NetworkCanvas", "{name}: not computed yet")
        if not layer.operations:
            text = translate("NetworkCanvas", "{name}: not known before the forward it is given to")
        return text.format(name=name)
    own, name = maps[map_nr], indexed(name, map_nr)
    if own.size == 1:
        text = translate("NetworkCanvas", "{name}: {value}")
        return text.format(name=name, value=signed(own.flat[0]))
    text = translate("NetworkCanvas", "{name}: {low} to {high}")
    if block.is_complex:
        text = translate("NetworkCanvas", "{name}, sizes of complex numbers: {low} to {high}")
    return text.format(name=name, low=signed(own.min()), high=signed(own.max()))


def layer_hint(state: NetworkState, layer: Layer, span: Range | None = None) -> str:
    """A layer, its outputs and its parameters, and the range of the numbers that are shown."""
    shape = shape_text(layer.shape) or translate("NetworkCanvas", "a number")
    lines = [translate("NetworkCanvas", "{layer}: {shape}").format(layer=layer.name, shape=shape)]
    if state.switchable(layer):
        chain = " → ".join(output.op for output in layer.outputs)
        shown, chosen = state.title(layer), layer.titled()
        other = layer.showing(layer.next_shown).titled()
        text = translate("NetworkCanvas", "{chain}: {shown} is shown")
        hint = translate("NetworkCanvas", "Click the name to show {other} (O)")
        if shown != chosen:
            hint = translate("NetworkCanvas", "{chosen} has not run yet")
        lines += [
            text.format(chain=chain, shown=shown),
            hint.format(other=other, chosen=chosen),
        ]
    if any(output.op == SCRIPTED for output in layer.outputs):
        lines.append(scripted_note())
    lines += layer.parameters
    if span is not None:
        text = translate("NetworkCanvas", "shown: {low} to {high}")
        lines.append(text.format(low=signed(span.low), high=signed(span.high)))
    return "\n".join(lines)
