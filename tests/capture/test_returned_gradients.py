"""What is told of gradients that ``autograd.grad`` returns, and that no ``.grad`` has."""

import torch

import backprop_viz as bv
from backprop_viz.analysis.explanations import Reason, explain, norm_text
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase


def made() -> tuple[torch.Tensor, ...]:
    torch.manual_seed(0)
    x, y = torch.randn(8, 3), torch.randn(8)
    return x, y, torch.randn(3, requires_grad=True), torch.zeros(1, requires_grad=True)


def told(recording: Recording, name: str, position: int) -> Reason:
    return explain(recording.at(position), "parameter", name)


def test_a_gradient_that_is_returned_was_not_cleared() -> None:
    x, y, w, b = made()
    with bv.record({"w": w, "b": b}) as recorded:
        loss = ((x @ w + b - y) ** 2).mean()
        grads = torch.autograd.grad(loss, (w, b))
        with torch.no_grad():
            w -= 0.1 * grads[0]
            b -= 0.1 * grads[1]
    recording = recorded.recording
    end = max(span.stop for span in recording.spans if span.phase is Phase.BACKWARD)
    for name, grad in zip("wb", grads, strict=True):
        for position in (end, len(recording.events)):
            assert recording.at(position).grad(name) is None
            reason = told(recording, name, position)
            assert (reason.code, reason.values) == ("returned", (name, norm_text(grad.numpy())))
            assert reason.evidence is not None
            sent = recording.events[reason.evidence].outputs
            assert any(one is not None and (one == grad.numpy()).all() for one in sent)
    assert told(recording, "w", 1).code != "returned"


def test_one_that_is_added_up_of_two_is_told_without_a_number() -> None:
    x, y, w, b = made()
    with bv.record({"w": w, "b": b}) as recorded:
        loss = ((x @ w + b - y) ** 2).mean() + w.pow(2).sum()
        torch.autograd.grad(loss, (w, b))
    recording = recorded.recording
    assert told(recording, "w", len(recording.events)).code == "returned_sum"
    assert told(recording, "b", len(recording.events)).code == "returned"


def test_a_backward_of_some_does_not_reach_the_others() -> None:
    x, y, w, b = made()
    with bv.record({"w": w, "b": b}) as recorded:
        loss = ((x @ w + b - y) ** 2).mean()
        loss.backward(inputs=[w])
    recording = recorded.recording
    assert told(recording, "w", len(recording.events)).code == "value"
    assert told(recording, "b", len(recording.events)).code == "not_reached"
