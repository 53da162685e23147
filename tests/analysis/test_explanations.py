"""Each cause in a net that has it, run by torch."""

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import TensorDataset

import backprop_viz as bv
from backprop_viz.analysis.explanations import Reason, explain
from backprop_viz.analysis.provenance import line_of
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.training.recorded_steps import preview
from tests.analysis.explained_nets import (
    Net,
    dead_relu,
    detached,
    log_of_negative,
    make,
    no_gradient,
    plain,
    root_of_zero,
    rounded,
    saturated,
    thrown_away,
    whole_numbers,
    without_grad,
    zero_by_zero,
)


def why(recording: Recording, name: str, position: int | None = None) -> Reason:
    events = len(recording.events)
    return explain(recording.at(events if position is None else position), "parameter", name)


def shown(recording: Recording, reason: Reason) -> str:
    assert reason.evidence is not None
    return recording.events[reason.evidence].op


def test_frozen_and_unknown() -> None:
    recording = make(plain).record()
    assert why(recording, "frozen") == Reason("frozen", ("frozen",))
    assert why(recording, "there is none").code == "unknown"


def test_never_read() -> None:
    assert why(make(plain).record(), "middle.weight").code == "unused"


def test_detached_at_its_line() -> None:
    recording = make(detached).record()
    reason = why(recording, "first.weight")
    assert (reason.code, shown(recording, reason)) == ("detached", "detach")
    assert reason.values == ("first.weight", "detach")
    first = Net.forward.__code__.co_firstlineno
    assert line_of(recording, reason.evidence or 0) == first + 3
    assert why(recording, "last.weight").code == "value"


def test_under_no_grad() -> None:
    recording = make(without_grad).record()
    for name in ("first.bias", "middle.weight"):
        reason = why(recording, name)
        assert (reason.code, reason.values) == ("no_grad", (name, "linear"))
        assert shown(recording, reason) == "linear"


def test_whole_numbers_have_no_gradient() -> None:
    recording = make(whole_numbers).record()
    reason = why(recording, "first.weight")
    assert reason.code == "integer"
    assert reason.values[1:] == ("gt", "bool")


def test_its_output_is_not_used() -> None:
    recording = make(thrown_away).record()
    reason = why(recording, "middle.bias")
    assert (reason.code, reason.values) == ("unused_output", ("middle.bias", "tanh"))


def test_a_function_that_gives_no_gradient() -> None:
    recording = make(no_gradient).record()
    reason = why(recording, "first.weight")
    assert reason.code == "sent_none"
    assert reason.values[1] == "NothingBackward"
    assert shown(recording, reason) == "NothingBackward"


def test_a_gradient_on_its_way() -> None:
    trainer = make(plain)
    trainer.iterate()
    recording = trainer.record()
    name = "first.bias"
    cleared, arrival, updated = recording.happened_to[name]
    loss = recording.span(Phase.LOSS)
    assert loss is not None
    assert why(recording, name, 0).code == "before_value"
    assert why(recording, name, cleared + 1) == Reason("cleared_none", (name,), cleared)
    assert why(recording, name, loss.stop - 1).code == "cleared_none"
    for position in range(loss.stop, arrival + 1):
        assert why(recording, name, position) == Reason("waiting_none", (name,), arrival)
    for position in range(arrival + 1, updated + 2):
        reason = why(recording, name, position)
        assert (reason.code, reason.evidence) == ("value", arrival)
        grad = recording.events[arrival].outputs[0]
        assert reason.values == (name, f"{np.linalg.norm(grad.astype(np.float64)):.4g}")


def test_zeros_by_zero_grad() -> None:
    trainer = make(plain, set_to_none=False)
    trainer.iterate()
    recording = trainer.record()
    loss = recording.span(Phase.LOSS)
    assert loss is not None
    assert why(recording, "first.bias", 0).code == "before_value"
    assert why(recording, "first.bias", 5).code == "cleared_zeros"
    assert why(recording, "first.bias", loss.stop).code == "waiting_zeros"
    assert why(recording, "first.bias").code == "value"


def test_zero_grad_left_out() -> None:
    trainer = make(plain, clear_gradients=False)
    trainer.iterate()
    recording = trainer.record()
    loss = recording.span(Phase.LOSS)
    assert loss is not None
    assert why(recording, "first.bias", loss.start).code == "kept"
    assert why(recording, "first.bias", loss.stop).code == "waiting_kept"
    assert why(recording, "first.bias").code == "added"


def test_nothing_was_there_to_clear() -> None:
    recording = make(plain).record()
    name = "first.bias"
    cleared = recording.happened_to[name][0]
    assert why(recording, name, 0) == Reason("before_none", (name,))
    assert why(recording, name, cleared + 1) == Reason("nothing_to_clear", (name,), cleared)


def test_never_cleared() -> None:
    """No sentence says that zero_grad cleared what it was not called for."""
    trainer = make(plain, clear_gradients=False)
    recording, name = trainer.record(), "first.bias"
    loss = recording.span(Phase.LOSS)
    assert loss is not None
    for position in range(loss.stop):
        assert why(recording, name, position) == Reason("waiting_none", (name,))
    for parameter in trainer.model.parameters():
        if parameter.grad is not None:
            parameter.grad.zero_()
    recording = trainer.record()
    for position in range(loss.stop):
        assert why(recording, name, position).code == "kept"
    assert why(recording, name, loss.stop).code == "waiting_kept"


def test_before_anything_has_run() -> None:
    trainer = make(plain)
    recording = preview(trainer)
    assert why(recording, "first.bias").code == "not_run"
    assert why(Recording(1, recording.parameters), "first.bias").code == "before_none"
    assert explain(Recording(1, ()).at(0), "node", 0).code == "unknown"


def test_cut_off_by_relu() -> None:
    recording = make(dead_relu).record()
    assert not recording.at(len(recording.events)).grad("middle.weight").any()
    for name in ("middle.weight", "middle.bias", "first.weight"):
        reason = why(recording, name)
        assert reason.code == "zero_relu"
        assert reason.values == (name, "0", "12", "middle", "ReluBackward0")
        assert shown(recording, reason) == "ReluBackward0"
    reason = why(recording, "last.weight")
    assert (reason.code, reason.values[1]) == ("zero_operand", "linear")
    assert why(recording, "last.bias").code == "value"


def test_lenet_with_a_dead_layer() -> None:
    trainer = bv.Trainer("random", batch_size=4)
    with torch.no_grad():
        trainer.model.fc2.bias.fill_(-1e3)
    reason = why(trainer.record(), "conv1.weight")
    assert reason.values == ("conv1.weight", "0", "84", "fc2", "ReluBackward0")


@pytest.mark.parametrize(
    ("between", "node", "bounds"),
    [(saturated, "SigmoidBackward0", ("1", "1")), (rounded, "RoundBackward0", None)],
)
def test_cut_off_elsewhere(
    between: Callable[[Net, Tensor], Tensor], node: str, bounds: tuple[str, str] | None
) -> None:
    recording = make(between).record()
    reason = why(recording, "first.weight")
    assert (reason.code, reason.values[1]) == ("zero_cut", node)
    assert float(reason.values[2]) > 0
    assert bounds is None or reason.values[3:] == bounds


def test_multiplied_by_zero_weights() -> None:
    trainer = make(plain)
    with torch.no_grad():
        trainer.model.last.weight.zero_()
    recording = trainer.record()
    reason = why(recording, "first.weight")
    assert (reason.code, reason.values[1]) == ("zero_operand", "linear")
    assert why(recording, "last.weight").code == "value"


def test_log_of_a_negative_number() -> None:
    recording = make(log_of_negative).record()
    reason = why(recording, "first.weight")
    assert reason.code == "first_forward"
    assert reason.values == ("first.weight", "NaN", "log", "-1", "-1")
    assert shown(recording, reason) == "log"
    # Where backward brings it, and where it is seen while it is under way.
    assert why(recording, "last.bias").values[1:3] == ("NaN", "log")
    end = recording.at(len(recording.events))
    codes = [explain(end, "node", node.id).code for node in recording.graph.nodes]
    # The gradient of the mean does not depend on what it is the mean of.
    assert codes == ["node_value"] + ["first_forward"] * (len(codes) - 1)


def test_root_of_zero() -> None:
    recording = make(root_of_zero).record()
    reason = why(recording, "first.weight")
    assert reason.code == "first_backward"
    assert reason.values[1:3] == ("Inf", "SqrtBackward0")
    assert reason.values[5:] == ("0", "0")
    assert shown(recording, reason) == "SqrtBackward0"
    assert why(recording, "last.weight").code in ("value", "zero_operand")


def test_zero_divided_by_zero() -> None:
    recording = make(zero_by_zero).record()
    reason = why(recording, "first.weight")
    assert reason.values[1:] == ("NaN", "div", "0", "0")
    assert reason.code == "first_forward"


def test_a_learning_rate_of_a_million() -> None:
    trainer = bv.Trainer("strokes", lr=1e6, batch_size=4)
    for _ in range(20):
        recording = trainer.record()
        reason = why(recording, "fc3.weight")
        if reason.code in ("first_forward", "first_backward", "weights_not_finite"):
            break
    else:
        pytest.fail("no NaN came")
    assert reason.code != "weights_not_finite"  # the first time it comes out of something
    event = recording.events[reason.evidence or 0]
    assert all(np.isfinite(a).all() for a in event.inputs if a is not None)
    assert not all(np.isfinite(a).all() for a in event.outputs if a is not None)
    after = trainer.record()
    reason = why(after, "fc3.weight")
    assert reason.code == "own_not_finite"
    assert not np.isfinite(after.by_parameter["fc3.weight"].value).all()


def test_a_weight_that_began_with_nan_is_not_said_to_have_got_it_from_another() -> None:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2))
    with torch.no_grad():
        net[0].weight[1], net[1].weight[0, 2] = math.nan, math.nan
    with bv.record(net) as recorded:
        net(torch.randn(5, 3)).square().mean().backward()
    recording = recorded.recording
    for event, name in enumerate(("0.weight", "1.weight")):
        assert why(recording, name) == Reason("own_not_finite", (name, "NaN"), event)
    assert why(recording, "0.bias").code == "weights_not_finite"


def test_an_input_that_is_not_finite() -> None:
    images = torch.rand(20, 1, 32, 32)
    images[:, 0, 3, 3] = torch.nan
    data = TensorDataset(images, torch.randint(10, (20,)))
    recording = bv.Trainer(data, model=Net(plain), batch_size=4).record()
    assert why(recording, "last.weight").code == "input_not_finite"


def test_of_two_backwards_the_one_that_came_last_is_told() -> None:
    torch.manual_seed(0)
    net, norms = nn.Linear(3, 1), []
    with bv.record(net) as recorded:
        for x in (torch.randn(4, 3), torch.zeros(4, 3), torch.full((4, 3), math.nan)):
            net(x).sum().backward()
            assert net.weight.grad is not None
            norms.append(f"{net.weight.grad.double().norm().item():.4g}")
    recording = recorded.recording
    spans = [span for span in recording.spans if span.phase is Phase.BACKWARD]
    first, second, third = (why(recording, "weight", span.stop) for span in spans)
    assert (first.code, first.values) == ("value", ("weight", norms[0]))
    # The second batch adds exactly zero, for a reason of its own.
    assert (second.code, second.values[-1]) == ("added_zero_operand", norms[1])
    assert third.code == "input_not_finite"
    for reason, span in zip((first, second, third), spans, strict=True):
        before = 0 if span is spans[0] else spans[spans.index(span) - 1].stop
        assert reason.evidence is not None
        assert before <= reason.evidence < span.stop
