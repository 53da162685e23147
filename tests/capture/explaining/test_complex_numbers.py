"""A complex number is explained as its real and its imaginary part, each by terms of its own."""

import random

import numpy as np
import pytest
import torch

from backprop_viz.analysis.numbers.number_names import NumberNames
from backprop_viz.capture.checks.gradient_check import NumberCheck
from backprop_viz.capture.checks.loss_along import LossAlong
from backprop_viz.capture.explaining.chains import effects, links
from backprop_viz.capture.explaining.explainer import Explainer
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase
from tests.capture.explaining.checks import faults, numbers_of
from tests.capture.explaining.complex_nets import COMPLEX_NETS, squares
from tests.capture.recorded_nets import Applied, recorded_net
from tests.nightly import by_day_every
from tests.recording.streams import through_stream

NAMES = by_day_every(9, list(COMPLEX_NETS))
OPTIMIZERS = {
    "SGD": lambda p: torch.optim.SGD(p, 0.1),
    "momentum": lambda p: torch.optim.SGD(p, 0.1, momentum=0.5, weight_decay=0.1),
    "Adam": lambda p: torch.optim.Adam(p, 0.1),
}


def recorded(name: str, optimizer: str = "SGD") -> Recording:
    torch.manual_seed(3)
    function, weight, x = COMPLEX_NETS[name]
    net = Applied(weight(), function)
    made = recorded_net(net, x(), squares, OPTIMIZERS[optimizer](net.parameters()))
    return through_stream(made)


@pytest.mark.parametrize("name", NAMES)
def test_every_number_closes(name: str) -> None:
    recording, wrong = recorded(name), []
    explainer = Explainer(recording)
    for number in numbers_of(recording, random.Random(1)):
        found = explainer.explain(number)
        wrong += [f"{found.op} {number}: {each}" for each in faults(recording, found)]
        for part in filter(None, (found, found.imaginary)):
            if part.reason is not None and part.reason.code not in ("constant", "no_derivative"):
                wrong.append(f"{found.kind} {found.op}: {part.reason}")
    assert not wrong, "\n".join(wrong[:10])


@pytest.mark.filterwarnings("ignore:Casting complex values to real")
def test_a_number_that_was_cast_to_a_real_one_gets_no_imaginary_gradient() -> None:
    torch.manual_seed(3)
    weight, x = torch.randn(2, 4, dtype=torch.complex64)
    made = recorded_net(Applied(weight, lambda w, x: (w * x).float()), x, squares)
    recording, wrong = through_stream(made), []
    for number in numbers_of(recording, random.Random(1)):
        found = Explainer(recording).explain(number)
        wrong += [f"{found.op} {number}: {each}" for each in faults(recording, found)]
        assert found.reason is None
    assert not wrong, "\n".join(wrong[:10])


@pytest.mark.parametrize("name", NAMES)
def test_a_part_of_a_gradient_is_the_slope_along_that_part_of_the_weight(name: str) -> None:
    recording = recorded(name)
    weight = recording.by_parameter["weight"]
    grad = next(
        e
        for e in reversed(recording.events)
        if e.parameter == "weight" and e.phase is Phase.BACKWARD
    ).outputs[0]
    assert grad is not None
    index = tuple(n - 1 for n in grad.shape)
    for component in ("real", "imag") if np.iscomplexobj(weight.value) else ("",):
        along = LossAlong(recording, Number(weight.value_id, index, component=component))
        x, h = along.value, 1e-5
        slope = (along.run(x + h).loss - along.run(x - h).loss) / (2 * h)
        assert slope == pytest.approx(along.gradient(), rel=1e-6, abs=1e-8)
        recorded_part = getattr(grad[index], component) if component else grad[index]
        assert float(recorded_part) == pytest.approx(slope, rel=1e-3, abs=1e-4)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_new_complex_weight_closes(optimizer: str) -> None:
    recording = recorded("products", optimizer)
    i = next(i for i, e in enumerate(recording.events) if e.phase is Phase.UPDATE)
    found = recording.explain(i, 0, (2,))
    assert found.reason is None
    assert found.imaginary is not None
    assert found.imaginary.reason is None
    assert list(faults(recording, found)) == []
    new = recording.events[i].outputs[0]
    assert new is not None
    assert complex(found.value, found.imaginary.value) == complex(new[2])


def test_the_terms_are_those_of_plain_numpy() -> None:
    """L = Σ |w·x|², so torch's w.grad is Σ 2·w·x·x*: ∂L/∂Re w + i·∂L/∂Im w, not ∂L/∂w*."""
    recording = recorded("products")
    w, x = recording.by_parameter["weight"].value, recording.tensors[recording.input_id or 0]
    mul = next(i for i, e in enumerate(recording.events) if e.op == "mul")
    found = recording.explain(mul, 0, (1, 2))
    assert sorted(term.value for term in found.terms) == pytest.approx(
        sorted([float(w[2].real) * float(x[1, 2].real), -float(w[2].imag) * float(x[1, 2].imag)])
    )
    last = next(i for i in reversed(recording.happened_to["weight"]) if i > mul)
    grads = [e for e in recording.events if e.op == "AccumulateGrad"]
    exact = (2 * w * np.abs(x.astype(np.complex128)) ** 2).sum(0)
    assert grads[0].outputs[0] == pytest.approx(exact, rel=1e-5)
    grad = recording.explain(recording.events.index(grads[0]), 0, (2,))
    assert grad.total == pytest.approx(exact[2].real, rel=1e-5)
    assert grad.imaginary is not None
    assert grad.imaginary.total == pytest.approx(exact[2].imag, rel=1e-5)
    assert [fact.code for fact in grad.facts] == ["complex_gradient"]
    assert recording.explain(last, 0, (2,), component="imag").number.component == "imag"


def test_the_chain_leads_to_the_loss_and_a_part_changes_both_parts() -> None:
    recording = recorded("conj")
    explainer, names = Explainer(recording), NumberNames(recording)
    i = next(i for i, e in enumerate(recording.events) if e.op == "AccumulateGrad")
    grad = recording.events[i].output_ids[0]
    assert grad is not None
    steps = list(links(explainer, Number(grad, (1,), i, component="imag")))
    assert names.name(steps[0].number) == "Im weight.grad[1]"
    assert all(step.reason is None for step in steps)
    assert steps[-1].facts[0].code == "backward_starts"
    weight = recording.by_parameter["weight"].value_id
    changed = effects(recording, Number(weight, (1,), component="imag"))
    x = recording.tensors[recording.input_id or 0]
    real = next(e for e in changed if e.component == "real")
    # d Re(w·x) / d Im w = −Im x
    for index, slope in zip(real.indices, real.derivatives, strict=True):
        assert slope == pytest.approx(-float(x[tuple(index)].imag))


def test_the_check_moves_the_part_that_is_asked_about() -> None:
    recording = recorded("fft")
    weight = recording.by_parameter["weight"].value_id
    for component in ("real", "imag"):
        number = Number(weight, (1,), component=component)
        check = NumberCheck(recording, number, 1e-5)
        for _ in check.slices():
            pass
        found = check.result()
        assert found.number == number
        assert found.verdict == "correct"
        assert found.landing is not None


def test_a_real_number_has_no_imaginary_part() -> None:
    recording = recorded("a real weight")
    with pytest.raises(ValueError, match="is real: it has no imag part"):
        Explainer(recording).explain(
            Number(recording.by_parameter["weight"].value_id, (0,), component="imag")
        )
