"""Max and average pooling, and dropout, against plain loops over windows."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from backprop_viz.analysis.operations import axes_of, coefficient_role, forward_facts
from tests.analysis.operations.recorded_calls import (
    check_form,
    check_terms,
    elements,
    fact,
    node_fact,
    noise,
    record,
    some_places,
)

CASES: dict[str, tuple[Callable[..., Any], tuple[int, ...], dict[str, Any]]] = {
    "plain": (F.max_pool2d, (2, 3, 6, 4), {"kernel_size": 2}),
    "strided": (F.max_pool2d, (2, 3, 7, 7), {"kernel_size": 3, "stride": 2, "padding": 1}),
    "overlapping": (F.max_pool2d, (1, 2, 5, 6), {"kernel_size": (3, 2), "stride": 1}),
    "dilated": (F.max_pool2d, (1, 2, 7, 7), {"kernel_size": 2, "dilation": (1, 3)}),
    "ceil": (F.max_pool2d, (1, 2, 5, 5), {"kernel_size": 2, "ceil_mode": True}),
    "gaps": (F.max_pool2d, (1, 2, 7, 7), {"kernel_size": 2, "stride": 3}),
    "one sample": (F.max_pool2d, (3, 4, 4), {"kernel_size": 2}),
    "with indices": (F.max_pool2d, (2, 2, 4, 4), {"kernel_size": 2, "return_indices": True}),
    "1 dimension": (F.max_pool1d, (2, 3, 8), {"kernel_size": 3, "stride": 2, "padding": 1}),
    "3 dimensions": (F.max_pool3d, (1, 2, 4, 4, 4), {"kernel_size": 2}),
    "adaptive": (F.adaptive_max_pool2d, (2, 2, 5, 7), {"output_size": (2, 3)}),
    "adaptive, 1 dimension": (F.adaptive_max_pool1d, (2, 2, 7), {"output_size": 3}),
}


def jacobian(function: Callable[..., Any], x: Tensor, options: dict[str, Any]) -> Tensor:
    """Which element each output is: (outputs, inputs), 1 for the winner."""

    def made(x: Tensor) -> Tensor:
        found = function(x, **options)
        return found[0] if isinstance(found, tuple) else found

    return torch.autograd.functional.jacobian(made, x).reshape(-1, x.numel())


@pytest.mark.parametrize("name", CASES)
def test_winners(name: str) -> None:
    function, shape, options = CASES[name]
    x = noise(*shape)
    recorded = record(lambda: function(x, **options))
    call = recorded.call
    check_terms(call)
    won = jacobian(function, x.detach(), options)
    output = call.outputs[0]
    assert output is not None
    for index in some_places(output.shape):
        found = fact(call, index)
        row = won[_flat(index, output.shape)]
        winner = tuple(int(i[0]) for i in torch.unravel_index(row.argmax()[None], shape))
        assert found.code == "pool_winner"
        assert found.numbers[0].index == winner
        assert list(found.values) == elements(call, found)
        assert max(found.values) == found.values[0] == output[index]


def _flat(index: tuple[int, ...], shape: tuple[int, ...]) -> int:
    flat = 0
    for i, n in zip(index, shape, strict=True):
        flat = flat * n + i
    return flat


@pytest.mark.parametrize("name", [n for n in CASES if n != "with indices"])
def test_whether_the_gradient_is_passed(name: str) -> None:
    function, shape, options = CASES[name]
    x = noise(*shape)
    recorded = record(lambda: function(x, **options))
    event, made_by = next(
        found
        for e in recorded.recording.events
        if "MaxPool" in e.op and "Backward" in e.op
        for found in recorded.nodes(e.op)
    )
    sent = event.outputs[0]
    assert sent is not None
    wins = jacobian(function, x.detach(), options).sum(0)
    codes = set()
    for index in some_places(sent.shape, sent.size):
        found = node_fact(event, made_by, index)
        codes.add(found.code)
        count = int(wins[_flat(index, sent.shape)])
        if found.code == "pool_gradient_passed":
            assert found.values[0] == count
        else:
            assert count == 0
            assert sent[index] == 0
    assert {"pool_gradient_passed", "pool_gradient_stopped"} <= codes
    assert ("pool_unused" in codes) == (name in ("gaps", "dilated"))


def test_equal_elements_and_nan() -> None:
    x = torch.tensor([[[[2.0, 2.0], [1.0, 2.0]]]], requires_grad=True)
    recorded = record(lambda: F.max_pool2d(x, 2))
    event, made_by = recorded.node("MaxPool2DWithIndicesBackward0")
    sent = event.outputs[0]
    assert sent is not None
    winner = fact(recorded.call, (0, 0, 0, 0)).numbers[0].index
    assert sent[winner] != 0
    assert node_fact(event, made_by, winner).values[:4] == (1, 1, 4, 2.0)
    assert sorted(node_fact(event, made_by, winner).values[4:]) == [1.0, 2.0, 2.0]
    nan = torch.tensor([[[[float("nan"), 3.0], [float("nan"), 2.0]]]], requires_grad=True)
    recorded = record(lambda: F.max_pool2d(nan, 2))
    event, made_by = recorded.node("MaxPool2DWithIndicesBackward0")
    sent = event.outputs[0]
    assert sent is not None
    assert sent[fact(recorded.call, (0, 0, 0, 0)).numbers[0].index] != 0


@pytest.mark.parametrize("name", CASES)
def test_formulas(name: str) -> None:
    function, shape, options = CASES[name]
    x = noise(*shape)
    recorded = record(lambda: function(x, **options))
    check_form(recorded.call, {"x": x.detach().numpy()})


def test_average_pooling() -> None:
    x = noise(2, 3, 5, 5)
    call = record(lambda: F.avg_pool2d(x, 2, padding=1)).call
    assert coefficient_role(call) == "share"
    assert fact(call, (0, 0, 0, 0)).values == (1,)
    assert fact(call, (0, 0, 1, 1)).values == (4,)
    assert axes_of(call, "window", 4) == ("sample", "channel", "row", "column")
    call = record(lambda: F.adaptive_avg_pool2d(x, 2)).call
    assert fact(call, (0, 0, 0, 0)).values == (9,)


def test_dropout() -> None:
    torch.manual_seed(0)
    x = noise(4, 5)
    with torch.no_grad():
        x[0, 0] = 0
    recorded = record(lambda: F.dropout(x, 0.25))
    call, output = recorded.call, recorded.call.outputs[0]
    event, made_by = recorded.node("MulBackward0")
    assert output is not None
    assert fact(call, (0, 0)).code == "dropout_of_zero"
    for index in some_places(output.shape, 20):
        if index == (0, 0):
            continue
        code = "dropout_dropped" if output[index] == 0 else "dropout_kept"
        found = fact(call, index)
        assert found.code == node_fact(event, made_by, index).code == code
        assert found.values[0] == 0.25


def test_dropout_of_channels_and_none() -> None:
    torch.manual_seed(1)
    x = noise(3, 4, 2, 2)
    with torch.no_grad():
        x[:, :, 0, 0] = 0
    call = record(lambda: F.dropout2d(x, 0.5)).call
    output = call.outputs[0]
    assert output is not None
    for n in range(3):
        for c in range(4):
            code = "dropout_kept" if output[n, c].any() else "dropout_dropped"
            assert fact(call, (n, c, 0, 0)).code == code
    for run in (lambda: F.dropout(x, 0.5, training=False), lambda: F.dropout(x, 0.0)):
        assert [f.code for f in forward_facts(record(run).call, 0, (0, 0, 0, 0))] == ["dropout_off"]
