from typing import Any

import pytest
import torch.nn.functional as F  # noqa: N812

from backprop_viz.analysis.operations import axes_of, input_role, node_formula, sent_role
from tests.analysis.operations.recorded_calls import check_form, check_node_form, noise, record

# The function, the shapes of the input and of the weight, and the options.
CASES: dict[str, tuple[Any, tuple[int, ...], tuple[int, ...], dict[str, Any]]] = {
    "plain": (F.conv2d, (2, 3, 6, 5), (4, 3, 3, 2), {}),
    "strided": (F.conv2d, (2, 3, 6, 5), (4, 3, 3, 2), {"stride": 2, "padding": (1, 0)}),
    "dilated": (F.conv2d, (2, 2, 7, 7), (3, 2, 2, 2), {"dilation": 3, "padding": 1}),
    "grouped": (F.conv2d, (2, 4, 5, 5), (6, 2, 3, 3), {"groups": 2, "stride": (1, 2)}),
    "depthwise": (F.conv2d, (2, 3, 5, 5), (3, 1, 3, 3), {"groups": 3, "padding": 1}),
    "same": (F.conv2d, (2, 2, 5, 5), (2, 2, 2, 3), {"padding": "same"}),
    "valid": (F.conv2d, (2, 2, 5, 5), (2, 2, 2, 3), {"padding": "valid"}),
    "one sample": (F.conv2d, (2, 5, 5), (2, 2, 3, 3), {}),
    "1 dimension": (F.conv1d, (2, 3, 7), (2, 3, 3), {"stride": 2}),
    "3 dimensions": (F.conv3d, (1, 2, 4, 3, 4), (2, 2, 2, 2, 2), {"padding": 1}),
    "transposed": (F.conv_transpose2d, (2, 3, 3, 4), (3, 2, 2, 3), {"stride": 2, "padding": 1}),
    "transposed in groups": (F.conv_transpose2d, (2, 4, 3, 3), (4, 3, 2, 2), {"groups": 2}),
    "transposed, 1 dimension": (
        F.conv_transpose1d,
        (2, 3, 4),
        (3, 2, 3),
        {"stride": 3, "output_padding": 1},
    ),
}
# The gradient towards the input of a dilated convolution is not written with indices.
WITHOUT_FORM = {"dilated"}


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
@pytest.mark.parametrize("with_bias", [True, False])
@pytest.mark.parametrize("name", CASES)
def test_formulas(name: str, with_bias: bool) -> None:
    function, shape, kernel, options = CASES[name]
    transposed = function.__name__.startswith("conv_transpose")
    channels = kernel[1] * options.get("groups", 1) if transposed else kernel[0]
    x, w, b = noise(*shape), noise(*kernel, seed=1), noise(channels, seed=2)
    recorded = record(lambda: function(x, w, b if with_bias else None, **options))
    names = {"x": x.detach().numpy(), "w": w.detach().numpy(), "b": b.detach().numpy()}
    check_form(recorded.call, names, 1e-10)
    event, made_by = recorded.node("ConvolutionBackward0")
    if x.ndim == w.ndim - 1:  # the node works on a batch of one
        names["x"] = names["x"][None]
    for slot in range(2 + with_bias):
        if slot == 0 and name in WITHOUT_FORM:
            assert node_formula(event.op, made_by, 0) == "∂L/∂x = wᵀ ∗ δ"
        else:
            check_node_form(event, made_by, slot, names, 1e-10)


def test_the_formulas_as_a_person_writes_them() -> None:
    x, w, b = noise(2, 3, 6, 5), noise(4, 3, 3, 2), noise(4)
    event, made_by = record(lambda: F.conv2d(x, w, b)).node("ConvolutionBackward0")
    texts = [node_formula(event.op, made_by, slot) for slot in range(3)]
    assert texts == [
        "∂L/∂x[n, m, i, j] = Σₖᵣₛ δ[n, k, r, s]·w[k, m, i − r, j − s]",
        "∂L/∂w[k, m, u, v] = Σₙᵢⱼ δ[n, k, i, j]·x[n, m, i + u, j + v]",
        "∂L/∂b[k] = Σₙᵢⱼ δ[n, k, i, j]·1",
    ]
    assert node_formula(event.op, made_by, 2, (0,)) == "∂L/∂b[0] = Σₙᵢⱼ δ[n, 0, i, j]·1"


def test_words() -> None:
    x, w, b = noise(2, 3, 6, 5), noise(4, 3, 3, 2), noise(4)
    event, made_by = record(lambda: F.conv2d(x, w, b)).node("ConvolutionBackward0")
    assert [input_role(made_by, place) for place in range(3)] == ["window", "kernel", "bias"]
    assert [sent_role(event.op, made_by, slot) for slot in range(3)] == ["kernel", "window", "one"]
    assert axes_of(made_by, "window", 4) == ("sample", "channel", "row", "column")
    assert axes_of(made_by, "window", 3) == ("channel", "row", "column")
    assert axes_of(made_by, "kernel", 4) == (
        "out_channel",
        "in_channel",
        "kernel_row",
        "kernel_column",
    )
    assert axes_of(made_by, "output", 4) == ("sample", "channel", "row", "column")
