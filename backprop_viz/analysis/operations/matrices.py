"""Determinant and inverse of a matrix: in words only; the engine finds the terms."""

from backprop_viz.analysis.operations.operation_entry import OperationEntry

OPERATIONS = (
    OperationEntry(functions=("det", "linalg_det"), form="y = det(x)"),
    OperationEntry(functions=("inverse", "inv", "linalg_inv"), form="y = x⁻¹"),
)
