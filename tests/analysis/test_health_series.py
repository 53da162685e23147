"""The tensors of a run over its iterations, from what is kept of each."""

import numpy as np

from backprop_viz.analysis.health_series import HealthCollection
from backprop_viz.recording.trace.health import IterationHealth, TensorHealth


def of(iteration: int, *tensors: TensorHealth) -> IterationHealth:
    return IterationHealth(iteration, tensors, 0.5)


def norm(value: float, *, finite: bool = True, missing: str = "") -> TensorHealth:
    return TensorHealth(
        "grad", "fc.weight", (2, 3), "float32", 0, finite, norm=value, missing=missing
    )


def test_each_tensor_has_its_own_iterations() -> None:
    kept = (
        of(2, norm(1.5), TensorHealth("output", "", (4,), "float32", zeros=0.25)),
        of(4, norm(0.5)),
        of(6, norm(float("nan"), finite=False)),
        of(8, norm(0.0, missing="empty")),
    )
    collection = HealthCollection()
    collection.extend(kept[:1])
    first = collection.series()
    collection.extend(kept[1:])
    grad, output = collection.series()
    # What was given before stays as it is.
    assert [one.iterations.tolist() for one in first] == [[2], [2]]
    assert (grad.role, grad.name, grad.shape) == ("grad", "fc.weight", (2, 3))
    assert grad.iterations.tolist() == [2, 4, 6, 8]
    assert grad.values["norm"][:2].tolist() == [1.5, 0.5]
    assert np.isnan(grad.values["norm"][2:]).all()
    assert grad.finite.tolist() == [1, 1, 0, 1]
    assert grad.first_not_finite == 6
    assert output.iterations.tolist() == [2]
    assert output.values["zeros"].tolist() == [0.25]
    assert output.first_not_finite is None


def test_nothing_is_kept_of_nothing() -> None:
    assert HealthCollection().series() == ()
