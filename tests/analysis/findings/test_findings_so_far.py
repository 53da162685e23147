"""What is said of NaN and Inf in a phase that has not ended."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from backprop_viz.capture.recorder import Recorder
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase


def found_in(phase: Phase, compute: Callable[[Tensor], Tensor]) -> list[tuple[str, ...]]:
    """Code, severity, kind and operation of what is said of a phase, while nothing follows it.

    It is asked event by event; what is said throughout is told once.
    """
    model = nn.Linear(2, 2, bias=False)
    with torch.no_grad():
        model.weight.copy_(torch.eye(2))
    recorder, states = Recorder(model, None), list[Recording]()
    recorder.tell(lambda _: states.append(recorder.recording()), None)
    x = torch.tensor([[0.0, 1.0]])
    recorder.take_inputs({"input": x})
    with recorder.phase(Phase.FORWARD):
        output = compute(model(x))
    recorder.take_results(output, None)
    states.append(recorder.recording())  # forward has ended, and the loss is not known yet
    with recorder.phase(Phase.LOSS):
        loss = output.sum()
    recorder.take_results(output, loss)
    with recorder.phase(Phase.BACKWARD):
        loss.backward()
    of_phase = [state for state in states if state.spans[-1].phase is phase]
    said = [
        [(f.code, f.severity, *map(str, f.values[:2])) for f in state.findings()]
        for state in of_phase
    ]
    assert sorted(said, key=len) == said, "nothing that was said is taken back"
    return said[-1]


@pytest.mark.parametrize(
    ("compute", "said"),
    [
        (lambda y: 1 / y, [("not_finite", "warning", "Inf", "rdiv")]),
        (lambda y: (y * 1000).exp(), [("not_finite", "warning", "Inf", "exp")]),
        (lambda y: (1 / y) * 0, [("not_finite", "warning", "Inf", "rdiv")]),
        (lambda y: y / y, [("not_finite", "error", "NaN", "div")]),
    ],
)
def test_an_inf_is_said_as_soon_as_it_is_there(
    compute: Callable[[Tensor], Tensor], said: list[tuple[str, ...]]
) -> None:
    assert found_in(Phase.FORWARD, compute) == said


def test_an_inf_that_is_followed_only_later() -> None:
    """As of the logarithm of a place, which may be 0; and of a feature."""

    place = torch.tensor([0.0, 3.0])

    def replaced(y: Tensor) -> Tensor:
        far = 1 + place.log() / 2
        return y * torch.where(place < 1, place, far)

    assert found_in(Phase.FORWARD, replaced) == []
    said = [("not_finite", "warning", "Inf", "log")]
    assert found_in(Phase.FORWARD, lambda y: y * (place.log() / 2)) == said


@pytest.mark.parametrize(
    "compute",
    [
        lambda y: y.masked_fill(y == 0, -torch.inf).softmax(1),
        lambda y: (y + torch.full((2, 2), -torch.inf).triu(1)[:1]).softmax(1),
        lambda y: (y + (y.detach() > 0.5).float().log()).softmax(1),
        lambda y: torch.where(y > 0.5, y, -torch.inf).softmax(1),
    ],
)
def test_the_inf_of_a_mask_is_wanted(compute: Callable[[Tensor], Tensor]) -> None:
    assert found_in(Phase.FORWARD, compute) == []
    assert found_in(Phase.BACKWARD, compute) == []


def test_an_inf_among_gradients_is_said_as_soon_as_it_is_there() -> None:
    said = found_in(Phase.BACKWARD, torch.sqrt)
    assert ("not_finite_gradient", "error", "Inf", "SqrtBackward0") in said
