"""Recurrent layers: LSTM, GRU and RNN, of several layers and both directions, packed or not."""

import math
from collections.abc import Callable

from backprop_viz.analysis.operations.lstm_gradients import DROPOUT_NODE, LSTM_NODE
from backprop_viz.analysis.operations.operation_entry import Intermediate, OperationEntry
from backprop_viz.analysis.operations.recorded_call import Index, RecordedCall, product
from backprop_viz.analysis.operations.recurrent_inside import (
    GATES,
    STEP_SUFFIX,
    Recurrent,
    pre,
    recurrent_of,
)
from backprop_viz.recording.explanations.number_explanation import Part

_AXES = ("layer", "step", "sample", "unit")
_Rule = Callable[[Recurrent, Index], tuple[Part, ...]]


def _hidden(layer: Recurrent, place: Index) -> tuple[Part, ...]:
    if layer.kind == "lstm":
        cell = layer.one("c", place, "tanh(x)", math.tanh(layer.value("c", place)))
        return (product("products", layer.one("o", place), cell),)
    if layer.kind == "gru":
        left = layer.one("z", place, "1 − x", 1 - layer.value("z", place))
        earlier = layer.state_before("h", place, [place[-1]])
        return (
            product("new", left, layer.one("n", place)),
            product("kept", layer.one("z", place), earlier),
        )
    name = "tanh(x)" if layer.kind == "rnn_tanh" else "max(x, 0)"
    return (product("value", layer.one("a_h", place, name, layer.value("h", place))),)


def _cell(layer: Recurrent, place: Index) -> tuple[Part, ...]:
    earlier = layer.state_before("c", place, [place[-1]])
    return (
        product("kept", layer.one("f", place), earlier),
        product("new", layer.one("i", place), layer.one("g", place)),
    )


def _gate(code: str) -> _Rule:
    name = "tanh(x)" if code in "gn" else "σ(x)"

    def parts(layer: Recurrent, place: Index) -> tuple[Part, ...]:
        return (product("value", layer.one(pre(code), place, name, layer.value(code, place))),)

    return parts


def _pre_activation(code: str) -> _Rule:
    def parts(layer: Recurrent, place: Index) -> tuple[Part, ...]:
        gate = layer.gates.index(code)
        if (layer.kind, code) == ("gru", "n"):
            through = product("reset", layer.one("r", place), layer.one("q", place))
            return (*layer.from_input(gate, place), through)
        return (*layer.from_input(gate, place), *layer.from_hidden(gate, place))

    return parts


def _hidden_candidate(layer: Recurrent, place: Index) -> tuple[Part, ...]:
    return tuple(layer.from_hidden(2, place))


def _output(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    layer = recurrent_of(call)
    if slot == 0:
        return _hidden(layer, layer.of_output(index))
    return (_cell if slot == 2 else _hidden)(layer, layer.of_state(index))


def _output_of_cell(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    layer = recurrent_of(call)
    return (_cell if slot == 1 else _hidden)(layer, layer.inner(index))


def _inside(name: str, form: str, rule: _Rule) -> Intermediate:
    return Intermediate(
        name=name,
        symbol=name,
        form=form,
        parts=lambda call, place: rule(recurrent_of(call), recurrent_of(call).inner(place)),
        axes=_AXES,
    )


def _gates(kind: str) -> list[Intermediate]:
    found = []
    for code in GATES[kind]:
        function = "tanh" if code in "gn" else "σ"
        if kind in ("lstm", "gru"):
            found.append(_inside(code, f"{code}[…] = {function}(a_{code}[…])", _gate(code)))
        new = "r[…]·q[…]" if (kind, code) == ("gru", "n") else "Σ W_hh·h₋₁ + b_hh"
        form = f"a_{code}[…] = Σ W_ih·x + b_ih + {new}"
        found.append(_inside(pre(code), form, _pre_activation(code)))
    return found


_FORMS = {
    "lstm": "h[…] = o[…]·tanh(c[…])",
    "gru": "h[…] = (1 − z[…])·n[…] + z[…]·h₋₁",
    "rnn_tanh": "h[…] = tanh(a_h[…])",
    "rnn_relu": "h[…] = max(a_h[…], 0)",
}
_MORE = {
    "lstm": (_inside("c", "c[…] = f[…]·c₋₁ + i[…]·g[…]", _cell),),
    "gru": (_inside("q", "q[…] = Σ W_hn·h₋₁ + b_hn", _hidden_candidate),),
}


def _roles(kind: str) -> tuple[str, ...]:
    states = ("initial_hidden", "initial_cell") if kind == "lstm" else ("initial_hidden",)
    return ("input", *states, "weight")


_LAYERS = tuple(
    OperationEntry(
        functions=(kind,),
        roles=_roles(kind),
        form=_FORMS[kind].replace("[…]", ""),
        axes={
            "output": lambda ndim: ("step", "sample", "unit")[3 - ndim :],
            "initial_hidden": ("layer", "sample", "unit"),
            "initial_cell": ("layer", "sample", "unit"),
        },
        forward=_output,
        intermediates=(
            _inside("h", _FORMS[kind], _hidden),
            *_MORE.get(kind, ()),
            *_gates(kind),
        ),
        nodes=(LSTM_NODE, DROPOUT_NODE) if kind == "lstm" else (),
        composite=kind != "lstm",
    )
    for kind in GATES
)
_CELLS = tuple(
    OperationEntry(
        functions=(f"{kind}{STEP_SUFFIX}",),
        roles=_roles(kind),
        form=_FORMS[kind].replace("[…]", ""),
        axes=dict.fromkeys(("output", "initial_hidden", "initial_cell"), ("sample", "unit")),
        forward=_output_of_cell,
        intermediates=(*_MORE.get(kind, ()), *_gates(kind)),
        composite=True,
    )
    for kind in GATES
)
OPERATIONS = (*_LAYERS, *_CELLS)
