"""What an operation computes on its way, step by step down to what it read, against plain torch."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import nn

import backprop_viz as bv
from backprop_viz.analysis.numbers.number_names import NumberNames
from backprop_viz.analysis.numbers.number_origin import counterpart, value_of
from backprop_viz.capture.checks.gradient_check import CannotCheck, checked_number
from backprop_viz.capture.explaining.chains import chain, effects
from backprop_viz.capture.explaining.explainer import explain_number
from backprop_viz.capture.recorder import Recorder
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import NumberExplanation, TermFactor
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase
from tests.recording.streams import through_stream

BATCH = 4


def lenet(loss: str) -> Recording:
    trainer = bv.Trainer("random", loss=loss, optimizer="sgd", lr=0.1, batch_size=BATCH)
    trainer.iterate()
    return trainer.record()


@pytest.fixture(scope="module")
def recording() -> Recording:
    return lenet("cross_entropy")


def loss_event(recording: Recording, op: str) -> int:
    return next(i for i, e in enumerate(recording.events) if e.phase is Phase.LOSS and e.op == op)


def read(recording: Recording, op: str) -> list[torch.Tensor]:
    arrays = recording.events[loss_event(recording, op)].inputs
    return [torch.from_numpy(np.array(array)) for array in arrays if array is not None]


def factor(explanation: NumberExplanation, role: str, term: int = 0) -> TermFactor:
    found = [f for t in explanation.terms for f in t.factors if f.role == role]
    return found[term]


def number_of(found: TermFactor) -> Number:
    assert found.number is not None
    return found.number


def test_cross_entropy_from_the_loss_to_every_logit(recording: Recording) -> None:
    event = loss_event(recording, "cross_entropy")
    logits, labels = read(recording, "cross_entropy")
    exact = F.log_softmax(logits.double(), 1)
    rounded = F.log_softmax(logits, 1)
    loss = recording.explain(event)
    assert len(loss.terms) == BATCH
    assert loss.total == pytest.approx(float(F.cross_entropy(logits.double(), labels)), rel=1e-13)
    assert loss.value == float(F.cross_entropy(logits, labels))
    seen = set()
    for term in loss.terms:
        share, log_p = term.factors
        assert share.value == -1 / BATCH
        number = number_of(log_p)
        n, k = number.index
        assert k == int(labels[n])
        seen.add(n)

        step = explain_number(recording, number)
        assert step.kind == "intermediate"
        assert step.value == pytest.approx(float(exact[n, k]), rel=1e-13)
        assert step.value == pytest.approx(float(rounded[n, k]), rel=1e-5)
        logit = factor(step, "logit")
        assert number_of(logit) == Number(
            recording.events[event].input_ids[0],
            (n, k),
            number_of(logit).event,
        )
        assert logit.value == float(logits[n, k])
        log_sum = factor(step, "log_sum")
        assert log_sum.value == pytest.approx(float(logits[n].double().logsumexp(0)), rel=1e-13)
        assert log_sum.function == "ln(x)"

        total = explain_number(recording, number_of(log_sum))
        assert total.value == pytest.approx(float(logits[n].double().exp().sum()), rel=1e-13)
        read_there = {number_of(f).index: f.value for t in total.terms for f in t.factors}
        assert read_there == {
            (n, j): pytest.approx(float(logits[n, j].double().exp())) for j in range(10)
        }
        # Each of them is what the last layer made.
        last = explain_number(recording, number_of(total.terms[0].factors[0]))
        assert last.kind == "forward"
        assert recording.events[number_of(total.terms[0].factors[0]).event or 0].op == "linear"
    assert seen == set(range(BATCH))


def test_the_same_through_the_interface(recording: Recording) -> None:
    event = loss_event(recording, "cross_entropy")
    logits, _ = read(recording, "cross_entropy")
    found = recording.explain(event, index=(2, 7), intermediate="log_probability")
    assert found.value == pytest.approx(float(F.log_softmax(logits.double(), 1)[2, 7]), rel=1e-13)
    with pytest.raises(ValueError, match="Nothing computes nonsense"):
        recording.explain(event, index=(2, 7), intermediate="nonsense")
    with pytest.raises(ValueError, match="Nothing computes log_probability"):
        recording.explain(event, index=(BATCH, 7), intermediate="log_probability")


def test_a_value_inside_is_said_to_close_with_the_recorded_loss(recording: Recording) -> None:
    event = loss_event(recording, "cross_entropy")
    loss = recording.explain(event)
    step = explain_number(recording, number_of(factor(loss, "log_probability")))
    closes = next(fact for fact in step.facts if fact.code == "intermediate_closes")
    assert closes.values == ("cross_entropy", loss.value, abs(loss.residual))
    assert abs(loss.residual) < 1e-6


def test_the_way_leads_through_the_softmax(recording: Recording) -> None:
    event = loss_event(recording, "cross_entropy")
    loss = number_of_loss(recording, event)
    steps = chain(recording, loss)
    assert [step.number.intermediate for step in steps[:2]] == ["", "log_probability"]
    assert steps[-1].kind == "given"
    assert all(step.reason is None for step in steps)


def number_of_loss(recording: Recording, event: int) -> Number:
    tensor = recording.events[event].output_ids[0]
    assert tensor is not None
    return Number(tensor, (), event)


def test_what_a_value_inside_changes(recording: Recording) -> None:
    event = loss_event(recording, "cross_entropy")
    loss = recording.explain(event)
    (effect,) = effects(recording, number_of(factor(loss, "log_probability")))
    assert (effect.event, effect.derivatives.tolist()) == (event, [-1 / BATCH])
    step = explain_number(recording, number_of(factor(loss, "log_probability")))
    # Of the sum the logarithm is taken first: no multiple of it is in the loss.
    assert effects(recording, number_of(factor(step, "log_sum"))) == ()


def test_a_value_inside_has_a_name_a_value_and_no_check(recording: Recording) -> None:
    event = loss_event(recording, "cross_entropy")
    number = number_of(factor(recording.explain(event), "log_probability"))
    names = NumberNames(recording)
    assert names.name(number) == f"ln p[{number.index[0]}, {number.index[1]}]"
    inner = number_of(factor(explain_number(recording, number), "log_sum"))
    assert names.name(inner) == f"Σ exp[{number.index[0]}]"
    assert value_of(recording, number) == explain_number(recording, number).value
    with pytest.raises(CannotCheck) as refused:
        checked_number(recording, number)
    assert refused.value.reason.code == "intermediate"


def test_it_is_the_same_number_in_another_iteration(recording: Recording) -> None:
    other = lenet("cross_entropy")
    event = loss_event(recording, "cross_entropy")
    number = number_of(factor(recording.explain(event), "log_probability"))
    found = counterpart(recording, number, other)
    assert found is not None
    logits, _ = read(other, "cross_entropy")
    expected = F.log_softmax(logits.double(), 1)[number.index]
    assert value_of(other, found) == pytest.approx(float(expected), rel=1e-13)
    assert counterpart(recording, number, lenet("mse")) is None


def test_it_goes_through_the_pipe(recording: Recording) -> None:
    event = loss_event(recording, "cross_entropy")
    number = number_of(factor(recording.explain(event), "log_probability"))
    there = through_stream(recording)
    assert explain_number(there, number).value == explain_number(recording, number).value


def test_the_error_inside_a_mean_squared_error() -> None:
    recording = lenet("mse")
    event = loss_event(recording, "mse_loss")
    output, target = read(recording, "mse_loss")
    loss = recording.explain(event)
    assert len(loss.terms) == output.numel()
    squared = factor(loss, "squared_error")
    assert squared.function == "x²"
    index = number_of(squared).index
    error = explain_number(recording, number_of(squared))
    exact = output.double()[index] - target.double()[index]
    assert error.value == float(exact)
    assert squared.value == float(exact**2)
    assert factor(error, "output").value == float(output[index])
    assert factor(error, "target").value == float(target[index])
    assert number_of(factor(error, "output")).event is not None


def test_attention_from_the_output_to_a_query_and_a_key() -> None:
    torch.manual_seed(0)
    q, k, v = (torch.randn(2, 3, 5, 4, requires_grad=True) for _ in range(3))
    recorder = Recorder(nn.Module())
    with recorder.phase(Phase.FORWARD):
        F.scaled_dot_product_attention(q, k, v, is_causal=True)
    recording = recorder.recording()
    with torch.no_grad():
        scores = q.double() @ k.double().transpose(-2, -1) / 2
        weights = scores.masked_fill(torch.ones(5, 5).tril() == 0, -torch.inf).softmax(-1)
    output = recording.explain(0, 0, (1, 2, 3, 0))
    assert len(output.terms) == 5
    for term in output.terms:
        at = number_of(term.factors[0]).index
        assert at[:3] == (1, 2, 3)
        weight = explain_number(recording, number_of(term.factors[0]))
        assert weight.value == pytest.approx(float(weights[at]), rel=1e-12)
        score = explain_number(recording, number_of(factor(weight, "score")))
        masked = at[3] > 3
        assert score.value == (-np.inf if masked else pytest.approx(float(scores[at]), rel=1e-12))
        products = score.parts[0].factors
        assert [f.tensor for f in products] == [None, *recording.events[0].input_ids[:2]]
        total = explain_number(recording, number_of(factor(weight, "one_over_sum")))
        assert total.value == pytest.approx(float(scores[1, 2, 3, :4].exp().sum()), rel=1e-12)


def test_binary_cross_entropy_from_the_loss_to_the_logit() -> None:
    x = torch.linspace(-3, 3, 6, requires_grad=True)
    target = torch.tensor([0.0, 1.0, 0.25, 1.0, 0.0, 1.0])
    recorder = Recorder(nn.Module())
    with recorder.phase(Phase.LOSS):
        F.binary_cross_entropy_with_logits(x, target)
    recording = recorder.recording()
    z = x.detach().double()
    exact = F.binary_cross_entropy_with_logits(z, target.double(), reduction="none")
    loss = recording.explain(0)
    for term in loss.terms:
        number = number_of(next(f for f in term.factors if f.role == "element_loss"))
        element = explain_number(recording, number)
        assert element.value == pytest.approx(float(exact[number.index]), rel=1e-12)
        p = explain_number(recording, number_of(factor(element, "log_probability")))
        assert p.value == pytest.approx(float(z.sigmoid()[number.index]), rel=1e-12)
        assert number_of(p.terms[0].factors[0]).index == number.index
