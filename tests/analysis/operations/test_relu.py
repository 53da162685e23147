import torch
import torch.nn.functional as F  # noqa: N812

from backprop_viz.analysis.operations import operation_of, sent_role
from tests.analysis.operations.recorded_calls import (
    check_form,
    check_node_form,
    check_terms,
    elements,
    fact,
    node_fact,
    noise,
    record,
)


def test_terms_and_formulas() -> None:
    x = noise(3, 4, 2, 2)
    for run in (lambda: F.relu(x), lambda: x.relu(), lambda: torch.relu(x)):
        recorded = record(run)
        check_terms(recorded.call, count=48)
        names = {"x": x.detach().numpy()}
        check_form(recorded.call, names)
        event, made_by = recorded.node("ReluBackward0")
        check_node_form(event, made_by, 0, names)
        assert sent_role("ReluBackward0", made_by, 0) == "local"


def test_in_place() -> None:
    x = noise(3, 4)
    recorded = record(lambda: F.relu(x * 2, inplace=True))
    check_terms(recorded.call)
    assert fact(recorded.call, (0, 0)).values == (2 * x[0, 0].item(),)


def test_which_branch_was_taken() -> None:
    x = torch.tensor([[1.5, -0.31, 0.0]], requires_grad=True)
    recorded = record(lambda: F.relu(x))
    call = recorded.call
    event, made_by = recorded.node("ReluBackward0")
    codes = ["relu_passed", "relu_stopped", "relu_stopped"]
    sent_codes = ["relu_gradient_passed", "relu_gradient_stopped", "relu_gradient_stopped"]
    for i, (code, sent_code) in enumerate(zip(codes, sent_codes, strict=True)):
        found, sent = fact(call, (0, i)), node_fact(event, made_by, (0, i))
        assert (found.code, sent.code) == (code, sent_code)
        assert found.values == sent.values == (x[0, i].item(),)
        assert elements(call, found) == elements(call, sent) == [x[0, i].item()]


def test_words() -> None:
    operation = operation_of(record(lambda: F.relu(noise(2))).call)
    assert operation is not None
    assert (operation.roles, operation.derivative) == (("pre_activation",), "relu′")
