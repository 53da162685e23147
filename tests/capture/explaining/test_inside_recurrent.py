"""A recurrent layer in steps, against plain torch written out in float64."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

import backprop_viz as bv
from backprop_viz.analysis.numbers.number_names import NumberNames
from backprop_viz.analysis.numbers.number_origin import counterpart, scalar_of, told_scalar
from backprop_viz.analysis.operations import drawn
from backprop_viz.capture.explaining.explainer import Explainer
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import NumberExplanation
from backprop_viz.recording.iteration import Recording
from tests.capture.explaining.checks import faults
from tests.capture.recorded_nets import recorded_net
from tests.nightly import by_day_each

LENGTHS = (5, 3)
CASES: dict[str, dict[str, Any]] = {
    "one layer": {},
    "two layers, both ways": {"num_layers": 2, "bidirectional": True},
    "batch first, no bias": {"batch_first": True, "bias": False},
    "packed, both ways": {"bidirectional": True},
    "given states": {"num_layers": 2},
    "dropout": {"num_layers": 2, "dropout": 0.4},
}
KINDS: dict[str, type[nn.RNNBase]] = {"LSTM": nn.LSTM, "GRU": nn.GRU, "RNN": nn.RNN}


class Net(nn.Module):
    """A layer, packed or with states of its own where the case says so; all results are used."""

    def __init__(self, kind: str, case: str) -> None:
        super().__init__()
        options = CASES[case]
        self.layer = KINDS[kind](3, 4, **options)
        self.packed = case.startswith("packed")
        count = options.get("num_layers", 1)
        self.states = [torch.randn(count, 2, 4) for _ in range(2)] if "given" in case else None
        self.kind = kind

    def forward(self, x: Tensor) -> Tensor:
        states: Any = self.states
        if states is not None:
            states = tuple(states) if self.kind == "LSTM" else states[0]
        self.random = torch.get_rng_state()  # as it is when the layer drops
        given = pack_padded_sequence(x, list(LENGTHS)) if self.packed else x
        made, last = self.layer(given, states)
        made = pad_packed_sequence(made)[0] if self.packed else made
        both = last[0] + last[1] if isinstance(last, tuple) else last
        return made.sum() + both.sum()


class Plain:
    """What plain torch makes of it: by code, places (layer, step, sample, unit) to values."""

    @torch.no_grad()
    def __init__(self, net: Net, x: Tensor) -> None:
        layer, self.kind = net.layer.double(), net.kind
        self.values: dict[tuple[str, tuple[int, ...]], float] = {}
        x = x.double().transpose(0, 1) if layer.batch_first else x.double()
        ways = 2 if layer.bidirectional else 1
        lengths = LENGTHS if net.packed else (5, 5)
        torch.set_rng_state(net.random)
        masks = functional.dropout(torch.ones(5, 2, 4), layer.dropout).double()
        for n in range(2):
            steps = [x[t, n] for t in range(lengths[n])]
            for level in range(layer.num_layers):
                found = []
                for way in range(ways):
                    at = level * ways + way
                    states = [s[at, n].double() for s in net.states or [torch.zeros(9, 2, 4)] * 2]
                    found.append(self.along(layer, level, way, at, n, steps, states))
                steps = [torch.cat(each) for each in zip(*found, strict=True)]
                if layer.dropout:
                    steps = [step * masks[t, n] for t, step in enumerate(steps)]

    def along(
        self,
        layer: nn.RNNBase,
        level: int,
        way: int,
        at: int,
        n: int,
        steps: list[Tensor],
        states: list[Tensor],
    ) -> list[Tensor]:
        suffix = f"l{level}" + "_reverse" * way
        w_ih, w_hh = (getattr(layer, f"weight_{each}_{suffix}") for each in ("ih", "hh"))
        b_ih, b_hh = (
            getattr(layer, f"bias_{each}_{suffix}") if layer.bias else torch.zeros(len(w_ih))
            for each in ("ih", "hh")
        )
        h, c = states
        out = list(steps)
        for t in reversed(range(len(steps))) if way else range(len(steps)):
            gates = w_ih @ steps[t] + b_ih
            recurrent = w_hh @ h + b_hh
            if self.kind == "LSTM":
                a = (gates + recurrent).reshape(4, 4)
                i, f, o, g = a[0].sigmoid(), a[1].sigmoid(), a[3].sigmoid(), a[2].tanh()
                c = f * c + i * g
                h = o * c.tanh()
                made = {"i": i, "f": f, "g": g, "o": o, "c": c, "h": h}
                made |= dict(zip(("a_i", "a_f", "a_g", "a_o"), a, strict=True))
            elif self.kind == "GRU":
                a, q = gates.reshape(3, 4), recurrent.reshape(3, 4)
                r, z = (a[0] + q[0]).sigmoid(), (a[1] + q[1]).sigmoid()
                new = a[2] + r * q[2]
                h = (1 - z) * new.tanh() + z * h
                made = {"r": r, "z": z, "n": new.tanh(), "a_n": new, "q": q[2], "h": h}
                made |= {"a_r": a[0] + q[0], "a_z": a[1] + q[1]}
            else:
                h = (gates + recurrent).tanh()
                made = {"a_h": gates + recurrent, "h": h}
            for code, values in made.items():
                for k in range(4):
                    self.values[code, (at, t, n, k)] = float(values[k])
            out[t] = h
        return out


def made_by_layer(recording: Recording) -> Iterator[tuple[int, int, int]]:
    """The layer's event, and each of its outputs: slot and tensor."""
    for i, event in enumerate(recording.events):
        if event.op in ("lstm", "gru", "rnn_tanh"):
            for slot, tensor in enumerate(event.output_ids):
                assert tensor is not None
                yield i, slot, tensor


def inside(explainer: Explainer, found: NumberExplanation) -> Iterator[NumberExplanation]:
    """All that a number is made of within the layer, each once."""
    todo, seen = [found], set()
    for each in todo:
        yield each
        for part in each.parts:
            for column in part.factors:
                for term in range(len(column.values)):
                    number = column.number(term)
                    if number is not None and number.intermediate and number not in seen:
                        seen.add(number)
                        todo.append(explainer.explain(number))


@pytest.mark.parametrize(("case", "kind"), by_day_each(CASES, KINDS))
@pytest.mark.filterwarnings("ignore:.*RNN module weights")
def test_every_step_is_plain_torchs(kind: str, case: str) -> None:
    torch.manual_seed(2)
    net, x = Net(kind, case), torch.randn(5, 2, 3)
    x = x.transpose(0, 1).contiguous() if CASES[case].get("batch_first") else x
    recording = recorded_net(net, x, lambda y: y**3)
    plain, explainer = Plain(net, x), Explainer(recording)
    names, seen = NumberNames(recording), set()
    for event, slot, tensor in made_by_layer(recording):
        index = tuple(n - 1 for n in recording.tensors[tensor].shape)
        own = Number(tensor, index, event, slot)
        # Many steps in float32 lie between the input and this.
        whole = explainer.explain(own)
        assert [f for f in faults(recording, whole) if "roundings from" not in f] == []
        assert abs(whole.residual) < 1e-6
        for found in inside(explainer, explainer.explain(own)):
            assert found.parts
            assert found.reason is None
            code, place = found.number.intermediate, found.number.index
            if not code:
                continue
            seen.add(code)
            assert found.value == pytest.approx(plain.values[code, place], rel=1e-11, abs=1e-13)
            assert found.total == found.value
            assert names.name(found.number) == f"{code}[{', '.join(map(str, place))}]"
            # Each factor is what it says, and what is clicked has the value that was shown.
            for part in found.parts:
                for column in part.factors:
                    told = column.number(0)
                    if told is None or column.function:
                        continue
                    value = explainer.value(told)
                    assert value == pytest.approx(float(column.values[0]), rel=1e-12)
    assert seen >= {code for code, _ in plain.values} - ({"h"} if kind == "RNN" else set())


@pytest.mark.filterwarnings("ignore:.*RNN module weights")
def test_the_first_step_leads_to_the_given_states_and_the_input() -> None:
    torch.manual_seed(2)
    net, x = Net("LSTM", "given states"), torch.randn(5, 2, 3)
    recording = recorded_net(net, x, lambda y: y**3)
    explainer = Explainer(recording)
    event, _, tensor = next(made_by_layer(recording))
    first = explainer.explain(Number(tensor, (0, 1, 2), event))
    found = {
        (column.role, recording.tensors[column.tensor].shape)
        for each in inside(explainer, first)
        for part in each.parts
        for column in part.factors
        if column.tensor is not None and not column.intermediate
    }
    assert found >= {
        ("input", (5, 2, 3)),
        ("initial_hidden", (2, 2, 4)),
        ("initial_cell", (2, 2, 4)),
        ("recurrent_weight", (16, 4)),
        ("recurrent_bias", (16,)),
    }


def test_without_torch_a_value_behind_a_dropout_is_what_the_engine_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in the window's process: nothing is said of it before, and it does not fail."""
    torch.manual_seed(2)
    recording = recorded_net(Net("GRU", "dropout"), torch.randn(5, 2, 3), lambda y: y**3)
    event, _, tensor = next(made_by_layer(recording))
    found = recording.explain(event, 0, (3, 1, 2))
    number = found.parts[0].factors[1].number(0)
    assert number is not None
    value = scalar_of(recording, number)
    recording.save(tmp_path / "seen.bprec")
    recording = bv.load(tmp_path / "seen.bprec")[0]
    monkeypatch.setattr(drawn, "drawers", [])
    assert told_scalar(recording, number, None) is None
    assert told_scalar(recording, number, float(value)) == value
    assert told_scalar(recording, Number(tensor, (3, 1, 2), event), None) == found.value
    # The same number of another iteration is found, to be asked about there.
    torch.manual_seed(3)
    other = recorded_net(Net("GRU", "dropout"), torch.randn(5, 2, 3), lambda y: y**3)
    then = counterpart(recording, number, other)
    assert then is not None
    assert then.tensor == other.events[event].input_ids[0]
    assert (then.index, then.intermediate) == (number.index, number.intermediate)
