"""What torch did in an iteration, one thing after the other, as numpy arrays."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from backprop_viz.recording.phases import Phase

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter as it was when the iteration began. ``grad`` is None where torch's is."""

    name: str
    value: Array
    grad: Array | None
    requires_grad: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """One thing torch did.

    - zero_grad: ``parameter``'s ``.grad`` before -> after.
    - forward and loss: tensors read -> tensors made; ``node`` is the output's grad_fn,
      ``line`` the line of the network's ``forward`` in its source file.
    - backward: the gradients that went into ``node`` -> those that came out. For an
      ``AccumulateGrad``: (``.grad`` before, the gradient that arrived) -> ``.grad`` after.
    - update: (weight before, its ``.grad``) -> weight after; ``state`` holds the optimizer's
      own tensors for the parameter by name, before and after (None where there was none yet).

    ``tracked`` tells of a forward operation whether autograd follows its output: false after
    ``detach`` and under ``no_grad``.
    """

    phase: Phase
    op: str
    inputs: tuple[Array | None, ...]
    outputs: tuple[Array | None, ...]
    node: int | None = None
    parameter: str | None = None
    line: int | None = None
    tracked: bool = True
    state: Mapping[str, tuple[Array | None, Array]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PhaseSpan:
    """The events ``start`` to ``stop`` of one phase, and the seconds torch took for it."""

    phase: Phase
    start: int
    stop: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Failure:
    """torch refused a forward, of which nothing stays.

    ``kind`` and ``text`` are the exception's, ``line`` is that of the network's source. ``reached``
    are the operations that ran, each with the shape of what it made, the input first; ``op`` is the
    one that did not, ``given`` the shapes of the tensors that it was given.
    """

    kind: str
    text: str
    line: int | None
    reached: tuple[tuple[str, tuple[int, ...]], ...]
    op: str
    given: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class GradientIntervention:
    """A change made on purpose to the gradients that flow out of a grad_fn node.

    ``node`` is the node's key, or its number in the graph that backward runs. ``kind``: "scale"
    (times ``value``), "clip" (each to -value..value), "zero", or "noise" (normal, of standard
    deviation ``value``).
    """

    node: str | int
    kind: str
    value: float = 1.0
