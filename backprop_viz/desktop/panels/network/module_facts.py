"""What a box or a row of the folded network says: its title, its caption, its norm."""

import math
from dataclasses import dataclass, field

from backprop_viz.analysis.cursor.clearing import before_last_clearing
from backprop_viz.analysis.folded_network import BoxRow
from backprop_viz.analysis.module_tree import NO_SQUARES, ModuleTree, ParameterNorms
from backprop_viz.analysis.repeated_layers import Pass, Repeat
from backprop_viz.desktop.panels.network.feature_maps import Mode, shape_text
from backprop_viz.desktop.style.language import translate
from backprop_viz.desktop.style.numbers import norm, rounded
from backprop_viz.desktop.texts.group_names import group_name
from backprop_viz.recording.iteration import Cursor, Recording
from backprop_viz.recording.trace.layers import Layer, LayerGraph

# A bar's length is the norm's logarithm: it is full at the whole network's norm.
_DECADES = 4.0


@dataclass(eq=False)
class ModuleFacts:
    """The facts of one recording's network at a cursor, for a ``sample`` of the batch."""

    recording: Recording
    tree: ModuleTree
    norms: dict[Mode, ParameterNorms]
    layers: LayerGraph = field(default_factory=LayerGraph)
    cursor: Cursor | None = None
    mode: Mode = "gradients"
    sample: int = 0

    @classmethod
    def of(cls, recording: Recording) -> "ModuleFacts":
        """The facts of a recording."""
        norms: dict[Mode, ParameterNorms] = {
            "gradients": ParameterNorms(recording, "grad"),
            "weights": ParameterNorms(recording, "value"),
        }
        return cls(recording, ModuleTree(recording), norms)

    def __post_init__(self) -> None:
        self._places = {p.name: i for i, p in enumerate(self.recording.parameters)}
        self._known: dict[tuple[int, int | None], float] = {}
        self._most: tuple[LayerGraph, tuple[object, ...], float] | None = None
        self._spans: tuple[LayerGraph, dict[str, tuple[int, int]]] | None = None

    def layer(self, place: int) -> Layer:
        """A layer by its place."""
        return self.layers.layers[place]

    def name(self, row: BoxRow) -> str:
        """The whole name of a row: of its module, its loop or pass, or of its layer."""
        return self.layer(row.first).name if row.group is None else group_name(row.group)

    def title(self, row: BoxRow, within: BoxRow | None = None) -> str:
        """A row's name as it is written in the box of ``within``, without that one's name."""
        name = self.name(row)
        around = "" if within is None or within.module is None else f"{within.module}."
        return name.removeprefix(around)

    def caption(self, row: BoxRow) -> str:
        """``12 modules``, ``9 layers`` of each pass, or the shape of what a layer makes."""
        match row.group:
            case None:
                return shape_text(self.layer(row.first).shape)
            case Repeat(length=length) | Pass(repeat=Repeat(length=length)):
                return translate("ModuleCanvas", "{count} layers").format(count=f"{length:,}")
            case module:
                node = self.tree.nodes[module]
                if not node.below:
                    return node.kind
                text = translate("ModuleCanvas", "{count} modules")
                return text.format(count=f"{node.below:,}")

    def norm(self, row: BoxRow) -> float | None:
        """The norm that the mode shows: of the parameters, their gradients, or the output.

        Of the output it is that of the sample, whose shape the caption says. The gradient of a
        pass is that of what it hands on to the next one, of the whole batch: its parameters are
        those of the whole loop.
        """
        cursor = self.cursor
        if cursor is None:
            return None
        if self.mode == "activations":
            made = self._made_by(row)
            return self._norm(cursor.activation_id(made), made)
        if isinstance(row.group, Pass):
            arrived = self.mode == "gradients"
            return self._norm(cursor.gradient_id(self._made_by(row)) if arrived else None)
        norms = self.norms[self.mode]
        position = self._position(cursor)
        if row.module is not None and self._is_whole(row):
            node = self.tree.nodes[row.module]
            return norms.norm(position, node.first, node.stop)
        layers = self.layers.layers[row.first : row.stop]
        read = dict.fromkeys(name for layer in layers for name in layer.parameters)
        places = [self._places[name] for name in read if name in self._places]
        squares = [norms.at(position)[place] for place in places]
        known = [float(square) for square in squares if square != NO_SQUARES]
        return math.sqrt(sum(known)) if known else None

    def norm_text(self, row: BoxRow) -> str:
        """``‖g‖ 0.212``; "" where there is none."""
        return next(iter(self.norm_texts(row)), "")

    def norm_texts(self, row: BoxRow) -> tuple[str, ...]:
        """The same in ever fewer digits; none where there is no norm."""
        found = self.norm(row)
        if found is None:
            return ()
        symbol = {"gradients": "‖g‖", "weights": "‖w‖"}.get(self.mode, "‖x‖")
        if isinstance(row.group, Pass) and self.mode == "gradients":
            symbol = "‖∂L/∂x‖"
        return tuple(f"{symbol} {text}" for text in rounded(found, 3))

    def is_of_sample(self, row: BoxRow) -> bool:
        """Whether the norm that is shown is of one sample alone."""
        if self.cursor is None or self.mode != "activations":
            return False
        value = self.cursor.activation(made := self._made_by(row))
        several = self.recording.recorded_samples > 1
        return several and value is not None and made.is_of_batch(value)

    def part(self, row: BoxRow) -> float | None:
        """How long a row's bar is, 0 to 1; None where it has none."""
        found = self.norm(row)
        if found is None or self.cursor is None:
            return None
        whole: float | None
        if isinstance(row.group, Pass):
            whole = self._largest(row.group.repeat)
        elif self.mode == "activations":
            return None
        else:
            position = self._position(self.cursor)
            whole = self.norms[self.mode].norm(position, 0, len(self.recording.parameters))
        if not whole or not found or not math.isfinite(whole):
            return 0.0 if not found else 1.0
        return min(max(1 + math.log10(found / whole) / _DECADES, 0.02), 1.0)

    def _largest(self, repeat: Repeat) -> float:
        """The largest norm of the loop's passes, one of which has a norm."""
        position = None if self.cursor is None else self.cursor.position
        of = repeat, repeat.count, self.mode, position, self.sample
        known = self._most  # each row of the box asks for it
        if known is None or known[0] is not self.layers or known[1] != of:
            rows = (BoxRow(one.first, one.stop, one) for one in repeat.passes())
            most = max(n for row in rows if (n := self.norm(row)) is not None)
            self._most = known = self.layers, of, most
        return known[2]

    def _position(self, cursor: Cursor) -> int:
        """Where the mode's norms are looked at."""
        seen = before_last_clearing(cursor) if self.mode == "gradients" else cursor
        return seen.position

    def _is_whole(self, row: BoxRow) -> bool:
        """Whether all layers of a row's module are in it; a list's may be in several rows."""
        if self._spans is None or self._spans[0] is not self.layers:
            self._spans = self.layers, self._spans_of_modules()
        first, last = self._spans[1].get(row.module or "", (0, 0))
        return row.first <= first and last < row.stop

    def _spans_of_modules(self) -> dict[str, tuple[int, int]]:
        """The places of each module's first and last layer."""
        found: dict[str, tuple[int, int]] = {}
        for place, layer in enumerate(self.layers.layers):
            for module in self.tree.chain(layer.module):
                found[module] = found.get(module, (place, place))[0], place
        return found

    def _made_by(self, row: BoxRow) -> Layer:
        """The layer whose output is shown: of a pass what it hands on, else the last."""
        match row.group:
            case Pass(carried=place):
                return self.layer(place)
            case Repeat() as repeat:
                return self.layer(repeat.passes()[-1].carried)
            case _:
                return self.layer(row.stop - 1)

    def _norm(self, tensor: int | None, made_by: Layer | None = None) -> float | None:
        """Of a whole tensor; of what a layer made that of the sample."""
        if tensor is None:
            return None
        array, sample = self.recording.tensors[tensor], None
        if made_by is not None and made_by.is_of_batch(array) and len(array):
            sample = self.recording.sample_of(array, self.sample)
        known = self._known.get((tensor, sample))
        if known is None:
            known = norm(array if sample is None else array[sample])
            self._known[tensor, sample] = known
        return known
