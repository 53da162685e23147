"""Clipped gradients in the terms that torch computes: the limit, and the total norm."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.analysis.numbers.number_names import NumberNames
from backprop_viz.capture.explaining.explainer import explain_number
from backprop_viz.recording.explanations.number_explanation import NumberExplanation
from backprop_viz.recording.iteration import Recording
from tests.capture.explaining.checks import faults

X = torch.linspace(-1, 1, 24).reshape(8, 3)
Change = Callable[[nn.Module], object]


def network() -> nn.Module:
    torch.manual_seed(6)
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))


def gradients(net: nn.Module) -> dict[str, Tensor]:
    return {k: p.grad.clone() for k, p in net.named_parameters() if p.grad is not None}


def recorded(*changes: Change) -> tuple[Recording, list[dict[str, Tensor]]]:
    """A backward and what is done to the gradients after it; what these were at each instant."""
    net = network()
    found = []
    with bv.record(net) as record:
        net(X).square().mean().backward()
        found.append(gradients(net))
        for change in changes:
            change(net)
            found.append(gradients(net))
    return record.recording, found


def each(change: Callable[[Tensor], object]) -> Change:
    return lambda net: [change(p.grad) for p in net.parameters() if p.grad is not None]


def events_of(recording: Recording, op: str) -> dict[str, int]:
    return {e.parameter or "": i for i, e in enumerate(recording.events) if e.op == op}


def explained(recording: Recording, event: int) -> list[NumberExplanation]:
    made = recording.events[event].outputs[0]
    assert made is not None
    found = [recording.explain(event, 0, index) for index in np.ndindex(made.shape)]
    assert [list(faults(recording, one)) for one in found] == [[]] * len(found)
    return found


def by_norm(most: float, order: float, foreach: bool | None = None) -> Change:
    return lambda net: nn.utils.clip_grad_norm_(net.parameters(), most, order, foreach=foreach)


@pytest.mark.parametrize("foreach", [None, False])
@pytest.mark.parametrize("order", [2.0, 1.0, 3.0, float("inf")])
def test_a_gradient_is_scaled_by_the_limit_over_the_total_norm(
    order: float, foreach: bool | None
) -> None:
    recording, (before, after) = recorded(by_norm(0.1, order, foreach))
    flat = torch.cat([grad.flatten() for grad in before.values()]).double()
    norm = float(torch.linalg.vector_norm(flat, order))
    events = events_of(recording, "clip_grad_norm_")
    assert events.keys() == before.keys()
    for name, event in events.items():
        for found in explained(recording, event):
            index = found.number.index
            assert found.value == after[name][index]
            (term,) = found.terms
            old, scale = term.factors
            assert old.value == before[name][index]
            assert scale.value == pytest.approx(min(1.0, 0.1 / (norm + 1e-6)), rel=1e-6)
            assert "min(1, 0.1 / (total_norm + 1e−6))" in found.formula
            assert scale.number is not None
            total = explain_number(recording, scale.number)
            assert NumberNames(recording).name(scale.number) == "total_norm"
            assert total.value == pytest.approx(norm, rel=1e-6)
            summed = total.total if np.isinf(order) else total.total ** (1 / order)
            assert summed == pytest.approx(norm, rel=1e-12)


def test_a_total_norm_can_be_asked_on_down_to_its_gradients() -> None:
    recording, (before, _) = recorded(by_norm(0.1, 2.0))
    event = events_of(recording, "clip_grad_norm_")["0.weight"]
    asked = recording.explain(event, 0, (0, 0)).terms[0].factors[1].number
    assert asked is not None
    by_name = recording.explain(event, intermediate="measure:total_norm")
    assert by_name.value == explain_number(recording, asked).value
    names = []
    for term in explain_number(recording, asked).terms:
        one = term.factors[0]
        assert one.number is not None
        (name,) = [name for name in before if one.role == f"‖{name}.grad‖"]
        assert one.value == pytest.approx(float(before[name].double().norm()), rel=1e-12)
        assert explain_number(recording, one.number).value == one.value
        names.append(name)
    assert sorted(names) == sorted(before)


def test_below_the_limit_it_is_said_so() -> None:
    recording, _ = recorded(by_norm(100.0, 2.0))
    (found, *_) = explained(recording, events_of(recording, "clip_grad_norm_")["2.bias"])
    assert found.total == found.value
    assert [fact.code for fact in found.facts] == ["clip_idle"]
    assert found.facts[0].values[1] == 100.0


def test_each_of_several_clippings_has_its_own_norm_and_limit() -> None:
    def both(net: nn.Module) -> None:
        nn.utils.clip_grad_norm_(net.get_submodule("0").parameters(), 0.1)
        nn.utils.clip_grad_norm_(net.get_submodule("2").parameters(), 0.02)

    recording, (before, _) = recorded(both)
    for name, event in events_of(recording, "clip_grad_norm_").items():
        most = 0.1 if name.startswith("0") else 0.02
        mine = [grad.flatten() for key, grad in before.items() if key[0] == name[0]]
        norm = float(torch.cat(mine).double().norm())
        for found in explained(recording, event):
            scale = found.terms[0].factors[1]
            assert scale.value == pytest.approx(most / (norm + 1e-6), rel=1e-6)


def test_a_norm_that_the_caller_computed_is_told_with_its_limit() -> None:
    if not hasattr(nn.utils, "clip_grads_with_norm_"):
        pytest.skip("this torch has no clip_grads_with_norm_")

    def clip(net: nn.Module) -> None:
        nn.utils.clip_grads_with_norm_(net.parameters(), 0.1, torch.tensor(4.0))

    recording, _ = recorded(clip)
    events = events_of(recording, "clip_grads_with_norm_")
    assert len(events) == 4
    (found, *_) = explained(recording, events["0.weight"])
    assert found.terms[0].factors[1].value == pytest.approx(0.1 / (4 + 1e-6))


@pytest.mark.parametrize("foreach", [None, False])
def test_values_are_clipped_to_the_limit(foreach: bool | None) -> None:
    def clip(net: nn.Module) -> None:
        nn.utils.clip_grad_value_(net.parameters(), 0.01, foreach=foreach)

    recording, (before, after) = recorded(clip)
    for name, event in events_of(recording, "clip_grad_value_").items():
        for found in explained(recording, event):
            index = found.number.index
            assert found.formula == "w.grad ← min(max(w.grad, −0.01), 0.01)"
            plain = before[name][index].double().clamp(-0.01, 0.01)
            assert found.total == plain
            assert found.value == after[name][index]


HAND = {
    "mul_": each(lambda grad: grad.mul_(0.25)),
    "__imul__": each(lambda grad: grad.__imul__(0.25)),
    "by_a_tensor": each(lambda grad: grad.mul_(torch.tensor(0.3))),
    "clamp_": each(lambda grad: grad.data.clamp_(-0.01, 0.02)),
    "named": each(lambda grad: grad.clamp_(max=0.01)),
    "sign_": each(lambda grad: grad.sign_()),
    "nan_to_num_": each(lambda grad: torch.nan_to_num_(grad)),
    "add_": each(lambda grad: grad.add_(0.5)),
    "foreach": lambda net: torch._foreach_mul_([p.grad for p in net.parameters()], 0.25),
    "foreach_list": lambda net: torch._foreach_div_([p.grad for p in net.parameters()], [2.0] * 4),
}


@pytest.mark.parametrize("name", HAND)
def test_what_the_loop_does_by_hand_has_the_terms_of_that_operation(name: str) -> None:
    recording, (before, after) = recorded(HAND[name])
    for parameter, event in events_of(recording, "changed").items():
        for found in explained(recording, event):
            index = found.number.index
            assert found.value == after[parameter][index]
            assert found.reason is None
            numbers = [f.number for term in found.terms for f in term.factors if f.number]
            for number in numbers:
                if number.index == index:
                    asked = explain_number(recording, number)
                    assert asked.value == before[parameter][index]
                    assert asked.kind == "accumulated"


def test_a_gradient_written_twice_by_hand_leads_on_through_both() -> None:
    recording, (before, after) = recorded(each(lambda grad: grad.mul_(0.5).clamp_(-0.1, 0.1)))
    for parameter, event in events_of(recording, "changed").items():
        for found in explained(recording, event):
            index = found.number.index
            assert found.reason is None
            assert found.value == after[parameter][index]
            read = [f.number for term in found.terms for f in term.factors if f.number]
            if not read:  # it is the limit
                assert abs(found.value) == pytest.approx(0.1)
                continue
            (clamped,) = read
            halved = explain_number(recording, clamped)
            numbers = [f.number for term in halved.terms for f in term.factors if f.number]
            assert [recording.tensors[n.tensor][index] for n in numbers] == [
                before[parameter][index]
            ]


def test_what_was_done_by_hand_before_a_clipping_is_told_apart() -> None:
    recording, (_, halved, _) = recorded(each(lambda grad: grad.mul_(0.5)), by_norm(0.1, 2.0))
    flat = torch.cat([grad.flatten() for grad in halved.values()]).double()
    for name, event in events_of(recording, "clip_grad_norm_").items():
        for found in explained(recording, event):
            old, scale = found.terms[0].factors
            assert old.value == halved[name][found.number.index]
            assert scale.value == pytest.approx(0.1 / (float(flat.norm()) + 1e-6), rel=1e-6)


def test_it_is_clipped_after_a_scaler_has_unscaled() -> None:
    net = network()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    scaler = torch.amp.GradScaler("cpu", init_scale=256.0)
    with bv.record(net, optimizer) as record:
        scaler.scale(net(X).square().mean()).backward()
        scaler.unscale_(optimizer)
        before = gradients(net)
        nn.utils.clip_grad_norm_(net.parameters(), 0.1)
        scaler.step(optimizer)
    recording = record.recording
    events = events_of(recording, "clip_grad_norm_")
    assert events.keys() == before.keys()
    for name, event in events.items():
        for found in explained(recording, event):
            old = found.terms[0].factors[0]
            assert old.value == before[name][found.number.index]


def test_the_limit_is_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "clipped.bprec"
    net = network()
    with bv.record(net) as record:
        net(X).square().mean().backward()
        nn.utils.clip_grad_norm_(net.parameters(), 0.1)
    record.recording.save(path)
    (recording,) = bv.load(path)
    event = events_of(recording, "clip_grad_norm_")["0.weight"]
    (found, *_) = explained(recording, event)
    assert "0.1" in found.formula
    assert found.reason is None


def test_the_total_norm_that_a_clip_read_has_its_terms() -> None:
    recording, _ = recorded(lambda net: nn.utils.clip_grad_norm_(net.parameters(), 0.1))
    clips = [i for i, event in enumerate(recording.events) if event.op == "clip_grad_norm_"]
    assert len(clips) == 4
    for i in clips:
        found = recording.explain(i, 1, (), arrived=True)
        assert found.reason is None
        assert len(found.terms) == 4
        assert found.total**0.5 == pytest.approx(found.value, rel=1e-6)
