"""The loss of an iteration in which an optimizer steps though no backward has told the loss."""

from collections.abc import Sequence

from torch import Tensor

from backprop_viz.capture.graph.graphs import Operation

_SUMS = frozenset({"add", "add_", "radd", "iadd", "sum"})


def lone_loss(operations: Sequence[Operation]) -> Tensor | None:
    """The one number that these operations end in, if that is surely a loss; else None.

    It is what autograd follows and no later operation reads. It comes from a loss function of
    torch's, or from more than single numbers, or is a sum of such numbers. What is made of one
    number alone, as ``loss.exp()`` or ``loss * len(x)``, may as well be one that is only looked
    at, and a sum with a number from before is a running total.
    """
    followed = [one for one in operations if one.made[0].grad_fn is not None]
    numbers = {id(one.made[0]): one for one in followed if one.made[0].numel() == 1}
    read = {id(tensor) for one in followed for tensor in one.read}
    ends = [one for key, one in numbers.items() if key not in read]
    if len(ends) != 1:
        return None
    return ends[0].made[0] if _is_loss(ends[0], numbers) else None


def _is_loss(operation: Operation, numbers: dict[int, Operation]) -> bool:
    op, read = operation.op, operation.read
    if op.endswith("_loss") or "cross_entropy" in op or op == "kl_div":
        return True
    single = [tensor for tensor in read if tensor.dim() == 0 and tensor.requires_grad]
    if not single:
        return True
    own = all(tensor.is_leaf or id(tensor) in numbers for tensor in single)
    return op in _SUMS and len(single) > 1 and own
