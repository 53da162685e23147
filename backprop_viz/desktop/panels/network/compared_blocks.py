"""A layer's blocks in a comparison: then, now, and the difference, one row below the other."""

from dataclasses import replace

from backprop_viz.analysis.comparison import difference, same_layer
from backprop_viz.desktop.panels.network.feature_maps import Block, Look, Mode, blocks
from backprop_viz.recording.iteration import Cursor
from backprop_viz.recording.trace.layers import Layer

COMPARED_ROWS = 3


def compared_blocks(
    now: Cursor, then: Cursor | None, layer: Layer, mode: Mode, sample: int
) -> tuple[Block, ...]:
    """The blocks of a layer then, those now, and their differences: three rows of as many.

    What was not recorded then, or had another shape, is an empty block.
    """
    new = blocks(now, layer, mode, sample)
    other = None if then is None else same_layer(layer, then.recording)
    old: tuple[Block, ...] = ()
    if then is not None and other is not None:
        old = blocks(then, other, mode, min(sample, then.recording.recorded_samples - 1))
    if [block.size.count for block in old] != [block.size.count for block in new]:
        old = tuple(Block(block.size, parameter=block.parameter) for block in new)
    less = tuple(_less(a, b) for a, b in zip(old, new, strict=True))
    return (*old, *new, *less)


def _less(then: Block, now: Block) -> Block:
    """The difference of two blocks, which is signed also where they are images."""
    size = now.size
    if size.look is Look.IMAGE:
        size = replace(size, look=Look.MAPS)
    array = difference(then.numbers, now.numbers)
    first = () if now.sample is None or now.source is None or not now.source.ndim else (now.sample,)
    if array is None or size.look is Look.NOTHING:
        return Block(size, parameter=now.parameter)
    tensor = (then.tensor, now.tensor, then.sample, now.sample)
    return Block(size, array, None, now.parameter, tensor, first)
