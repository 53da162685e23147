"""What torch would have taken as a leaf's ``.grad``, had nobody held it meanwhile.

torch takes what arrives first as it is, and clones what somebody else holds. Mostly nobody can tell
one from the other. But where the memory is somebody's too, what is written to the one is then in
the other: two leaves that are added up have one memory, behind a view each.
"""

from collections import Counter
from collections.abc import Container, Sequence
from itertools import chain

import torch
from torch import Tensor

from backprop_viz.capture.tensors.holders import held_themselves
from backprop_viz.capture.watches.interventions import Grads

# Of each leaf without a ``.grad`` before: it, and which of the gradients that were handed on it is.
Arrivals = Sequence[tuple[Tensor, int]]


def take_memory(
    arrivals: Arrivals, sent: Sequence[Grads], given: Sequence[Grads], shared: Container[int]
) -> list[Tensor]:
    """Give such leaves that memory; the ``.grad`` of each.

    ``sent`` and ``given`` are what each node has sent and was given, in the order they ran; a
    leaf's is the first there. We hold them. ``shared``: others have the memory of these, by id().
    """
    viewed = [_viewed(given[i][0]) for _, i in arrivals]
    count = Counter(map(id, viewed))
    wanted = [
        (leaf, i)
        for (leaf, i), one in zip(arrivals, viewed, strict=True)
        if count[id(one)] > 1 or id(given[i][0]) in shared
    ]
    viewed.clear()
    if not wanted:
        return []
    # A node that runs later holds it until then, and a view of it what that is of.
    last = {id(grad): i for i, grads in enumerate(given) for grad in grads}
    asked, views = _with_views([i for _, i in wanted], sent, given)
    held = held_themselves(asked, Counter(map(id, chain(*sent, *given))), views)
    asked.clear()

    def is_let_go(key: int, i: int) -> bool:
        return key not in held and last.get(key, -1) < i

    taken: list[Tensor] = []
    for leaf, i in wanted:
        grad, key = given[i][0], id(given[i][0])
        alone = is_let_go(key, i + 1) and all(is_let_go(view, i) for view in views.get(key, ()))
        if grad is not None and alone and _may_be_taken(grad, leaf):
            leaf.grad = grad.detach()
            taken.append(leaf.grad)
    return taken


def _with_views(
    numbers: Sequence[int], sent: Sequence[Grads], given: Sequence[Grads]
) -> tuple[dict[int, Tensor], dict[int, set[int]]]:
    """By id(): what the nodes of these numbers were given first, and all that are views of it.

    And of each that is viewed the id() of those views.
    """
    found = {id(grad): grad for i in numbers for grad in given[i][:1] if grad is not None}
    views: dict[int, set[int]] = {}
    for grad in chain(*sent, *given):
        base = None if grad is None else grad._base
        if grad is not None and base is not None and id(base) in found:
            found[id(grad)] = grad
            views.setdefault(id(base), set()).add(id(grad))
    return found, views


def _viewed(grad: Tensor | None) -> Tensor | None:
    base = None if grad is None else grad._base
    return grad if base is None else base


def _may_be_taken(grad: Tensor, leaf: Tensor) -> bool:
    """Whether torch does so with one of these strides, which the optimizers' kernels like."""
    if {grad.layout, leaf.layout} != {torch.strided} or grad.requires_grad:
        return False
    sizes = [n for n, size in enumerate(leaf.shape) if size != 1]
    if not _is_dense(leaf):
        return grad.is_contiguous()
    return all(grad.stride(n) == leaf.stride(n) for n in sizes)


def _is_dense(tensor: Tensor) -> bool:
    """Whether a tensor's numbers lie side by side, in whichever order."""
    expected = 1
    for stride, size in sorted(zip(tensor.stride(), tensor.shape, strict=True)):
        if size != 1 and stride != expected:
            return False
        expected *= size
    return True
