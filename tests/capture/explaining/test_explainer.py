"""Every kind of number, why some have no terms, the chain, and what a number changes."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.capture.explaining.chains import chain, effects
from backprop_viz.capture.explaining.explainer import explain_number
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import GradientIntervention
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.training.recorded_steps import RecordedSteps
from tests.capture.explaining.checks import faults
from tests.capture.recorded_nets import Applied, recorded_net
from tests.capture.test_functions_of_others import ByNumpy
from tests.recording.streams import through_stream


def lenet(**options: Any) -> Recording:
    settings = {"loss": "mse", "optimizer": "sgd", "lr": 0.1, "batch_size": 2} | options
    trainer = bv.Trainer("random", **settings)
    trainer.iterate()
    return trainer.record()


@pytest.fixture(scope="module")
def recording() -> Recording:
    return lenet()


def find(recording: Recording, op: str, parameter: str | None = None) -> int:
    return next(
        i
        for i, e in enumerate(recording.events)
        if e.op == op and (parameter is None or e.parameter == parameter)
    )


# -- kinds ---------------------------------------------------------------------------------------


def test_what_nothing_recorded_made_is_given(recording: Recording) -> None:
    weight = recording.by_parameter["conv1.weight"]
    for tensor in (weight.value_id, recording.input_id, weight.grad_id):
        index = (0,) * recording.tensors[tensor].ndim
        found = explain_number(recording, Number(tensor, index))
        assert (found.kind, found.parts, found.reason) == ("given", (), None)
        assert found.value == found.total == float(recording.tensors[tensor][index])


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("manual", {}),
        ("sgd", {}),
        ("sgd", {"momentum": 0.9, "weight_decay": 0.01}),
        ("nesterov", {}),
        ("adam", {}),
        ("adamw", {"weight_decay": 0.1}),
        ("adagrad", {}),
        ("nadam", {}),
        ("rmsprop", {"momentum": 0.5}),
    ],
)
def test_a_new_weight_is_the_old_one_and_the_optimizers_step(
    name: str, options: dict[str, Any]
) -> None:
    recording = lenet(optimizer=name, lr=0.01, optimizer_options=options)
    update = next(
        i
        for i, e in enumerate(recording.events)
        if e.phase is Phase.UPDATE and e.parameter == "fc3.bias"
    )
    event = recording.events[update]
    found = recording.explain(update, 0, (4,))
    assert found.kind == "update"
    assert not [*faults(recording, found)]
    assert found.parts
    step = float(event.outputs[0][4]) - float(event.inputs[0][4])
    steps = sum(float(part.values.sum()) for part in found.parts if part.name != "before")
    if name not in ("adamw", "nadam"):  # these shrink the old weight first
        assert steps == pytest.approx(step, rel=1e-4)
    for state, (_, after) in event.state_ids.items():
        if recording.tensors[after].shape == (10,):
            number = Number(after, (4,), update)
            own = explain_number(recording, number)
            assert not [*faults(recording, own)], state
            assert own.parts, state


def test_a_gradient_that_met_another_is_the_sum_of_both() -> None:
    recording = lenet(clear_gradients=False)
    event = find(recording, "AccumulateGrad", "fc3.bias")
    found = recording.explain(event, 0, (1,))
    assert [part.name for part in found.parts] == ["before", "arrived"]
    before, arrived = recording.events[event].inputs
    assert [part.values[0] for part in found.parts] == [before[1], arrived[1]]
    onward = found.parts[1].factors[0].number(0)
    assert onward is not None
    assert len(explain_number(recording, onward).terms) == 2, "the samples of the batch"


def test_backward_twice_adds_to_what_the_first_one_left() -> None:
    steps = RecordedSteps(bv.Trainer("random", "mse", "sgd", lr=0.1, batch_size=2))
    for _ in range(3):
        steps.step()
    steps.backward_twice(retain_graph=True)
    recording = steps.recording()
    first, second = (
        i
        for i, e in enumerate(recording.events)
        if e.op == "AccumulateGrad" and e.parameter == "conv2.bias"
    )
    found = recording.explain(second, 0, (3,))
    before = found.parts[0].factors[0].number(0)
    assert before is not None
    assert before.event == first
    assert found.value == pytest.approx(2 * recording.explain(first, 0, (3,)).total, rel=1e-5)


def test_what_arrives_from_several_nodes_is_their_sum() -> None:
    shared = recorded_net(
        Applied(torch.randn(3, 4), lambda w, x: (y := w.sin()).tanh() * x + y), torch.rand(3, 4)
    )
    event = find(shared, "SinBackward0")
    found = shared.explain(event, 0, (1, 2), arrived=True)
    assert [part.name for part in found.parts] == ["sent", "sent"]
    senders = {shared.events[part.factors[0].event].op for part in found.parts}
    assert senders == {"TanhBackward0", "AddBackward0"}
    assert not [*faults(shared, found)]


@pytest.mark.parametrize("kind", ["scale", "clip", "zero", "noise"])
def test_a_change_made_on_purpose_is_a_term_of_its_own(kind: str) -> None:
    trainer = bv.Trainer("random", "mse", "sgd", lr=0.1, batch_size=2)
    plain = trainer.record()
    relu = plain.events[find(plain, "relu")].node
    assert relu is not None
    node = plain.graph.nodes[relu]
    again = bv.Trainer("random", "mse", "sgd", lr=0.1, batch_size=2)
    steps = RecordedSteps(again, intervention=GradientIntervention(node.key, kind, 1e-6))
    while steps.step() is not Phase.UPDATE:
        pass
    recording = through_stream(steps.recording())
    event = recording.runs[node.id][0]
    sent = recording.events[event].outputs[0]
    index = tuple(int(i) for i in np.unravel_index(np.abs(sent).argmax(), sent.shape))
    found = recording.explain(event, 0, index)
    assert [part.name for part in found.parts][-1] == "intervention"
    assert found.total == found.value == float(sent[index])
    fact = found.facts[-1]
    unchanged = plain.events[plain.runs[node.id][0]].outputs[0][index]
    assert (fact.code, fact.values[:2]) == ("intervention", (kind, 1e-6))
    assert fact.values[2] == pytest.approx(float(unchanged), rel=1e-5)


def test_a_sum_of_zeros_shows_the_zeros() -> None:
    """A product of a row and a column that are 0 has its terms all the same."""
    net = Applied(torch.randn(3, 4), lambda w, x: (w * x[:1]) @ x.t())
    x = torch.randn(3, 4)
    x[1] = 0
    net.weight.data[2] = 0
    recording = recorded_net(net, x)
    found = recording.explain(find(recording, "matmul"), 0, (2, 1))
    assert [(f.role, f.values.tolist()) for f in found.parts[0].factors] == [
        ("input", [0.0] * 4),
        ("weight", [0.0] * 4),
    ]
    assert found.value == found.total == 0


# -- reasons -------------------------------------------------------------------------------------


def reason(recording: Recording, op: str, index: tuple[int, ...] = (1, 2)) -> str:
    found = recording.explain(find(recording, op), 0, index)
    assert found.parts == ()
    assert found.reason is not None
    return found.reason.code


def recorded(function: Callable[[Tensor, Tensor], Tensor], **more: Any) -> Recording:
    torch.manual_seed(2)
    return recorded_net(Applied(torch.randn(3, 4), function), torch.randn(3, 4), **more)


def test_why_there_are_no_terms() -> None:
    custom = recorded(lambda w, x: ByNumpy.apply(w * x).sin())
    assert reason(custom, "ByNumpyBackward") == "custom_function"
    assert custom.explain(find(custom, "SinBackward0"), 0, (1, 2)).parts

    generator = torch.Generator()

    def on_a_view(w: Tensor, x: Tensor) -> Tensor:
        base = w * x
        base[:, :3].bernoulli_(0.5, generator=generator)
        return base

    assert reason(recorded(on_a_view), "CopySlices") == "in_place_on_view"
    drawn = recorded(lambda w, x: (w * 1).bernoulli_(0.5, generator=generator) * w)
    assert reason(drawn, "bernoulli_") == "call_not_recorded"

    cut = recorded(lambda w, x: F.linear(x, w, w[:, 0]), samples=1)
    assert cut.explain(find(cut, "linear"), 0, (0, 1)).parts, "the sample is there"
    weights = find(cut, "AddmmBackward0")
    assert reason_at(cut, weights, 2, (1, 2)) == "samples"


def reason_at(recording: Recording, event: int, slot: int, index: tuple[int, ...]) -> str:
    found = recording.explain(event, slot, index)
    assert found.reason is not None
    return found.reason.code


def test_a_gradient_changed_by_a_hook_says_so() -> None:
    def function(w: Tensor, x: Tensor) -> Tensor:
        y = w * x
        y.register_hook(lambda grad: grad * grad)
        return y.sin()

    recording = recorded(function)
    found = recording.explain(find(recording, "MulBackward0"), 0, (1, 2), arrived=True)
    assert found.reason is not None
    assert found.reason.code == "changed_by_hook"


def test_a_number_that_is_not_there_is_refused(recording: Recording) -> None:
    conv = find(recording, "conv2d")
    wrong: list[tuple[Callable[[], Any], str]] = [
        (lambda: recording.explain(len(recording.events)), "none of number"),
        (lambda: recording.explain(-1), "none of number"),
        (lambda: recording.explain(conv, 1), "nothing at output 1"),
        (lambda: recording.explain(conv, 0, (0, 0)), "has no element"),
        (lambda: recording.explain(conv, 0, (0, 0, 0, 99)), "has no element"),
        (lambda: recording.explain(conv, 0, (0, 0, 0, 0), arrived=True), "no grad_fn node"),
        (lambda: explain_number(recording, Number(10**6)), "no tensor"),
    ]
    for call, text in wrong:
        with pytest.raises(ValueError, match=text):
            call()


def test_the_recording_alone_says_that_it_needs_the_engine() -> None:
    code = (
        "import sys, backprop_viz\n"
        "assert 'torch' not in sys.modules and 'numpy' not in sys.modules\n"
        "from backprop_viz.recording.explanations import explaining\n"
        "explaining.engine.clear()\n"
        "try: explaining.explained(None, None)\n"
        "except RuntimeError as error: print(error)\n"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "import backprop_viz" in said.stdout


# -- the chain and effects -----------------------------------------------------------------------


def test_the_chain_of_a_new_weight_goes_by_its_gradient_to_the_loss(recording: Recording) -> None:
    update = find(recording, "SGD", "conv1.weight")
    tensor = recording.events[update].output_ids[0]
    links = chain(recording, Number(tensor, (0, 0, 1, 1), update))
    assert [link.kind for link in links[:2]] == ["update", "accumulated"]
    assert (links[-1].kind, links[-1].value) == ("arrived", 1.0)
    assert all(link.reason is None for link in links)


def test_the_chain_of_an_activation_goes_back_to_the_batch(recording: Recording) -> None:
    event = next(i for i, e in enumerate(recording.events) if e.phase is Phase.LOSS)
    links = chain(recording, Number(recording.events[event].output_ids[0], (), event))
    assert links[0].kind == "loss"
    assert links[-1].kind == "given"
    layer = find(recording, "relu")
    tensor = recording.events[layer].output_ids[0]
    active = tuple(int(i) for i in np.argwhere(recording.tensors[tensor] > 0)[0])
    assert [link.op for link in chain(recording, Number(tensor, active, layer))][:2] == [
        "relu",
        "conv2d",
    ]


def test_effects_are_the_derivatives_of_what_is_computed_next(recording: Recording) -> None:
    weight = recording.by_parameter["conv2.weight"]
    index = (3, 2, 1, 2)
    (effect,) = effects(recording, Number(weight.value_id, index))
    event = recording.events[effect.event]
    assert event.op == "conv2d"
    w = torch.tensor(weight.value, dtype=torch.float64)
    x = torch.from_numpy(event.inputs[0].astype(np.float64))
    one = torch.zeros_like(w)
    one[index] = 1
    expected = F.conv2d(x, one).numpy()
    dense = np.zeros(expected.shape)
    dense[tuple(effect.indices.T)] = effect.derivatives
    assert np.allclose(dense, expected, rtol=1e-12)
    assert list(np.abs(effect.derivatives)) == sorted(np.abs(effect.derivatives), reverse=True)


def test_the_effects_of_a_gradient_are_found_among_the_terms_of_what_follows(
    recording: Recording,
) -> None:
    event = next(
        i for i, e in enumerate(recording.events) if e.op == "AddmmBackward0" and e.inputs[0].any()
    )
    tensor = recording.events[event].input_ids[0]
    number = Number(tensor, (1, 4), event, 0, arrived=True)
    found = effects(recording, number)
    assert [effect.slot for effect in found] == [0, 1, 2]
    for effect in found:
        index = tuple(int(i) for i in effect.indices[0])
        terms = explain_number(recording, Number(effect.tensor, index, event, effect.slot)).terms
        factors = [
            {factor.role: factor for factor in term.factors}
            for term in terms
            if number in (factor.number for factor in term.factors)
        ]
        (of_it,) = factors
        (other,) = (f.value for role, f in of_it.items() if role != "upstream")
        assert other == pytest.approx(effect.derivatives[0], rel=1e-12)


def test_a_batch_that_requires_a_gradient_has_one_explained() -> None:
    """Nothing in the recording says that it does, but where its gradient was sent."""
    torch.manual_seed(2)
    x = torch.randn(3, 4, requires_grad=True)
    recording = recorded_net(Applied(torch.randn(3, 4), lambda w, x: w * x), x)
    event = find(recording, "MulBackward0")
    other = recording.explain(event, 1, (1, 2)).parts[0].factors[1].number(0)
    assert other == Number(recording.by_parameter["weight"].value_id, (1, 2))
    number = Number(recording.events[event].input_ids[0], (1, 2), event, arrived=True)
    slopes = {e.slot: e.derivatives.tolist() for e in effects(recording, number)}
    weight = recording.by_parameter["weight"].value[1, 2]
    assert slopes == {0: [x[1, 2].item()], 1: [weight]}


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_gradient_changes_the_new_weight_by_the_rule(optimizer: str) -> None:
    trainer = bv.Trainer("random", "mse", optimizer, lr=0.01, batch_size=2)
    recording = trainer.record()
    event = find(recording, "AccumulateGrad", "fc1.bias")
    grad = recording.events[event].outputs[0]
    i = int(np.abs(grad).argmax())
    (effect,) = effects(recording, Number(recording.events[event].output_ids[0], (i,), event))
    if optimizer == "sgd":
        assert effect.derivatives[0] == pytest.approx(-0.01, rel=1e-6)
    else:  # w - lr * g / (|g| + eps) in the first step
        g, eps = float(grad[i]), 1e-8
        assert effect.derivatives[0] == pytest.approx(-0.01 * eps / (abs(g) + eps) ** 2, rel=0.05)


def test_a_sent_gradient_changes_what_arrives_next(recording: Recording) -> None:
    event = find(recording, "ReluBackward0")
    tensor = recording.events[event].output_ids[0]
    found = effects(recording, Number(tensor, (0, 3), event))
    (target,) = {effect.event for effect in found}
    assert recording.events[target].op == "AddmmBackward0"


def test_a_recording_of_before_calls_were_recorded_says_so(recording: Recording) -> None:
    events = tuple(replace(e, call=None) for e in recording.events)
    older = replace(recording, events=events)
    conv = find(older, "view")
    found = older.explain(conv, 0, (0, 3))
    assert found.reason is not None
    assert found.reason.code == "call_not_recorded"


def test_nothing_is_learnt_while_explaining(recording: Recording) -> None:
    """The program's own random numbers and gradients stay as they are."""
    net = nn.Linear(2, 2)
    net(torch.ones(1, 2)).sum().backward()
    before, state = net.weight.grad.clone(), torch.get_rng_state()
    dropped = recorded(lambda w, x: F.dropout(w * x, 0.5))
    after = torch.get_rng_state()
    assert dropped.explain(find(dropped, "MulBackward0"), 0, (0, 1)).reason is None
    assert torch.equal(after, torch.get_rng_state())
    assert not torch.equal(state, after)
    assert torch.equal(before, net.weight.grad)
