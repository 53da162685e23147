"""An operation is known by its own file alone."""

import ast
import pkgutil
from collections import Counter
from importlib import import_module

import pytest
import torch

from backprop_viz.analysis import operations
from backprop_viz.analysis.operations import (
    ALL_OPERATIONS,
    axes_of,
    coefficient_role,
    forward_facts,
    forward_formula,
    forward_parts,
    input_role,
    node_facts,
    node_formula,
    operation_of,
    sent_role,
)
from tests.analysis.operations.recorded_calls import noise, record
from tests.package_files import trees_with


def families() -> set[str]:
    """The modules that declare operations."""
    names = [module.name for module in pkgutil.iter_modules(operations.__path__)]
    full = {name: f"{operations.__name__}.{name}" for name in names}
    return {full[n] for n in names if hasattr(import_module(full[n]), "OPERATIONS")}


def imported(tree: ast.Module) -> set[str]:
    return {
        node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module
    }


def test_nothing_names_the_file_of_an_operation() -> None:
    found = families()
    assert f"{operations.__name__}.relu" in found
    assert len(found) > 20
    for path, tree in trees_with([f"{operations.__name__}."]):
        assert not found & imported(tree), path


def test_every_function_and_node_is_declared_once() -> None:
    functions = Counter(name for each in ALL_OPERATIONS for name in each.functions)
    assert [name for name, count in functions.items() if count > 1] == []
    assert functions["relu"] == functions["conv2d"] == 1


def test_an_operation_that_no_file_names_has_no_words() -> None:
    x = noise(2, 3)
    recorded = record(lambda: torch.erfinv(x.tanh()))
    call = recorded.call
    event, made_by = recorded.node("ErfinvBackward0")
    assert operation_of(call) is None
    assert forward_parts(call, 0, (0, 0)) is None
    assert forward_facts(call, 0, (0, 0)) == node_facts(event, made_by, 0, (0, 0)) == ()
    assert forward_formula(call) == ""
    assert (input_role(call, 0), coefficient_role(call)) == ("input", "coefficient")
    assert sent_role(event.op, made_by, 0) == "local"
    assert axes_of(call, "input", 2) == ("sample", "feature")


def test_a_complex_call_has_no_terms() -> None:
    x = noise(3)
    recorded = record(lambda: torch.complex(x, x).exp().abs())
    exp = next(event for event in recorded.calls if event.op == "exp")
    assert operation_of(exp) is not None
    assert forward_parts(exp, 0, (0,)) is None


def test_a_formula_without_indices_comes_from_the_table_of_nodes() -> None:
    assert node_formula("ConvolutionBackward0", None, 0) == "∂L/∂x = wᵀ ∗ δ"
    assert node_formula("ScaledDotProductFlashAttentionForCpuBackward0", None, 2) == (
        "∂L/∂V = Pᵀ @ δ"
    )
    assert node_formula("NoSuchBackward0", None, 0) == ""


@pytest.mark.parametrize(
    ("ndim", "axes"),
    [
        (0, ()),
        (1, ("axis_0",)),
        (2, ("sample", "feature")),
        (3, ("sample", "axis_1", "axis_2")),
        (4, ("sample", "channel", "row", "column")),
    ],
)
def test_axes_of_which_nothing_is_known(ndim: int, axes: tuple[str, ...]) -> None:
    assert axes_of(None, "output", ndim) == axes
